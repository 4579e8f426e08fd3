/* confirmation.h - decides when a change of state is announced, so that a single bad result is not.
 *
 * A new state is announced after so many results in a row that are all worse, or all better, than
 * the announced one. If they differ, the one nearest to the announced state counts: all of them are
 * at least that bad, or that good. A first result that is OK is announced at once.
 */
#ifndef MAILVANE_CONFIRMATION_H
#define MAILVANE_CONFIRMATION_H

#include "state.h"

enum { CONFIRM_MAX = 10 };

/* Small, because each target has one. */
struct confirmation {
	uint8_t announced; /* enum state; STATE_COUNT: none yet */
	uint8_t next : 4;  /* the state that would be announced; STATE_COUNT: none */
	uint8_t count : 4; /* results in a row for it */
};

void confirmation_init(struct confirmation *);

/* Adds a result. `needed` results in a row announce a state; 0 counts as 1. True: the announced state
 * has changed. */
bool confirmation_add(struct confirmation *, enum state, unsigned needed);

/* Whether further results are needed to announce a state that was seen. */
bool confirmation_is_awaited(const struct confirmation *);

#endif
