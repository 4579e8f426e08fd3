/* target_run_parts.h - the parts of a target run, for the two files that it is made of:
 * target_run.c (the name, the results) and attempt.c (the connections).
 */
#ifndef MAILVANE_TARGET_RUN_PARTS_H
#define MAILVANE_TARGET_RUN_PARTS_H

#include "probe.h"
#include "target_run.h"
#include "tlsa_search.h"

/* One connection of a target run: it waits for the limiter, then it is a probe. */
struct attempt {
	struct limiter_ticket ticket;
	struct target_run *target_run;
	struct probe *probe; /* NULL before and after */
	const struct address *addresses;
	size_t address_count;
	struct instant waits_since;
	struct due retry;                       /* while no descriptor is left */
	const struct address *legacy_tls_probe; /* legacy_tls.h; NULL: not due */
};

struct target_run {
	struct task task; /* first */
	struct task_context *context;
	struct runtime *runtime;
	const struct target *target;
	void (*told)(void *user, unsigned news); /* NULL: disowned */
	void *user;
	struct on_demand_probe *on_demand_probe; /* NULL: a turn of the schedule */
	bool on_demand_probe_told;
	struct question question;
	struct due deadline; /* of the name lookup; on demand, of the wait for a budget */
	struct instant began, ends;
	struct instant held_until; /* the login, with hold_login */
	struct span dns, waited;
	char *missing; /* of the name's addresses; NULL: nothing */
	struct tlsa_search tlsa;
	size_t address_count;
	bool asking, hold_login, silent, put_off;
	unsigned news;            /* enum target_run_news */
	unsigned untold, present; /* attempts without a result; attempts not ended */
	struct address *addresses;
	struct attempt *attempts;
	size_t attempt_count;
};

/* True: each address of the target has an attempt and a result of its own. */
bool target_run_each(const struct target_run *);

/* Keeps a result and hands it to the front end. */
void target_run_file(struct target_run *, const struct result *found);

/* The same for an attempt that has no connection; at NULL: it has no address either. */
void target_run_file_unconnected(struct target_run *r, enum fault fault, enum phase phase,
				 const struct address *address, const char *reason);

/* Ends the run when each attempt has a result, and frees it when each has ended. */
void target_run_end_if_done(struct target_run *);

/* Starts an attempt for the first `count` addresses, or one for each of them. */
void attempts_begin(struct target_run *, size_t count);

#endif
