/* resolver_outage.h - our own name servers do not answer: one story for all servers, not one each.
 *
 * Called by engine threads.
 */
#ifndef MAILVANE_RESOLVER_OUTAGE_H
#define MAILVANE_RESOLVER_OUTAGE_H

#include "plan.h"

#include <stdatomic.h>

/* Zeroed before its first use. */
struct resolver_outage {
	atomic_bool is_on;
	atomic_llong began_ms; /* of the last one; 0: none so far */
};

enum resolver_change {
	RESOLVER_UNCHANGED,      /* log the service, as ever */
	RESOLVER_SUPPRESSED,     /* its change is part of the story: not to be logged */
	RESOLVER_OUTAGE_STARTED, /* the first: log the name servers instead */
	RESOLVER_OUTAGE_ENDED,   /* a name was looked up again: log that, too */
};

enum resolver_change resolver_outage_update(struct resolver_outage *, const struct target *,
					    const struct result *,
					    const struct published *);

#endif
