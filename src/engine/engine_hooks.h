/* engine_hooks.h - the functions by which the engine reports to a front end. */
#ifndef MAILVANE_ENGINE_HOOKS_H
#define MAILVANE_ENGINE_HOOKS_H

#include "breaker.h"
#include "plan.h"

/* They are called on an engine thread and must return quickly; what they are given is lent for the
 * call. Each may be NULL. */
struct engine_hooks {
	/* A target has a new result; its slot already has it. */
	void (*probed)(void *user, const struct target *, const struct result *,
		       const struct published *);
	void *user;
	/* The announced state of a customer name has changed, or its first state is not OK. Each
	 * thread reports at most NAME_CHANGES_PER_MINUTE_MAX changes in a minute. */
	void (*name_changed)(void *user, const struct target *, const struct name_result *,
			     const struct name_results_change *);
	/* The number of changes that were not reported because of that limit. */
	void (*name_changes_dropped)(void *user, uint64_t count);
	/* For engine_run_once: lent; used in place of a breaker of its own. NULL: its own. */
	struct breaker *breaker;
	/* For engine_run_once: probe for legacy TLS (legacy_tls_probe.h) where a target wants it. */
	bool legacy_tls;
};

enum { NAME_CHANGES_PER_MINUTE_MAX = 20 };

#endif
