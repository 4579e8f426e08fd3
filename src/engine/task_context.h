/* task_context.h - what the tasks of one engine thread share: its loop, schedule, limits, hooks.
 *
 * It is the part of a worker that a task may see. Nothing in it may be used from another thread,
 * but for the counters.
 */
#ifndef MAILVANE_TASK_CONTEXT_H
#define MAILVANE_TASK_CONTEXT_H

#include "breaker.h"
#include "connection_limiter.h"
#include "dialogue.h"
#include "engine_hooks.h"
#include "loop_lag.h"
#include "plan_runtime.h"
#include "schedule.h"
#include "task.h"

#include <stdatomic.h>

struct worker_counters {
	atomic_uint_fast64_t probes, names, on_demand_probes, late, skipped_suspended,
	    skipped_overrun;
	atomic_uint_fast64_t dns_questions, dns_cache_hits, dns_failures;
	atomic_uint in_flight, waiting;
	atomic_int_fast64_t lag_ns, lateness_max_ns;
};

/* A legacy-TLS probe that is due: legacy_tls_probe.h. */
struct legacy_tls_order {
	struct runtime *runtime;
	const struct target *target;
	const struct address *addresses;
	size_t count;
	struct instant ends;
};

struct task_context {
	uv_loop_t loop;
	struct schedule schedule;
	struct limiter limiter;
	struct breaker breaker;
	struct runtime *runtime; /* of the current plan */
	struct loop_lag lag;
	struct instant last_late; /* when the loop was last found to be late */
	struct engine_hooks hooks;
	unsigned index, of; /* which share of the targets */
	bool once, leaving; /* probe all now and end; make no further probes */
	char output[DIALOGUE_OUTPUT_MAX]; /* of the one dialogue that has the word */
	struct worker_counters counters;

	struct task_list tasks, departing; /* under way; told to leave */
	/* A task has parted. */
	void (*parted)(struct task_context *);

	/* From target runs to tasks of other kinds: a result was filed; look for legacy TLS. */
	void (*filed)(struct task_context *, const struct target *, const struct result *);
	void (*legacy_tls_due)(struct task_context *, const struct legacy_tls_order *);
};

/* The thread, of so many, whose tasks connect to a host, so that its address is counted in one
 * place. */
unsigned task_context_index(const char *host, unsigned of);

/* A probe of the schedule begins so far behind its time, because the thread was late or because it
 * waited for a place among the connections. */
void task_context_note_start(struct task_context *, struct span lateness);

/* Begins a task; it is under way from before its `begin` is called. False: `begin` said so. */
bool task_start(struct task *, const struct task_kind *, struct task_context *);

/* The task is over. Does nothing if it is not under way. */
void task_part(struct task *);

/* Tells each task to leave, the oldest first. */
void tasks_leave(struct task_context *, struct span grace);

#endif
