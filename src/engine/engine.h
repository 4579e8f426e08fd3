/* engine.h - probes all targets of a plan on their schedule, with one or more threads.
 *
 * Each thread has its own event loop, resolver and TLS context, and probes its own part of the
 * targets. Results are kept in the slots of the targets (slot.h) and are handed to the hooks.
 */
#ifndef MAILVANE_ENGINE_H
#define MAILVANE_ENGINE_H

#include "engine_hooks.h"
#include "on_demand_probe.h"

/* Counters since the start of the engine, unless stated otherwise. */
struct engine_stats {
	uint64_t probes;           /* results of targets */
	uint64_t names;            /* connections for customer names */
	uint64_t on_demand_probes; /* probes on demand that were started */
	uint64_t late; /* probes started more than 50 ms late by our own delay */
	uint64_t skipped_suspended; /* logins not tried because the breaker is open */
	uint64_t skipped_overrun; /* probes that were due while the last one was running */
	unsigned in_flight,
	    waiting;     /* connections open now; connections waiting for a limit */
	struct span lag; /* the latest lag of the slowest thread */
	struct span lateness_max; /* the latest start of a probe since the last call */
	uint64_t dns_questions, dns_cache_hits, dns_failures;
};

struct engine;

/* Starts the threads that the plan's settings ask for. Holds the plan. Returns NULL and writes a
 * sentence into error (at most cap bytes) when the trust store, the resolver or a thread cannot
 * be set up. */
struct engine *engine_new(struct plan *, const struct engine_hooks *, char *error,
			  size_t cap);

/* Changes to another plan, for which plan_inherit was called. Unchanged targets keep their times
 * and results; removed targets are no longer probed. Returns false and writes a sentence into
 * error when the new settings cannot be used; the old plan then stays in use. The setting
 * `threads` has no effect after the start. */
bool engine_load(struct engine *, struct plan *, char *error, size_t cap);

/* Starts a probe on demand (on_demand_probe.h). Any thread may call it; it returns at once. False:
 * the engine is stopping, and none of the probe's functions will be called. */
bool engine_probe(struct engine *, struct on_demand_probe *);

/* The current plan, held for the caller, who calls plan_release. Any thread may call it. */
struct plan *engine_plan(struct engine *);

/* Any thread may call it. Sets lateness_max back to 0. */
void engine_stats(struct engine *, struct engine_stats *ret_stats);

/* Ends all connections, joins the threads and frees the engine; takes at most a second. Servers
 * that can be said goodbye to within that time get a QUIT or LOGOUT. NULL does nothing. */
void engine_free(struct engine *);

/* Probes every target of the plan once on the calling thread and returns when all are done.
 * Returns false and writes a sentence into error when it cannot start. */
bool engine_run_once(struct plan *, const struct engine_hooks *, char *error, size_t cap);

#endif
