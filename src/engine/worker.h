/* worker.h - one engine thread: its loop, its share of the targets, and the tasks others post.
 *
 * It knows when a target is due (jobs.h) and which customer names are probed (name_prober.h);
 * what runs is a task (task.h).
 */
#ifndef MAILVANE_WORKER_H
#define MAILVANE_WORKER_H

#include "jobs.h"
#include "loop_reserve.h"
#include "name_prober.h"
#include "task_context.h"

#include <pthread.h>

struct worker {
	struct task_context context; /* first */
	struct loop_reserve reserve;
	uv_timer_t timer;
	uv_prepare_t prepare; /* arms the timer for the schedule before each wait */
	uv_async_t wake;
	struct jobs jobs;
	struct name_probers name_probers;
	struct due pulse;
	struct instant armed;
	bool starting, closed;

	pthread_mutex_t lock; /* guards what others post */
	struct runtime *posted_runtime;
	struct task *posted, **posted_end; /* tasks, in the order they came */
	bool posted_leave;                 /* no task is taken behind it */
};

/* Its share of the runtime's plan is that of `index` among `of`; `once`: probe all now and end.
 * Takes the runtime over. False, with a sentence in error, when it cannot start; the worker and
 * the runtime are then gone. */
bool worker_init(struct worker *, struct runtime *, const struct engine_hooks *,
		 unsigned index, unsigned of, bool once, char *error, size_t cap);

/* Runs until the worker has ended. */
void worker_run(struct worker *);

/* When worker_run has returned. */
void worker_fini(struct worker *);

/* From any thread: go over to another runtime (takes it over); make no further probes, say goodbye
 * and return from worker_run. */
void worker_post_runtime(struct worker *, struct runtime *);
void worker_post_leave(struct worker *);
/* Likewise: begin a task of this kind, which must have `refused`. False: the worker is leaving. */
bool worker_post(struct worker *, struct task *, const struct task_kind *);

#endif
