/* worker.h - one engine thread: its event loop, its part of the targets, and the tasks that other
 * threads post.
 *
 * It knows when a target is due (jobs.h) and which customer names are probed (name_prober.h); what
 * runs is a task (task.h). Only functions named worker_post... may be called from other threads.
 */
#ifndef MAILVANE_WORKER_H
#define MAILVANE_WORKER_H

#include "jobs.h"
#include "loop_reserve.h"
#include "name_prober.h"
#include "task_context.h"

#include <pthread.h>

struct worker {
	struct task_context context; /* the first member */
	struct loop_reserve reserve;
	uv_timer_t timer;     /* set for the earliest entry of the schedule */
	uv_prepare_t prepare; /* sets the timer before each wait */
	uv_async_t wake;
	struct jobs jobs;
	struct name_probers name_probers;
	struct due lag_check;
	struct instant timer_set_for; /* ns 0: the timer is not set */
	bool starting, closed;        /* worker_init runs; the handles are closed */

	pthread_mutex_t lock; /* guards what other threads post */
	struct plan_runtime *posted_runtime;
	struct task *posted, **posted_end; /* tasks, the oldest first */
	bool posted_stop;                  /* no task is accepted after it */
};

/* Takes over the runtime. The worker probes the part of the plan's targets that belongs to `index`
 * of `worker_count` workers. Returns false and writes a sentence into error when it cannot start;
 * the worker and the runtime are then freed. */
bool worker_init(struct worker *, struct plan_runtime *, const struct engine_hooks *,
		 unsigned index, unsigned worker_count, bool once, char *error, size_t cap);

/* Runs the event loop until the worker has stopped. */
void worker_run(struct worker *);

/* Frees what the worker holds, after worker_run has returned. */
void worker_fini(struct worker *);

/* Makes the worker change to another runtime, which it takes over. */
void worker_post_runtime(struct worker *, struct plan_runtime *);
/* Makes the worker start no more probes and end its connections; worker_run then returns. */
void worker_post_stop(struct worker *);
/* Makes the worker begin a task of this kind, which must have `refused`. False: the worker is
 * stopping. */
bool worker_post(struct worker *, struct task *, const struct task_kind *);

#endif
