/* exporter.c - the configuration in use, the engine that probes it, and what is done with
 * each result.
 *
 * The main thread makes, reloads and frees it. Engine threads call the exporter_on_...
 * hooks. The web thread calls the functions that read.
 */
#include "exporter.h"

#include "descriptor_limit.h"
#include "names_log.h"
#include "passive.h"
#include "resolver_outage.h"
#include "verdict.h"

#include <stdlib.h>
#include <string.h>

struct exporter {
	struct store *store;
	struct engine *engine;
	struct log *log;
	struct passive *passive;
	struct resolver_outage resolver_outage;
	const char *path;
	uint64_t
	    /* hash of the errors that were logged last; 0: the last reload had none */
	    logged_errors;
};

/* --- changes of state -------------------------------------------------------------------- */

static enum log_level exporter_level_of(enum state state)
{
	switch (state) {
	case STATE_OK:
		return LOG_INFO;
	case STATE_WARNING:
		return LOG_WARN;
	default:
		return LOG_ERROR;
	}
}

/* Called on an engine thread. */
void exporter_log_result(void *user, const struct target *target,
			 const struct result *result, const struct published *p)
{
	enum state before = p->announced_before;
	bool first = before == STATE_COUNT;
	bool each =
	    target->addresses == ADDRESS_EACH && result->address.any.sa_family != AF_UNSPEC;
	char address[ADDRESS_TEXT_MAX], sentence[VERDICT_SENTENCE_MAX],
	    lasted[SPAN_TEXT_MAX];
	bool change = before != p->announced && (!first || p->announced != STATE_OK);
	enum log_level level = change ? exporter_level_of(p->announced) : LOG_DEBUG;

	if (!log_wants(user, level))
		return;
	log_put(
	    user, level,
	    !change ? "probed"
	    : first ? "first result"
		    : "state changed",
	    (struct log_field[]){
		{ "server", target->server },
		{ "service", target->service->name },
		{ "address", each ? address_text(&result->address, address) : NULL },
		{ "state", state_name(change ? p->announced : result->state) },
		{ "before", first || !change ? NULL : state_name(before) },
		{ "lasted",
		  first || !change
		      ? NULL
		      : span_text(moment_between(p->announced_since, result->at), lasted) },
		{ "fault", result->fault ? fault_name(result->fault) : NULL },
		{ "phase", result->fault ? phase_name(result->phase) : NULL },
		{ "reason", verdict_sentence(result, sentence) },
	    },
	    9);
}

/* --- unreachable servers ----------------------------------------------------------------- */

static void exporter_log_server(struct exporter *x, enum log_level level, const char *what,
				const struct target *target, const struct result *result,
				size_t services)
{
	char sentence[VERDICT_SENTENCE_MAX], count[LOG_NUMBER_MAX];
	bool is_error = level == LOG_ERROR;

	log_number(count, services);
	log_put(x->log, level, what,
		(struct log_field[]){
		    { "server", target->server },
		    { is_error ? "services" : "service",
		      is_error ? count : target->service->name },
		    { "state", state_name(result->state) },
		    { "fault", is_error ? fault_name(result->fault) : NULL },
		    { "phase", is_error ? phase_name(result->phase) : NULL },
		    { "reason", is_error ? verdict_sentence(result, sentence) : NULL } },
		6);
}

static void exporter_log_suppressed(struct exporter *x, const struct target *target)
{
	struct record records[SLOT_RECORDS_MAX];
	size_t count = slot_copy(target->slot, records, SLOT_RECORDS_MAX);

	for (size_t i = 0; i < count; i++) {
		const struct record *r = &records[i];
		struct published p = { .announced_before = STATE_OK,
				       .announced = (enum state)r->confirmation.announced,
				       .announced_since = r->announced_since };

		if (p.announced != STATE_COUNT && state_is_bad(p.announced) &&
		    outage_is_unreachable(r->last.state, r->last.fault, r->last.phase))
			exporter_log_result(x->log, target, &r->last, &p);
		slot_record_fini(&records[i]);
	}
}

static void exporter_put_passive(struct exporter *x, const struct target *target)
{
	static const struct address nowhere;

	passive_put(x->passive, target, &nowhere);
}

static void exporter_each_service(struct exporter *x, const struct plan *plan,
				  const char *server,
				  void (*call)(struct exporter *, const struct target *))
{
	for (size_t i = plan_find_server(plan, server);
	     i < plan->target_count && strcmp(plan->targets[i].server, server) == 0; i++)
		call(x, &plan->targets[i]);
}

/* Returns true if the result is part of the outage, so that no line for the service is
 * logged. */
