/* resolver_outage.h - the configured name servers do not answer: reported once, not once
 * for each server.
 *
 * Called by engine threads.
 */
#ifndef MAILVANE_RESOLVER_OUTAGE_H
#define MAILVANE_RESOLVER_OUTAGE_H

#include "plan.h"

#include <stdatomic.h>

/* To be zeroed before its first use. */
struct resolver_outage {
	atomic_bool is_on;
	atomic_llong began_ms; /* begin of the last outage; 0: none so far */
};

enum resolver_change {
	RESOLVER_UNCHANGED, /* report the service itself */
	/* the change is part of the outage: do not report the service */
	RESOLVER_SUPPRESSED,
	RESOLVER_OUTAGE_STARTED, /* the outage begins: report the name servers instead */
	RESOLVER_OUTAGE_ENDED,   /* a name was looked up again: report that, too */
};

enum resolver_change resolver_outage_update(struct resolver_outage *, const struct target *,
					    const struct result *,
					    const struct published *);

#endif
