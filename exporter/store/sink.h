/* sink.h - the one place that is told all results and changes of state; it tells the listeners.
 *
 * It is the user of the engine's hooks. What is part of an outage is found out here, so that all
 * listeners agree on it.
 */
#ifndef MAILVANE_SINK_H
#define MAILVANE_SINK_H

#include "listener.h"
#include "store.h"

enum { SINK_LISTENERS_MAX = 8 };

struct sink {
	struct store *store; /* lent */
	struct resolver_outage resolver_outage;
	struct listener listeners[SINK_LISTENERS_MAX];
	size_t count;
};

/* Copies the table of listeners, of at most SINK_LISTENERS_MAX rows. */
void sink_init(struct sink *, struct store *, const struct listener *, size_t count);

/* For an engine; the sink must outlive it. */
struct engine_hooks sink_hooks(struct sink *);

/* What the hooks do. */
void sink_result(struct sink *, const struct target *, const struct result *,
		 const struct published *);
void sink_name(struct sink *, const struct target *, const struct name_result *,
	       const struct name_results_change *);
void sink_names_skipped(struct sink *, uint64_t count);

#endif
