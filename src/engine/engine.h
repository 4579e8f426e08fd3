/* engine.h - runs the schedule: N threads, each a loop with its own targets. */
#ifndef MAILVANE_ENGINE_H
#define MAILVANE_ENGINE_H

#include "engine_hooks.h"
#include "on_demand_probe.h"

struct engine_stats {
	uint64_t names; /* connections for customer names: hosting in plan.h */
	uint64_t probes;
	uint64_t on_demand_probes; /* probes on demand that began */
	uint64_t late; /* began more than 50 ms behind their time, by our fault */
	uint64_t skipped_suspended;  /* logins left out by the breaker */
	uint64_t skipped_overrun;    /* due while the probe before was still running */
	unsigned in_flight, waiting; /* now; waiting for a budget */
	struct span lag;             /* the latest lag of the slowest loop */
	struct span lateness_max;    /* of a probe's start, since the last call */
	uint64_t dns_questions, dns_cache_hits, dns_failures;
};

struct engine;

/* Starts the threads of the plan's settings. NULL, with a sentence in error, when it cannot
 * (trust store, resolver, threads). Holds the plan. */
struct engine *engine_new(struct plan *, const struct engine_hooks *, char *error,
			  size_t cap);

/* Goes over to another plan: unchanged targets (plan_inherit was called) keep their place and
 * results, removed ones stop. False, with a sentence, if the new settings cannot be used; then
 * nothing has changed. `threads` stays as it was at the start. */
bool engine_load(struct engine *, struct plan *, char *error, size_t cap);

/* Probes a target now, whatever the schedule says: on_demand_probe.h. From any thread; returns at once.
 * False: the engine is ending, and the probe will hear nothing. */
bool engine_probe(struct engine *, struct on_demand_probe *);

/* The current plan, held for the caller: plan_release it. */
struct plan *engine_plan(struct engine *);

void engine_stats(struct engine *, struct engine_stats *ret_stats);

/* Ends all probes (politely where it costs no wait), joins the threads and frees. NULL does
 * nothing. At most a second. */
void engine_free(struct engine *);

/* Probes every target of the plan once, now, on the calling thread, and returns when all are
 * done. False, with a sentence, if it cannot start. */
bool engine_run_once(struct plan *, const struct engine_hooks *, char *error, size_t cap);

#endif
