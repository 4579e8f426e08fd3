/* store.h - what the daemon keeps: all that a view (metrics, page, api, passive) may read.
 *
 * Made, given a configuration and freed by the main thread. Any other may read from it meanwhile.
 * The last results are in the slots of the plan's targets (slot.h).
 */
#ifndef MAILVANE_STORE_H
#define MAILVANE_STORE_H

#include "config.h"
#include "durations.h"
#include "engine.h"
#include "health.h"
#include "history.h"
#include "log.h"
#include "on_demand_limiter.h"
#include "outage.h"
#include "passive_counts.h"
#include "reload_queue.h"

struct store {
	struct log *log;       /* lent */
	struct engine *engine; /* lent; NULL until the exporter has started it */
	struct history *history;
	struct durations *durations;
	struct outages *outages;
	struct on_demand_limiter on_demand_limiter;
	struct reload_queue reload_queue;
	struct passive_counts passive_counts[PASSIVE_RECEIVERS];

	/* store.c's own. */
	const char *version;
	struct moment started;
	pthread_mutex_t lock;  /* of: */
	struct config *config; /* the one in use */
	atomic_bool reload_ok, all_probed;
	atomic_llong loaded_ms;
	atomic_ullong changes;
};

/* Takes the config; log and version are lent. NULL: out of memory or descriptors; the config is
 * freed then, too. */
struct store *store_new(struct config *, const char *version, struct log *);
/* After the engine. NULL does nothing. */
void store_free(struct store *);

/* By the main thread: another configuration is in use, which the store takes; what is known of
 * targets in both stays. */
void store_load(struct store *, struct config *);
/* By the main thread: a reload has ended. */
void store_reloaded(struct store *, bool ok);
/* For the sink: what pages that are open should show. The user is a struct store. */
extern const struct listener_calls store_page_calls;

/* The engine's plan, held for the caller: plan_release it. */
struct plan *store_plan(struct store *);
/* The plan of the configuration in use, held likewise; there is one before there is an engine. */
struct plan *store_config_plan(struct store *);
/* The configuration in use but its servers, as text; the caller frees it. NULL: no memory. */
char *store_config_text(struct store *);

void store_health(struct store *, struct health *ret_health);

/* Grows when a target has changed its state, and when a configuration was taken or refused. */
uint64_t store_changes(struct store *);

/* Targets that have never been probed since the start; 0 for good once it was 0. */
size_t store_unprobed(struct store *);

#endif
