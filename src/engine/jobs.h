/* jobs.h - the targets of an engine thread, each with its next time in the schedule. */
#ifndef MAILVANE_JOBS_H
#define MAILVANE_JOBS_H

#include "task_context.h"

struct job;

/* The targets of a thread, as one task. Zeroed: there are none. */
struct jobs {
	struct task task; /* the first member */
	struct job *list; /* in the order of the plan */
	size_t count;
	size_t left; /* for a thread that runs once: targets without a result */
};

/* Begins the task, with the thread's targets of the current plan. False: out of memory. */
bool jobs_start(struct jobs *, struct task_context *);

/* Replaces the jobs by one for each of the thread's targets in the runtime's plan. Targets that are
 * in both plans unchanged keep their times and the target run that is under way. Uses what
 * jobs_prepare has computed if that was computed for the plan that the thread has now. False: out of
 * memory, and the jobs are unchanged. */
bool jobs_load_prepared(struct jobs *, struct plan_runtime *);
void jobs_fini(struct jobs *);

/* Computes which targets of the runtime's plan a thread has and which of them it had in the `older`
 * plan, so that jobs_load_prepared takes little time on that thread. Any thread may call it. Out of
 * memory nothing is prepared, and the thread does the work. */
void jobs_prepare(struct plan_runtime *, const struct plan *older, unsigned index,
		  unsigned worker_count);

#endif
