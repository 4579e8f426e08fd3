/* target_run_parts.h - the structs that target_run.c (the name, the results) and attempt.c (the
 * connections) share. No other file includes this header.
 */
#ifndef MAILVANE_TARGET_RUN_PARTS_H
#define MAILVANE_TARGET_RUN_PARTS_H

#include "probe.h"
#include "target_run.h"
#include "tlsa_search.h"

/* One connection of a target run: it waits for the connection limiter, then it is a probe. */
struct attempt {
	struct limiter_ticket ticket;
	struct target_run *target_run;
	struct probe *probe; /* NULL before it starts and after it has ended */
	const struct address *addresses;
	size_t address_count;
	struct instant waits_since;
	struct due retry; /* while the process has no free descriptor */
	const struct address *legacy_tls_address; /* to probe for legacy TLS; NULL: none */
};

struct target_run {
	struct task task; /* the first member */
	struct task_context *context;
	struct plan_runtime *runtime; /* held */
	const struct target *target;
	void (*finished)(void *user, unsigned outcome); /* NULL: called, or not wanted */
	void *user;
	struct on_demand_probe *on_demand_probe; /* NULL: a scheduled run */
	bool on_demand_reported;                 /* its `done` was called */
	struct question question;
	/* Of the lookups; for a probe on demand, of the wait for a limit. */
	struct due deadline;
	struct instant began, ends;
	struct instant held_until; /* with login_held: no login before this */
	struct span dns, waited;   /* the lookup took; the wait for a limit took */
	char *missing; /* which addresses of the name are unknown, in words; NULL: none */
	struct tlsa_search tlsa;
	size_t address_count;
	bool resolving, login_held, discards_results, deadline_extended;
	unsigned outcome;         /* enum target_run_outcome */
	unsigned results_pending; /* attempts without a result */
	unsigned attempts_open;   /* attempts that have not ended */
	struct address *addresses;
	struct attempt *attempts;
	size_t attempt_count;
};

/* Whether each address of the target has an attempt and a result of its own. */
bool target_run_is_per_address(const struct target_run *);

/* Completes a result, stores it in the slot and hands it to the engine's hooks; or hands it to the
 * probe on demand. */
void target_run_publish(struct target_run *, const struct result *);

/* Publishes a result for an attempt that has no connection. `address` NULL: it is not known. */
void target_run_publish_unconnected(struct target_run *r, enum fault fault,
				    enum phase phase, const struct address *address,
				    const char *reason);

/* Calls `finished` when each attempt has a result; frees the run when each attempt has ended. */
void target_run_end_if_done(struct target_run *);

/* Starts one attempt that tries the first `count` addresses in turn, or one attempt for each. */
void attempts_begin(struct target_run *, size_t count);

#endif
