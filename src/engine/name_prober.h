/* name_prober.h - probes the customer names of a server, on the engine thread of that server.
 *
 * A name is a probe on demand: a connection under the budgets, behind all who probe servers, up to TLS
 * and a goodbye. What the certificate says is the name's; a server that does not answer is
 * nobody's fault but its own, and the walk pauses until it does.
 */
#ifndef MAILVANE_NAME_PROBER_H
#define MAILVANE_NAME_PROBER_H

#include "task_context.h"

struct name_prober;

/* Those of a thread, in the order of its plan: one task. Zeroed is none. */
struct name_probers {
	struct task task; /* first */
	struct name_prober **list;
	size_t count;
	size_t left;      /* once: not done yet */
	struct due flush; /* says how many changes were not told */
	struct instant minute_ends;
	unsigned told; /* in this minute */
	uint64_t untold;
};

/* Begins the task, with the hostings of the context's plan. It never fails: without memory no names
 * are probed until the next plan. */
void name_probers_start(struct name_probers *, struct task_context *);

/* Goes over to the hostings of a plan, which is or will be the context's; those that go on keep
 * what they are about. The plan before must still be there. */
void name_probers_load(struct name_probers *, const struct plan *);

/* Their connections end as probes on demand do. */
void name_probers_fini(struct name_probers *);

/* A probe of a target has a result. */
void name_probers_hear(struct name_probers *, const struct target *, const struct result *);

#endif
