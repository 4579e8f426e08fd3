/* confirmation.h - which state is announced, when results come and go.
 *
 * A state is announced once so many probes in a row agree that the one announced before is over,
 * all of them worse or all of them better. Of states that differ the one nearest to it is
 * announced: it is what all agree on. OK as the first result of all needs no second.
 */
#ifndef MAILVANE_CONFIRMATION_H
#define MAILVANE_CONFIRMATION_H

#include "state.h"

enum { CONFIRM_MAX = 10 };

/* Small: each target at rest has one. */
struct confirmation {
	uint8_t announced; /* enum state; STATE_COUNT: none yet */
	uint8_t next : 4;  /* what would be announced */
	uint8_t count : 4; /* probes in a row that agree on it */
};

void confirmation_init(struct confirmation *);

/* One more result; `needed` in a row announce a state, 0 counts as 1. True: announced changed. */
bool confirmation_add(struct confirmation *, enum state, unsigned needed);

/* A state was seen that is not announced. */
bool confirmation_awaited(const struct confirmation *);

#endif
