/* jobs.h - the targets of an engine thread, each with its place in the schedule. */
#ifndef MAILVANE_JOBS_H
#define MAILVANE_JOBS_H

#include "task_context.h"

struct job;

/* The targets of a thread: one task. Zeroed is none. */
struct jobs {
	struct task task; /* first */
	struct job *list; /* in the order of the context's plan */
	size_t count;
	size_t left; /* once: without their results yet */
};

/* Begins the task, with the targets of the context's plan. False: out of memory. */
bool jobs_start(struct jobs *, struct task_context *);

/* Takes the thread's targets of the runtime's plan in place of those it had; unchanged ones keep
 * their turn and the run that is under way. What jobs_prepare has worked out is used if it is about
 * the plan the context has now. False: out of memory, and the jobs are as they were. */
bool jobs_go_over(struct jobs *, struct runtime *);
void jobs_fini(struct jobs *);

/* Works out a thread's share of the runtime's plan, so that going over to it does not hold up its
 * probes; `older` is the plan before. From any thread. Out of memory it is left to the worker. */
void jobs_prepare(struct runtime *, const struct plan *older, unsigned index, unsigned of);

#endif
