/* probe_target.h - finds the target of a /probe request and checks that it may be probed.
 *
 * `module` is a service; `target` is a server's name, a configured host, or a host that the
 * configuration allows: "HOST", "HOST:PORT", "[IPv6]:PORT".
 */
#ifndef MAILVANE_PROBE_TARGET_H
#define MAILVANE_PROBE_TARGET_H

#include "plan.h"
#include "strbuf.h"

enum { PROBE_HOST_MAX = 256 };

/* Has pointers to itself and to the plan: must not be moved, and needs the plan. */
struct probe_target {
	/* ADDRESS_EACH becomes ADDRESS_FIRST; timeout is the module's */
	struct target target;
	struct service service;
	char host[PROBE_HOST_MAX];
	/* the host is not configured: each of its addresses is checked by the ACL */
	bool foreign;
};

enum probe_target_answer { PROBE_TARGET_FOUND, PROBE_TARGET_BAD, PROBE_TARGET_FORBIDDEN };

/* Uses an account only for a configured server at its configured port. If the target is
 * not found or not allowed, the text says why. target and module may be NULL: not given. */
enum probe_target_answer probe_target_find(const struct plan *, const char *target,
					   const char *module,
					   struct probe_target *ret_target,
					   struct strbuf *error);

#endif
