/* task_context.h - what the tasks of one engine thread share: its loop, schedule, limits, hooks.
 *
 * It is the part of a worker that tasks may use. Only the counters may be used from another thread.
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

/* See struct engine_stats. Any thread may read them. */
struct worker_counters {
	atomic_uint_fast64_t probes, names, on_demand_probes, late, skipped_suspended,
	    skipped_overrun;
	atomic_uint_fast64_t dns_questions, dns_cache_hits, dns_failures;
	atomic_uint in_flight, waiting;
	atomic_int_fast64_t lag_ns, lateness_max_ns;
};

/* A probe for legacy TLS that is due (legacy_tls_probe.h). Lent for the call. */
struct legacy_tls_order {
	struct plan_runtime *runtime;
	const struct target *target;
	const struct address *addresses;
	size_t count;
	struct instant ends;
};

struct task_context {
	uv_loop_t loop;
	struct schedule schedule;
	struct connection_limiter limiter;
	struct breaker breaker;
	struct plan_runtime *runtime; /* that of the current plan */
	struct loop_lag lag;
	struct instant last_late; /* when the loop was last found to be late */
	struct engine_hooks hooks;
	unsigned index, worker_count; /* the number of this thread; how many there are */
	bool once, stopping; /* probe all targets once and end; begin no further probes */
	char output[DIALOGUE_OUTPUT_MAX]; /* shared by all dialogues: one sends at a time */
	struct worker_counters counters;

	struct task_list tasks,
	    stopping_tasks; /* under way; under way, but `stop` was called */
	/* Called after a task has ended. */
	void (*task_ended)(struct task_context *);

	/* Called by target runs for tasks of other kinds: a result was published; a probe for legacy
	 * TLS is due. */
	void (*result_published)(struct task_context *, const struct target *,
				 const struct result *);
	void (*legacy_tls_due)(struct task_context *, const struct legacy_tls_order *);
};

/* The number of the thread, of so many, that connects to a host. All targets of a host belong to one
 * thread, so that its connections are counted in one place. */
unsigned task_context_index_of_host(const char *host, unsigned worker_count);

/* Counts a scheduled probe that starts this much behind its time, because the thread was late or
 * because the probe waited for a connection limit. */
void task_context_count_lateness(struct task_context *, struct span lateness);

/* Begins a task; it counts as under way while `begin` runs. False: `begin` returned false. */
bool task_start(struct task *, const struct task_kind *, struct task_context *);

/* A task calls this when it has ended. Does nothing if it is not under way. */
void task_end(struct task *);

/* Stops each task, the oldest first. */
void tasks_stop(struct task_context *, struct span grace);

#endif
