/* on_demand_probe.h - a probe on demand: of any target, outside the schedule, told to who asked for it.
 *
 * It runs on the thread that its host belongs to, under the same budgets, with the same names,
 * roots and breaker as the turns of the schedule; no slot and no hook hears of it.
 */
#ifndef MAILVANE_ON_DEMAND_PROBE_H
#define MAILVANE_ON_DEMAND_PROBE_H

#include "plan.h"
#include "probe_acl.h"
#include "task.h"

/* The caller's storage, zeroed before use; lent until `gone`. */
struct on_demand_probe {
	struct task task; /* the engine's; first */

	/* Its texts must stay until `gone`; its slot is not used. `timeout` is of the whole, the
	 * wait for a budget included. ADDRESS_EACH counts as ADDRESS_FIRST. */
	struct target target;
	const struct probe_acl *probe_acl; /* judges the addresses; NULL: any will do */
	bool transcript;                   /* keep what was said with the result */
	bool
	    low_priority; /* lets all others go first at the budgets, and has time to wait for them:
		      * it is not counted then */
	struct tls_context *tls; /* lent; NULL: the kit's own */

	/* On the engine thread, which must not be kept. `done` once: the result is lent, NULL
	 * when the engine ends before there is one. `gone` once, behind it: the connection is
	 * closed and nothing refers to the probe any more. */
	void (*done)(struct on_demand_probe *, const struct result *);
	void (*gone)(struct on_demand_probe *);
};

#endif
