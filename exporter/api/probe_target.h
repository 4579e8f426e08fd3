/* probe_target.h - what `target` and `module` of a /probe mean, and whether they may be asked
 * for. `module` is a service; `target` a server's name, a configured host, or a host that the
 * configuration allows: "HOST", "HOST:PORT", "[IPv6]:PORT".
 */
#ifndef MAILVANE_PROBE_TARGET_H
#define MAILVANE_PROBE_TARGET_H

#include "plan.h"
#include "strbuf.h"

enum { PROBE_HOST_MAX = 256 };

/* Refers to itself and to the plan: stay where it was made, and hold the plan. */
struct probe_target {
	struct target target; /* ADDRESS_EACH is ADDRESS_FIRST; timeout is the module's */
	struct service service;
	char host[PROBE_HOST_MAX];
	bool foreign; /* not configured: each address is to be judged by the allowance */
};

enum probe_target_answer { PROBE_TARGET_FOUND, PROBE_TARGET_BAD, PROBE_TARGET_FORBIDDEN };

/* With an account only for a configured server at its configured port. When it is not found
 * the draft has a sentence. Either text may be NULL: not given. */
enum probe_target_answer probe_target_find(const struct plan *, const char *target,
					   const char *module,
					   struct probe_target *ret_target,
					   struct strbuf *error);

#endif
