/* target_run.h - one run of a target: resolve its name, probe its addresses, publish the results.
 *
 * With addresses = "each" a run makes a probe for each address, else one. The run exists until its
 * last connection is closed, which may be after its last result.
 */
#ifndef MAILVANE_TARGET_RUN_H
#define MAILVANE_TARGET_RUN_H

#include "on_demand_probe.h"
#include "task_context.h"

/* What follows from the results of a run: flags. */
enum target_run_outcome {
	/* Probe the target again soon: it has just failed, or a change of state awaits confirmation. */
	TARGET_RUN_RETRY_SOON = 1 << 0,
	/* It has just failed, and no connection was made: other services of the server may fail, too. */
	TARGET_RUN_UNREACHABLE = 1 << 1,
};

/* The run begins when the schedule is next served. `finished` is called once, after the last result
 * of the run, with enum target_run_outcome. NULL: out of memory. */
struct target_run *target_run_new(struct task_context *, struct plan_runtime *,
				  const struct target *,
				  void (*finished)(void *user, unsigned outcome),
				  void *user);

/* For a run that could not begin: publishes a result with the fault `internal`. */
void target_run_publish_failure(struct task_context *, struct plan_runtime *,
				const struct target *, const char *reason);

/* Starts a run for a probe on demand, whose functions are called with the result and at the end of
 * the run. False: out of memory. */
bool target_run_on_demand(struct task_context *, struct plan_runtime *,
			  struct on_demand_probe *);

/* Changes the user that `finished` is called with. NULL: it will not be called; results are still
 * published. */
void target_run_set_user(struct target_run *, void *user);

/* The task of a probe on demand, for worker_post: it begins target_run_on_demand. */
extern const struct task_kind on_demand_task;

#endif
