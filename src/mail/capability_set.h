/* offer.h - what a server offers that an attacker or a bad update would take away or add: STARTTLS
 * and the ways to log in, as bits, so that two offers can be compared.
 */
#ifndef MAILVANE_CAPABILITY_SET_H
#define MAILVANE_CAPABILITY_SET_H

#include "view.h"

/* Sets of enum capability_set_bit. 0: not heard, because the dialogue did not come so far. */
struct capability_set {
	uint32_t before; /* in plain text */
	uint32_t after;  /* inside TLS */
};

enum capability_set_bit {
	CAPABILITY_STARTTLS = 1 << 0,
	CAPABILITY_COMMAND = 1 << 1, /* the protocol's own login: LOGIN, USER */
	CAPABILITY_HEARD = 1 << 2,   /* the list was heard to its end */
	/* Behind these a bit for each mechanism that has a name here. */
};

/* The bit of a mechanism by its name, whether we speak it or not; 0 for one unknown here. */
uint32_t capability_set_mechanism(struct view name);

/* The sets that are the same, and those that are not heard. */
bool capability_set_same(const struct capability_set *, const struct capability_set *);

enum { CAPABILITY_WORDS_MAX = 512 };

/* Puts into words what is worse now: STARTTLS gone, a login newly offered in clear, a mechanism
 * gone, each with what was offered and what is. False, and "", when nothing is: a mechanism that
 * is new inside TLS, or that is not offered in clear any more, is no loss. */
bool capability_changes(const struct capability_set *was, const struct capability_set *is,
			char ret_words[CAPABILITY_WORDS_MAX]);

#endif
