/* exporter.c - the configuration in use, the engine that probes it, and what is done with
 * each result.
 *
 * The main thread makes, reloads and frees it. Engine threads call the exporter_on_...
 * hooks. The web thread calls the functions that read.
 */
#include "exporter.h"

#include "descriptor_limit.h"
#include "passive.h"
#include "sink.h"
#include "state_log.h"

#include <stdlib.h>
#include <string.h>

struct exporter {
	struct store *store;
	struct engine *engine;
	struct log *log;
	struct passive *passive;
	struct sink sink;
	const char *path;
	uint64_t
	    /* hash of the errors that were logged last; 0: the last reload had none */
	    logged_errors;
};

/* --- reload ------------------------------------------------------------------------------ */

static uint64_t hash_more(uint64_t hash, const char *text)
{
	return (hash ^ view_hash(view_of(text))) * 0x100000001b3U;
}

static uint64_t errors_hash(const struct config_errors *errors)
{
	uint64_t hash = errors->total;

	for (size_t i = 0; i < errors->count; i++) {
		hash = hash_more(hash, errors->list[i].where);
		hash = hash_more(hash, errors->list[i].what);
	}
	return hash | 1;
}

/* Returns true if somebody requested the reload, or if these errors were not logged yet. */
static bool exporter_should_log(struct exporter *x, enum reload_cause cause, uint64_t hash)
{
	bool change = hash != x->logged_errors;

	x->logged_errors = hash;
	return change || cause == RELOAD_REQUESTED;
}

/* Puts the first error and the number of all. Uses the texts without words of files,
 * because an HTTP client may not be a user of this machine. */
static void exporter_format_first_error(struct buffer *said,
					const struct config_errors *errors)
{
	const struct config_error *first = &errors->list[0];

	buffer_format(said, "%s: %s", first->where, first->bare_what);
	if (*first->bare_hint)
		buffer_format(said, " (%s)", first->bare_hint);
	if (errors->total > 1)
		buffer_format(said, ", and %zu more errors", errors->total - 1);
}

static void exporter_log_errors(struct exporter *x, enum reload_cause cause,
				const struct config_errors *errors)
{
	char total[LOG_NUMBER_MAX];

	if (!exporter_should_log(x, cause, errors_hash(errors)))
		return;
	for (size_t i = 0; i < errors->count; i++)
		log_put(x->log, LOG_ERROR, errors->list[i].what,
			(struct log_field[]){
			    { "at", errors->list[i].where },
			    { "hint", *errors->list[i].hint ? errors->list[i].hint : NULL },
			},
			2);
	log_number(total, errors->total);
	log_put(x->log, LOG_ERROR,
		"configuration not loaded: the previous one stays in use",
		(struct log_field[]){ { "file", x->path }, { "errors", total } }, 2);
}

static void exporter_log_refusal(struct exporter *x, enum reload_cause cause,
				 const char *why)
{
	if (exporter_should_log(x, cause, hash_more(2, why)))
		log_put(x->log, LOG_ERROR,
			"configuration not loaded: the previous one stays in use",
			(struct log_field[]){ { "file", x->path }, { "reason", why } }, 2);
}

static void exporter_use_config(struct exporter *x, struct config *config)
{
	char targets[LOG_NUMBER_MAX];

	store_load(x->store, config);
	passive_load(x->passive, &config->passive);
	x->logged_errors = 0;
	log_number(targets, config->plan->target_count);
	log_put(x->log, LOG_INFO, "configuration loaded",
		(struct log_field[]){ { "file", x->path }, { "targets", targets } }, 2);
}

static bool reload(struct exporter *x, enum reload_cause cause, struct buffer *said)
{
	struct config_errors errors = { 0 };
	struct config *config =
	    config_load_shard(x->path, &x->store->config->plan->shard, &errors);
	char why[512];

	if (!config) {
		exporter_log_errors(x, cause, &errors);
		exporter_format_first_error(said, &errors);
		config_errors_fini(&errors);
		return false;
	}
	descriptor_limit_apply(config->plan, x->log);
	plan_inherit(config->plan, x->store->config->plan);
	if (engine_load(x->engine, config->plan, why, sizeof(why))) {
		buffer_format(said, "configuration loaded: %zu targets",
			      config->plan->target_count);
		exporter_use_config(x, config);
		return true;
	}
	exporter_log_refusal(x, cause, why);
	buffer_text(said, why);
	config_free(config);
	return false;
}

void exporter_reload(struct exporter *x, enum reload_cause cause)
{
	struct reload_waiter *waiters;
	char storage[1024];
	struct buffer said;
	bool ok;

	if (cause == RELOAD_CHANGED && !config_changed(x->store->config))
		return;
	waiters = reload_queue_take(&x->store->reload_queue);
	buffer_init(&said, storage, sizeof(storage));
	ok = reload(x, cause, &said);
	store_reloaded(x->store, ok);
	reload_waiters_answer(waiters, ok, buffer_string(&said));
}

/* --- creation and end -------------------------------------------------------------------- */

/* The listeners of the sink, each of which gets results and changes of state. */
static void exporter_init_sink(struct exporter *x)
{
	const struct listener table[] = {
		{ &state_log_calls, x->log },
		{ &history_calls, x->store->history },
		{ &durations_calls, x->store->durations },
		{ &store_page_calls, x->store },
		{ &passive_calls, x->passive },
	};

	sink_init(&x->sink, x->store, table, ARRAY_SIZE(table));
}

/* Takes the config. NULL: out of memory or descriptors. */
static struct exporter *exporter_prepare(struct config *config, const char *path,
					 const char *version, struct log *log)
{
	struct exporter *x = calloc(1, sizeof(*x));

	if (!x) {
		config_free(config);
		return NULL;
	}
	x->path = path;
	x->log = log;
	x->store = store_new(config, version, log);
	if (x->store)
		x->passive = passive_new(x->store);
	if (x->passive)
		return x;
	exporter_free(x);
	return NULL;
}

struct exporter *exporter_new(struct config *config, const char *path, const char *version,
			      struct log *log, char *error, size_t cap)
{
	struct exporter *x;
	struct engine_hooks hooks;

	if (!descriptor_limit_suffices(config->plan, error, cap))
		return NULL;
	x = exporter_prepare(config, path, version, log);
	if (!x) {
		text_copy(error, cap, "out of memory or descriptors");
		return NULL;
	}
	exporter_init_sink(x);
	hooks = sink_hooks(&x->sink);
	passive_load(x->passive, &config->passive);
	descriptor_limit_apply(config->plan, log);
	x->engine = engine_new(config->plan, &hooks, error, cap);
	x->store->engine = x->engine;
	if (x->engine)
		return x;
	exporter_free(x);
	return NULL;
}

void exporter_free(struct exporter *x)
{
	if (!x)
		return;
	if (x->store)
		reload_waiters_answer(reload_queue_take(&x->store->reload_queue), false,
				      "the exporter is stopping");
	engine_free(x->engine);
	passive_free(x->passive);
	store_free(x->store);
	free(x);
}

struct store *exporter_store(struct exporter *x)
{
	return x->store;
}
