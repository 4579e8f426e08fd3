/* task.h - one thing that an engine thread runs: a target run, a legacy-TLS probe, a round trip.
 *
 * The thread (worker.h) knows no more of it than this header says. It begins a task, stops it when the
 * thread ends, and waits until every task has ended. A task is embedded in a struct that its owner
 * stores; what it may use of its thread is its context (task_context.h). All calls are made on that
 * thread.
 */
#ifndef MAILVANE_TASK_H
#define MAILVANE_TASK_H

#include "instant.h"

#include <stdbool.h>

struct task;
struct task_context;

struct task_kind {
	/* Begins it. False: it cannot begin, because memory is lacking. */
	bool (*begin)(struct task *);
	/* The thread ends: the task must end within `grace` and publish no further results. It may
	 * end, and be freed, within the call. NULL: it ends after the tasks that it has begun. */
	void (*stop)(struct task *, struct span grace);
	/* For tasks given to worker_post: it did not begin, and belongs to its owner again. */
	void (*refused)(struct task *);
};

struct task {
	const struct task_kind *kind;
	struct task_context *context;
	struct task *next, *previous; /* in a list of its thread; NULL: not under way */
};

/* A ring of tasks, the oldest first; `ring` is its head and no task. */
struct task_list {
	struct task ring;
};

void task_list_init(struct task_list *);
bool task_list_is_empty(const struct task_list *);
/* NULL: there is no (further) task. */
struct task *task_list_first(const struct task_list *);
struct task *task_list_next(const struct task_list *, const struct task *);

/* For task_context.c: adds a task at the end of a list; removes it. */
void task_link(struct task_list *, struct task *);
void task_unlink(struct task *);

#endif
