/* store.c - see store.h. */
#include "store.h"

#include <stdlib.h>
#include <string.h>

/* --- the configuration ------------------------------------------------------------------- */

static void store_load_plan(struct store *store, struct plan *plan)
{
	history_load(store->history, plan);
	durations_load(store->durations, plan);
}

void store_load(struct store *store, struct config *config)
{
	struct config *older = store->config;

	store_load_plan(store, config->plan);
	outages_retain(store->outages, config->plan);
	pthread_mutex_lock(&store->lock);
	store->config = config;
	pthread_mutex_unlock(&store->lock);
	config_free(older);
	atomic_store(&store->loaded_ms, moment_now().ms);
	atomic_store(&store->reload_ok, true);
}

void store_reloaded(struct store *store, bool ok)
{
	atomic_store(&store->reload_ok, ok);
	atomic_fetch_add(&store->changes, 1);
}

struct plan *store_config_plan(struct store *store)
{
	struct plan *plan;

	pthread_mutex_lock(&store->lock);
	plan = plan_hold(store->config->plan);
	pthread_mutex_unlock(&store->lock);
	return plan;
}

char *store_config_text(struct store *store)
{
	char *text;

	pthread_mutex_lock(&store->lock);
	text = strdup(store->config->dump);
	pthread_mutex_unlock(&store->lock);
	return text;
}

/* --- what the views read ----------------------------------------------------------------- */

struct plan *store_plan(struct store *store)
{
	return engine_plan(store->engine);
}

static void store_changed(struct store *store)
{
	atomic_fetch_add_explicit(&store->changes, 1, memory_order_relaxed);
}

static void store_on_result(void *user, const struct filed_result *filed)
{
	if (filed->published->before != filed->result->state)
		store_changed(user);
}

static void store_on_name(void *user, const struct target *target,
			  const struct name_result *name,
			  const struct name_results_change *change)
{
	(void)target, (void)name, (void)change;
	store_changed(user);
}

const struct listener_calls store_page_calls = { .result = store_on_result,
						 .name = store_on_name };

uint64_t store_changes(struct store *store)
{
	return atomic_load_explicit(&store->changes, memory_order_relaxed);
}

void store_health(struct store *store, struct health *ret_health)
{
	struct plan *plan = store_plan(store);

	*ret_health = (struct health){
		.version = store->version,
		.started = store->started,
		.targets = plan->target_count,
		.in_flight_max = plan->settings.in_flight_max,
		.shard = plan->shard,
		.reload_ok = atomic_load(&store->reload_ok),
		.loaded = { atomic_load(&store->loaded_ms) },
		.log_dropped = log_dropped(store->log),
		.results_dropped = slot_results_dropped(),
		.running = true,
		.durations = store->durations,
	};
	plan_release(plan);
	engine_stats(store->engine, &ret_health->engine);
	process_read(&ret_health->process);
	for (size_t i = 0; i < PASSIVE_RECEIVERS; i++)
		passive_counts_copy(&store->passive_counts[i], &ret_health->passive[i]);
}

size_t store_unprobed(struct store *store)
{
	struct plan *plan;
	size_t unprobed = 0;

	if (atomic_load(&store->all_probed))
		return 0;
	plan = store_plan(store);
	for (size_t i = 0; i < plan->target_count; i++) {
		struct record record;

		if (slot_copy(plan->targets[i].slot, &record, 1) > 0)
			slot_record_fini(&record);
		else
			unprobed++;
	}
	plan_release(plan);
	if (unprobed == 0)
		atomic_store(&store->all_probed, true);
	return unprobed;
}

/* --- life -------------------------------------------------------------------------------- */

struct store *store_new(struct config *config, const char *version, struct log *log)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store || !reload_queue_init(&store->reload_queue)) {
		config_free(config);
		free(store);
		return NULL;
	}
	store->config = config;
	store->log = log;
	store->version = version;
	store->started = moment_now();
	pthread_mutex_init(&store->lock, NULL);
	on_demand_limiter_init(&store->on_demand_limiter);
	atomic_init(&store->reload_ok, true);
	atomic_init(&store->loaded_ms, store->started.ms);
	store->history = history_new();
	store->durations = durations_new();
	store->outages = outages_new();
	if (store->history && store->durations && store->outages) {
		store_load_plan(store, config->plan);
		return store;
	}
	store_free(store);
	return NULL;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	history_free(store->history);
	durations_free(store->durations);
	outages_free(store->outages);
	config_free(store->config);
	on_demand_limiter_fini(&store->on_demand_limiter);
	reload_queue_fini(&store->reload_queue);
	pthread_mutex_destroy(&store->lock);
	free(store);
}
