/* engine_hooks.h - what a front end hears from the engine. */
#ifndef MAILVANE_ENGINE_HOOKS_H
#define MAILVANE_ENGINE_HOOKS_H

#include "breaker.h"
#include "plan.h"

/* A probe of a target is done; the slot has it already. Called on an engine thread, which must
 * not be kept: copy and return. */
struct engine_hooks {
	void (*probed)(void *user, const struct target *, const struct result *,
		       const struct published *);
	void *user;
	/* The announced state of a customer name has changed, or its first is not OK. At most
	 * NAMES_TOLD_MAX of them a minute on each thread; of the rest only how many there were. */
	void (*name_changed)(void *user, const struct target *, const struct name_result *,
			     const struct name_results_change *);
	void (*names_untold)(void *user, uint64_t count);
	struct breaker *breaker; /* engine_run_once: lent, used instead of one of its own */
	bool legacy_tls; /* engine_run_once: legacy-TLS probes, where a target wants them */
};

enum { NAMES_TOLD_MAX = 20 };

#endif
