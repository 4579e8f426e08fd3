/* check.h - what both families do alike: connect, timeouts, TLS and its certificate. */
#ifndef MAILVANE_CLASSIC_CHECK_H
#define MAILVANE_CLASSIC_CHECK_H

#include "conversation.h"
#include "printout.h"

struct check {
	const struct arguments *arguments;
	struct conversation conversation;
	struct printout printout;
	struct instant begun;
};

struct span check_elapsed(const struct check *);

/* Each returns true to go on. When not, the outcome says why. */
bool check_connect(struct check *);
bool check_secure(struct check *);

/* The outcome of a turn that brought nothing: a timeout or an endless answer. TURN_CLOSED is the
 * caller's. */
void check_give_up(struct check *, enum turn);

/* At the end: what went wrong for want of memory or descriptors here is UNKNOWN, whatever was said of
 * the server. */
void check_own_failure(struct check *);

/* The certificate by -D, --verify, or its end alone. True: nothing speaks against it; a line is
 * there only for -D. */
bool check_certificate(struct check *);

#endif
