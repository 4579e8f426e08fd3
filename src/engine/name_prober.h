/* name_prober.h - checks the certificates of customer names, on the engine thread of their server.
 *
 * For each name it makes a probe on demand of low priority that ends after the TLS handshake. What
 * is wrong with the certificate counts against the name. When the server does not answer, that
 * counts against no name: the names are not probed until the server answers again.
 */
#ifndef MAILVANE_NAME_PROBER_H
#define MAILVANE_NAME_PROBER_H

#include "task_context.h"

struct name_prober;

/* The name probers of a thread, in the order of its plan, as one task. Zeroed: there are none. */
struct name_probers {
	struct task task; /* first */
	struct name_prober **list;
	size_t count;
	size_t left;      /* those that have not finished, for a worker that runs once */
	struct due flush; /* reports `dropped` at the end of the minute */
	struct instant minute_ends;
	unsigned reported; /* changes of state in this minute */
	uint64_t dropped;  /* changes of state that were not reported in this minute */
};

/* Begins the task, with the name checks of the current plan. Out of memory names are not checked until
 * the next plan. */
void name_probers_start(struct name_probers *, struct task_context *);

/* Changes to the name checks of another plan; those that are in both plans go on. The thread's old
 * plan must still exist. */
void name_probers_load(struct name_probers *, const struct plan *);

/* Frees them; connections under way end as probes on demand do. */
void name_probers_fini(struct name_probers *);

/* A scheduled probe of the target has a result: if the server answered, its names are probed
 * again. */
void name_probers_server_answered(struct name_probers *, const struct target *,
				  const struct result *);

#endif
