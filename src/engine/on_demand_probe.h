/* on_demand_probe.h - a probe of any target outside the schedule, reported to whoever requested it.
 *
 * It runs on the thread that its host belongs to, with the same limits, resolver, trusted roots and
 * circuit breaker as scheduled probes. Its result goes into no slot and to no hook of the engine.
 */
#ifndef MAILVANE_ON_DEMAND_PROBE_H
#define MAILVANE_ON_DEMAND_PROBE_H

#include "plan.h"
#include "probe_acl.h"
#include "task.h"

/* The caller's storage, zeroed before use; lent to the engine until `closed` is called. */
struct on_demand_probe {
	struct task task; /* the first member; used by the engine */

	/* Its texts must stay valid until `closed`; its slot is not used. `timeout` covers the whole
	 * probe, the wait for a connection limit included. ADDRESS_EACH counts as ADDRESS_FIRST. */
	struct target target;
	const struct probe_acl *probe_acl; /* which addresses may be probed; NULL: any */
	bool transcript;                   /* keep the conversation with the result */
	/* All other connections are admitted first; the wait does not count against the timeout. */
	bool low_priority;
	struct tls_context *tls; /* lent; NULL: that of the plan's runtime */

	/* Both are called on the engine thread and must return quickly. `done` is called once: the
	 * result is lent; it is NULL when the engine stops first. `closed` is called once after it:
	 * the connection is closed and the engine no longer uses this struct. */
	void (*done)(struct on_demand_probe *, const struct result *);
	void (*closed)(struct on_demand_probe *);
};

#endif