static bool exporter_log_outage(struct exporter *x, const struct target *target,
				const struct result *result,
				const struct published *published)
{
	struct plan *plan = store_config_plan(x->store);
	size_t services = 0;
	enum outage_change change =
	    outages_update(x->store->outages, plan, target, result, published, &services);

	if (change == OUTAGE_STARTED) {
		exporter_log_server(x, LOG_ERROR,
				    "host unreachable, none of its services is reached",
				    target, result, services);
		exporter_each_service(x, plan, target->server, exporter_put_passive);
	} else if (change == OUTAGE_ENDED) {
		exporter_log_server(x, LOG_INFO, "host reached again", target, result,
				    services);
	} else if (change == OUTAGE_REVOKED) {
		exporter_each_service(x, plan, target->server, exporter_log_suppressed);
	}
	plan_release(plan);
	return change == OUTAGE_SUPPRESSED || change == OUTAGE_STARTED;
}

/* Returns true if the result is part of the outage, so that no line for the service is
 * logged. */
static bool exporter_log_resolver_outage(struct exporter *x, const struct target *target,
					 const struct result *result,
					 const struct published *published)
{
	enum resolver_change change =
	    resolver_outage_update(&x->resolver_outage, target, result, published);
	char sentence[VERDICT_SENTENCE_MAX];

	if (change == RESOLVER_OUTAGE_STARTED)
		log_put(x->log, LOG_ERROR,
			"no server can be probed by name until this ends",
			(struct log_field[]){
			    { "fault", fault_name(result->fault) },
			    { "reason", verdict_sentence(result, sentence) } },
			2);
	else if (change == RESOLVER_OUTAGE_ENDED)
		log_put(x->log, LOG_INFO, "our own name servers answer again",
			(struct log_field[]){ { "server", target->server } }, 1);
	return change == RESOLVER_OUTAGE_STARTED || change == RESOLVER_SUPPRESSED ||
	       (change == RESOLVER_OUTAGE_ENDED &&
		published->announced_before == STATE_UNKNOWN &&
		published->announced == STATE_OK);
}

/* Hook of the engine, called on an engine thread after each probe; user is the exporter. */
static void exporter_on_result(void *user, const struct target *target,
			       const struct result *result,
			       const struct published *published)
{
	struct exporter *x = user;

	if (!exporter_log_resolver_outage(x, target, result, published) &&
	    !exporter_log_outage(x, target, result, published))
		exporter_log_result(x->log, target, result, published);
	history_put(x->store->history, target, result, published->before);
	durations_put(x->store->durations, target, result->took);
	if (published->before != result->state)
		store_changed(x->store);
	if (!published->awaited)
		passive_put(x->passive, target, &result->address);
}

/* Hooks of the engine for customers' names, called on engine threads; user is the
 * exporter. */
static void exporter_on_name_change(void *user, const struct target *target,
				    const struct name_result *name,
				    const struct name_results_change *change)
{
	struct exporter *x = user;

	names_log_changed(x->log, target, name, change);
	store_changed(x->store);
}

static void exporter_on_names_skipped(void *user, uint64_t count)
{
	struct exporter *x = user;

	names_log_skipped(x->log, count);
}

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
	log_put(x->log, LOG_ERROR, "configuration not taken: the one before stays in use",
		(struct log_field[]){ { "file", x->path }, { "errors", total } }, 2);
}

static void exporter_log_refusal(struct exporter *x, enum reload_cause cause,
				 const char *why)
{
	if (exporter_should_log(x, cause, hash_more(2, why)))
		log_put(x->log, LOG_ERROR,
			"configuration not taken: the one before stays in use",
			(struct log_field[]){ { "file", x->path }, { "reason", why } }, 2);
}

static void exporter_use_config(struct exporter *x, struct config *config)
{
	char targets[LOG_NUMBER_MAX];

	store_load(x->store, config);
	passive_load(x->passive, &config->passive);
	x->logged_errors = 0;
	log_number(targets, config->plan->target_count);
	log_put(x->log, LOG_INFO, "configuration taken",
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
		buffer_format(said, "configuration taken: %zu targets",
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
	struct exporter *x = exporter_prepare(config, path, version, log);
	const struct engine_hooks hooks = { .probed = exporter_on_result,
					    .name_changed = exporter_on_name_change,
					    .names_untold = exporter_on_names_skipped,
					    .user = x };

	if (!x) {
		text_copy(error, cap, "out of memory or descriptors");
		return NULL;
	}
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
				      "the exporter is ending");
	engine_free(x->engine);
	passive_free(x->passive);
	store_free(x->store);
	free(x);
}

struct store *exporter_store(struct exporter *x)
{
	return x->store;
}
