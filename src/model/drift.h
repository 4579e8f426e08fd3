/* drift.h - what a server usually offers, and since when it has offered something worse.
 *
 * The first offer is taken for usual, and so is one that is no worse (offer.h). A worse one is
 * reported until it has stayed for a while; then it is the usual one.
 */
#ifndef MAILVANE_DRIFT_H
#define MAILVANE_DRIFT_H

#include "capability_set.h"
#include "instant.h"

struct drift {
	struct capability_set usual; /* a part that was never heard is 0 */
	struct moment since;         /* of the worse one; ms 0: there is none */
};

/* Takes in what was heard at a moment. True, with words for it, while it is to be reported.
 * Parts that were not heard leave everything as it is. */
bool drift_hear(struct drift *, const struct capability_set *heard, struct moment at,
		struct span settle, char ret_words[CAPABILITY_WORDS_MAX]);

#endif
