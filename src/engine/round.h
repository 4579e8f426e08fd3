/* round.h - one turn of a target: look the name up, probe its addresses, file the results.
 *
 * With addresses = "each" a round is several probes, else one. A round outlives its last
 * result while connections take leave.
 */
#ifndef MAILVANE_ROUND_H
#define MAILVANE_ROUND_H

#include "errand.h"
#include "worker.h"

/* The links of a worker's list of rounds. */
struct round_link {
	struct round *next, **at;
};
struct round_link *round_link(struct round *);

enum round_news {
	/* It is to be probed again soon: it has just failed, or its state waits to be confirmed. */
	ROUND_AGAIN = 1 << 0,
	/* It has just failed, and nothing of the server was reached: others of it may fail, too. */
	ROUND_UNREACHED = 1 << 1,
};

/* Begins with the next look at the schedule. `told` is called once, when the last result of the
 * round is filed, with what follows from them (enum round_news). NULL: out of memory. */
struct round *round_new(struct worker *, struct kit *, const struct target *,
			void (*told)(void *user, unsigned news), void *user);

/* For a round that could not begin: files a result with the fault `internal`. */
void round_file_failure(struct worker *, struct kit *, const struct target *,
			const char *reason);

/* One for an errand: it is told the result, and when the round has ended. Its budgets are
 * waited for within its deadline. False: out of memory. */
bool round_errand(struct worker *, struct kit *, struct errand *);

/* `told` will be called with another user; NULL: it will not be called any more, but results are
 * still filed. */
void round_set_user(struct round *, void *user);

/* Ends within `grace`, without further results; an errand is told that there is none. */
void round_leave(struct round *, struct span grace);

#endif
