/* kit.h - what an engine thread works with under one plan: the plan, its TLS context and its
 * resolver.
 *
 * Counted, because probes under way keep the kit they began with when a reload brings another.
 * A kit belongs to one thread; only its making may happen on another.
 */
#ifndef MAILVANE_PLAN_RUNTIME_H
#define MAILVANE_PLAN_RUNTIME_H

#include "plan.h"
#include "resolver.h"

/* A worker's share of the plan, worked out on another thread beforehand. */
struct plan_runtime_share {
	const struct plan
	    *older; /* what `before` is about; never looked into; NULL: nothing */
	size_t count;
	uint32_t *mine; /* places of its targets in the plan */
	uint32_t
	    *before; /* of each, which one of its targets it was; PLAN_RUNTIME_NEW: none */
	struct job *jobs; /* room for a job each, and zeroed */
};
#define PLAN_RUNTIME_NEW UINT32_MAX

struct runtime {
	unsigned holders;
	struct plan *plan;       /* held */
	struct tls_context *tls; /* may be NULL when no target of the plan uses TLS */
	struct tls_context *legacy_tls; /* NULL: not asked for yet */
	struct resolver *resolver;
	struct plan_runtime_share share;
};

/* Of what: PLAN_RUNTIME_FOR_ON_DEMAND_PROBES when targets outside the plan may come. */
enum plan_runtime_use { PLAN_RUNTIME_FOR_PLAN, PLAN_RUNTIME_FOR_ON_DEMAND_PROBES };

/* Without a resolver yet: plan_runtime_open makes it on the thread of its loop. NULL, with a sentence
 * in error, if the settings cannot be used. */
struct runtime *plan_runtime_new(struct plan *, enum plan_runtime_use, char *error,
				 size_t cap);

/* Makes the resolver; false, with a sentence, if it cannot be made. */
bool plan_runtime_open(struct runtime *, uv_loop_t *, char *error, size_t cap);

/* One that knows TLS 1.0 and 1.1 only, made when first asked for. NULL: it cannot be made. */
struct tls_context *plan_runtime_legacy_tls(struct runtime *);

/* What is left of the share. */
void plan_runtime_share_fini(struct plan_runtime_share *);

struct runtime *plan_runtime_hold(struct runtime *);
/* NULL does nothing. The resolver's last handles close with the next turn of the loop. */
void plan_runtime_release(struct runtime *);

#endif
