/* worker.h - one engine thread: a loop, its schedule, its budgets and its targets. */
#ifndef MAILVANE_WORKER_H
#define MAILVANE_WORKER_H

#include "breaker.h"
#include "connection_limiter.h"
#include "dialogue.h"
#include "engine.h"
#include "loop_lag.h"
#include "name_prober.h"
#include "on_demand_probe.h"
#include "plan_runtime.h"
#include "schedule.h"

#include <pthread.h>
#include <stdatomic.h>

struct worker_counters {
	atomic_uint_fast64_t probes, names, on_demand_probes, late, skipped_suspended,
	    skipped_overrun;
	atomic_uint_fast64_t dns_questions, dns_cache_hits, dns_failures;
	atomic_uint in_flight, waiting;
	atomic_int_fast64_t lag_ns, lateness_max_ns;
};

struct worker {
	uv_loop_t loop;
	uv_timer_t timer;
	uv_prepare_t prepare; /* arms the timer for the schedule before each wait */
	uv_async_t wake;
	struct schedule schedule;
	struct limiter limiter;
	struct breaker breaker;
	struct runtime *runtime;
	struct job *jobs; /* jobs.c's, in the order of the kit's plan */
	size_t job_count, jobs_left;
	struct target_run *rounds;      /* under way */
	struct legacy_tls_probe *looks; /* obsolete.c's */
	struct name_probers name_probers;
	struct due pulse;
	struct instant armed, last_late;
	struct loop_lag lag;
	struct engine_hooks hooks;
	unsigned index, of; /* which share of the targets */
	bool once, leaving, closed;
	char output[DIALOGUE_OUTPUT_MAX]; /* of the one dialogue that has the word */
	struct worker_counters counters;

	pthread_mutex_t lock; /* guards what others post */
	struct runtime *posted_runtime;
	struct on_demand_probe *posted_on_demand_probes; /* the latest first */
	bool posted_leave;                               /* no errand is taken behind it */
};

/* Its share of the kit's plan is that of `index` among `of`; `once`: probe all now and leave.
 * Takes the kit over. False, with a sentence in error, when it cannot start; the worker and the
 * kit are then gone. */
bool worker_init(struct worker *, struct runtime *, const struct engine_hooks *,
		 unsigned index, unsigned of, bool once, char *error, size_t cap);

/* The worker that probes a host, so that its address is counted in one place. */
unsigned worker_index(const char *host, unsigned of);

/* Runs until the worker has left. */
void worker_run(struct worker *);

/* When worker_run has returned. */
void worker_fini(struct worker *);

/* From any thread: go over to another kit (takes it over); make no further probes, say goodbye
 * and return from worker_run. */
void worker_post_runtime(struct worker *, struct runtime *);
void worker_post_leave(struct worker *);
/* False: it is leaving. */
bool worker_post_on_demand_probe(struct worker *, struct on_demand_probe *);

/* For rounds: to be among those the worker waits for when it leaves. */
void worker_join(struct worker *, struct target_run *);
void worker_part(struct worker *, struct target_run *);

/* For jobs and rounds: a probe of the schedule begins so far behind its time, because the thread was
 * late or because it waited for a place among the connections. */
void worker_note_start(struct worker *, struct span lateness);

/* For walkers and looks: one of them is done. */
void worker_close_if_done(struct worker *);

#endif
