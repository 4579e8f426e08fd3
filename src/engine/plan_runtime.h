/* plan_runtime.h - a plan with the TLS contexts and the resolver that an engine thread uses for it.
 *
 * It is counted: probes under way keep the runtime they began with when a reload brings another
 * one. It belongs to one thread; only plan_runtime_new may be called on another thread.
 */
#ifndef MAILVANE_PLAN_RUNTIME_H
#define MAILVANE_PLAN_RUNTIME_H

#include "plan.h"
#include "resolver.h"

/* Which targets of the plan belong to the worker: computed by jobs_prepare on another thread. */
struct plan_share {
	/* The plan that `before` refers to; only compared, never read. NULL: nothing is prepared. */
	const struct plan *older;
	size_t count;
	uint32_t *mine; /* indexes of the worker's targets in the plan */
	uint32_t
	    *before; /* for each of them, its number among the worker's targets of the older
			   * plan; PLAN_SHARE_NEW: it was not there */
	struct job *jobs; /* zeroed memory for one job each */
};
#define PLAN_SHARE_NEW UINT32_MAX

struct plan_runtime {
	unsigned holders;
	struct plan *plan;              /* held */
	struct tls_context *tls;        /* NULL when no target of the plan uses TLS */
	struct tls_context *legacy_tls; /* NULL until it is needed */
	struct resolver *resolver;      /* NULL until plan_runtime_open */
	struct plan_share share;
};

/* PLAN_RUNTIME_FOR_ON_DEMAND_PROBES: targets that are not in the plan may be probed, too. */
enum plan_runtime_use { PLAN_RUNTIME_FOR_PLAN, PLAN_RUNTIME_FOR_ON_DEMAND_PROBES };

/* Holds the plan. Returns NULL and writes a sentence into error if the settings cannot be used. */
struct plan_runtime *plan_runtime_new(struct plan *, enum plan_runtime_use, char *error,
				      size_t cap);

/* Makes the resolver, on the thread of the loop. Returns false and writes a sentence into error if
 * it cannot be made. */
bool plan_runtime_open(struct plan_runtime *, uv_loop_t *, char *error, size_t cap);

/* A TLS context that speaks TLS 1.0 and 1.1 only, made at the first call and owned by the runtime.
 * NULL: it cannot be made. */
struct tls_context *plan_runtime_legacy_tls(struct plan_runtime *);

/* Frees what is left in it and zeroes it. */
void plan_share_fini(struct plan_share *);

struct plan_runtime *plan_runtime_hold(struct plan_runtime *);
/* NULL does nothing. The resolver's last handles close in the next turn of the loop. */
void plan_runtime_release(struct plan_runtime *);

#endif
