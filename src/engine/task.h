/* task.h - one thing that an engine thread runs: a target run, a legacy-TLS probe, a round trip.
 *
 * The thread (worker.h) knows no more of it than is here. It starts a task, tells it to leave when
 * the thread ends, and has ended itself when each task has parted. A task is embedded in what it
 * is a task of, which owns the storage; what it may use of its thread is its context
 * (task_context.h). All calls are made on that thread.
 */
#ifndef MAILVANE_TASK_H
#define MAILVANE_TASK_H

#include "instant.h"

#include <stdbool.h>

struct task;
struct task_context;

struct task_kind {
	/* Starts it. False: it cannot start, for want of memory, and is not under way. */
	bool (*begin)(struct task *);
	/* The thread ends: the task parts within `grace` and files no further results. It may
	 * part, and be freed, within the call. NULL: it parts behind tasks that it has begun. */
	void (*leave)(struct task *, struct span grace);
	/* For tasks that worker_post takes: it did not begin, and is its owner's again. */
	void (*refused)(struct task *);
};

struct task {
	const struct task_kind *kind;
	struct task_context *context;
	struct task *next, *previous; /* in its thread's ring; NULL: not under way */
};

/* The tasks under way, the oldest first; `ring` is no task. */
struct task_list {
	struct task ring;
};

void task_list_init(struct task_list *);
bool task_list_is_empty(const struct task_list *);
/* NULL: there is none (behind it). */
struct task *task_list_first(const struct task_list *);
struct task *task_list_next(const struct task_list *, const struct task *);

/* For task_context.c: at the end of a list, off its list. */
void task_link(struct task_list *, struct task *);
void task_unlink(struct task *);

#endif
