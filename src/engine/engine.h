/* engine.h - runs the schedule: N threads, each a loop with its own targets. */
#ifndef MAILVANE_ENGINE_H
#define MAILVANE_ENGINE_H

#include "breaker.h"
#include "on_demand_probe.h"
#include "plan.h"

/* A probe of a target is done; the slot has it already. Called on an engine thread, which must
 * not be kept: copy and return. */
struct engine_hooks {
	void (*probed)(void *user, const struct target *, const struct result *,
		       const struct published *);
	void *user;
	/* The announced state of a customer name has changed, or its first is not OK. At most
	 * NAMES_TOLD_MAX of them a minute on each thread; of the rest only how many there were. */
	void (*name_changed)(void *user, const struct target *, const struct name_result *,
			     const struct name_results_change *);
	void (*names_untold)(void *user, uint64_t count);
	struct breaker *breaker; /* engine_run_once: lent, used instead of one of its own */
	bool
	    legacy_tls; /* engine_run_once: looks as in obsolete.h, where a target wants them */
};

enum { NAMES_TOLD_MAX = 20 };

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

/* Probes a target now, whatever the schedule says: errand.h. From any thread; returns at once.
 * False: the engine is ending, and the errand will hear nothing. */
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
