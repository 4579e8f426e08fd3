/* walker.h - asks for the customer names of a roster, on the engine thread of their server.
 *
 * A name is an errand: a connection under the budgets, behind all who probe servers, up to TLS
 * and a goodbye. What the certificate says is the name's; a server that does not answer is
 * nobody's fault but its own, and the walk pauses until it does.
 */
#ifndef MAILVANE_NAME_PROBER_H
#define MAILVANE_NAME_PROBER_H

#include "plan.h"
#include "schedule.h"

struct worker;
struct name_prober;

/* Those of a worker, in the order of its plan. Zeroed is none. */
struct name_probers {
	struct name_prober **list;
	size_t count;
	size_t left;      /* once: not done yet */
	struct due flush; /* says how many changes were not told */
	struct instant minute_ends;
	unsigned told; /* in this minute */
	uint64_t untold;
};

/* Goes over to the hostings of a plan, whose kit is or will be the worker's; those that go on
 * keep what they are about. The plan before must still be there. */
void name_probers_load(struct worker *, const struct plan *);

/* Their connections end as errands do. */
void name_probers_fini(struct worker *);

/* A probe of a target has a result. */
void name_probers_hear(struct worker *, const struct target *, const struct result *);

#endif
