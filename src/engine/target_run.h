/* round.h - one turn of a target: look the name up, probe its addresses, file the results.
 *
 * With addresses = "each" a round is several probes, else one. A round outlives its last
 * result while connections take leave.
 */
#ifndef MAILVANE_TARGET_RUN_H
#define MAILVANE_TARGET_RUN_H

#include "on_demand_probe.h"
#include "task_context.h"

enum target_run_news {
	/* It is to be probed again soon: it has just failed, or its state waits to be confirmed. */
	TARGET_RUN_AGAIN = 1 << 0,
	/* It has just failed, and nothing of the server was reached: others of it may fail, too. */
	TARGET_RUN_UNREACHED = 1 << 1,
};

/* Begins with the next look at the schedule. `told` is called once, when the last result of the
 * round is filed, with what follows from them (enum target_run_news). NULL: out of memory. */
struct target_run *target_run_new(struct task_context *, struct runtime *,
				  const struct target *,
				  void (*told)(void *user, unsigned news), void *user);

/* For a round that could not begin: files a result with the fault `internal`. */
void round_file_failure(struct task_context *, struct runtime *, const struct target *,
			const char *reason);

/* One for a probe on demand, which gets the result and hears when the run has ended. It waits for
 * its budgets within its deadline. False: out of memory. */
bool target_run_on_demand(struct task_context *, struct runtime *,
			  struct on_demand_probe *);

/* `told` will be called with another user; NULL: it will not be called any more, but results are
 * still filed. */
void target_run_set_user(struct target_run *, void *user);

/* The task of a probe on demand, for worker_post: it begins the run above. */
extern const struct task_kind on_demand_task;

#endif
