/* drift.h - the capabilities that a server usually offers, and since when it has offered worse ones.
 *
 * The first capabilities count as usual, and so do later ones that are no worse (capability_set.h).
 * Worse ones are reported until they have lasted for a while; then they are the usual ones.
 */
#ifndef MAILVANE_DRIFT_H
#define MAILVANE_DRIFT_H

#include "capability_set.h"
#include "instant.h"

struct drift {
	struct capability_set usual; /* a part that was never seen is 0 */
	struct moment since;         /* when the worse ones began; ms 0: there are none */
};

/* Adds the capabilities seen at a moment. True: they are worse than usual, and ret_words says in what;
 * `settle` after they began they count as usual. Parts that were not seen change nothing. */
bool drift_add(struct drift *, const struct capability_set *heard, struct moment at,
	       struct span settle, char ret_words[CAPABILITY_WORDS_MAX]);

#endif
