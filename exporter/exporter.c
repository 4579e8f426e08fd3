/* exporter.c - the configuration in use, the engine that probes it, and what is done with
 * each result.
 *
 * The main thread makes, reloads and frees it. Engine threads call the exporter_on_...
 * hooks. The web thread calls the functions that read.
 */
#include "exporter.h"

#include "descriptor_limit.h"
#include "names_log.h"
#include "outage.h"
#include "passive.h"
#include "resolver_outage.h"
#include "verdict.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct exporter {
	/* the configuration in use; the engine holds its plan, too */
	struct config *config;
	pthread_mutex_t lock; /* protects config (for other threads) and waiters */
	struct reload_waiter *waiters;
	int wake[2]; /* a pipe with one byte for each new waiter */
	struct engine *engine;
	struct log *log;
	struct passive *passive;
	struct history *history;
	struct durations *durations;
	struct outages *outages;
	struct resolver_outage resolver_outage;
	const char *path, *version;
	struct moment started;
	struct on_demand_limiter
	    on_demand_limiter; /* probes on demand that run or are about to begin */

	/* Written by the main thread, read by the web thread. */
	atomic_bool reload_ok, all_probed;
	atomic_llong loaded_ms;
	atomic_ullong changes; /* also written by engine threads */

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
	struct plan *plan;
	size_t services = 0;
	enum outage_change change;

	pthread_mutex_lock(&x->lock);
	plan = plan_hold(x->config->plan);
	pthread_mutex_unlock(&x->lock);
	change = outages_update(x->outages, plan, target, result, published, &services);
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
	history_put(x->history, target, result, published->before);
	durations_put(x->durations, target, result->took);
	if (published->before != result->state)
		atomic_fetch_add_explicit(&x->changes, 1, memory_order_relaxed);
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
	atomic_fetch_add_explicit(&x->changes, 1, memory_order_relaxed);
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

	struct config *older = x->config;

	history_load(x->history, config->plan);
	durations_load(x->durations, config->plan);
	outages_retain(x->outages, config->plan);
	pthread_mutex_lock(&x->lock);
	x->config = config;
	pthread_mutex_unlock(&x->lock);
	config_free(older);
	passive_load(x->passive, &config->passive);
	x->logged_errors = 0;
	atomic_store(&x->loaded_ms, moment_now().ms);
	atomic_store(&x->reload_ok, true);
	log_number(targets, config->plan->target_count);
	log_put(x->log, LOG_INFO, "configuration taken",
		(struct log_field[]){ { "file", x->path }, { "targets", targets } }, 2);
}

static bool reload(struct exporter *x, enum reload_cause cause, struct buffer *said)
{
	struct config_errors errors = { 0 };
	struct config *config =
	    config_load_shard(x->path, &x->config->plan->shard, &errors);
	char why[512];

	if (!config) {
		exporter_log_errors(x, cause, &errors);
		exporter_format_first_error(said, &errors);
		config_errors_fini(&errors);
		return false;
	}
	descriptor_limit_apply(config->plan, x->log);
	plan_inherit(config->plan, x->config->plan);
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

static struct reload_waiter *exporter_take_waiters(struct exporter *x)
{
	struct reload_waiter *waiters;
	char drained[64];

	pthread_mutex_lock(&x->lock);
	while (read(x->wake[0], drained, sizeof(drained)) > 0)
		;
	waiters = x->waiters;
	x->waiters = NULL;
	pthread_mutex_unlock(&x->lock);
	return waiters;
}

static void reload_waiters_answer(struct reload_waiter *w, bool ok, const char *said)
{
	struct reload_waiter *next;

	for (; w; w = next) {
		next = w->next;
		w->answered(w, ok, said);
	}
}

void exporter_reload(struct exporter *x, enum reload_cause cause)
{
	struct reload_waiter *waiters;
	char storage[1024];
	struct buffer said;
	bool ok;

	if (cause == RELOAD_CHANGED && !config_changed(x->config))
		return;
	waiters = exporter_take_waiters(x);
	buffer_init(&said, storage, sizeof(storage));
	ok = reload(x, cause, &said);
	atomic_store(&x->reload_ok, ok);
	atomic_fetch_add(&x->changes, 1);
	reload_waiters_answer(waiters, ok, buffer_string(&said));
}

void exporter_request_reload(struct exporter *x, struct reload_waiter *waiter)
{
	pthread_mutex_lock(&x->lock);
	waiter->next = x->waiters;
	x->waiters = waiter;
	if (write(x->wake[1], "", 1) < 0) {
		/* The pipe is full, so the main thread wakes up anyway. */
	}
	pthread_mutex_unlock(&x->lock);
	log_put(x->log, LOG_INFO, "reload asked for over HTTP", NULL, 0);
}

int exporter_reload_fd(const struct exporter *x)
{
	return x->wake[0];
}

bool exporter_reload_requested(struct exporter *x)
{
	bool asked;

	pthread_mutex_lock(&x->lock);
	asked = x->waiters != NULL;
	pthread_mutex_unlock(&x->lock);
	return asked;
}

char *exporter_config(struct exporter *x)
{
	char *text;

	pthread_mutex_lock(&x->lock);
	text = strdup(x->config->dump);
	pthread_mutex_unlock(&x->lock);
	return text;
}

/* --- creation and end -------------------------------------------------------------------- */

struct exporter *exporter_new(struct config *config, const char *path, const char *version,
			      struct log *log, char *error, size_t cap)
{
	struct exporter *x = calloc(1, sizeof(*x));
	const struct engine_hooks hooks = { .probed = exporter_on_result,
					    .name_changed = exporter_on_name_change,
					    .names_untold = exporter_on_names_skipped,
					    .user = x };
	struct outages *outages = outages_new();
	struct passive *passive = passive_new(log, outages);

	struct history *history = history_new();
	struct durations *durations = durations_new();
	int wake[2];

	if (!x || !outages || !passive || !history || !durations ||
	    pipe2(wake, O_NONBLOCK | O_CLOEXEC) < 0) {
		text_copy(error, cap, "out of memory or descriptors");
		config_free(config);
		passive_free(passive);
		history_free(history);
		durations_free(durations);
		outages_free(outages);
		free(x);
		return NULL;
	}
	passive_load(passive, &config->passive);
	history_load(history, config->plan);
	durations_load(durations, config->plan);
	*x = (struct exporter){ .config = config,
				.wake = { wake[0], wake[1] },
				.log = log,
				.passive = passive,
				.history = history,
				.durations = durations,
				.outages = outages,
				.path = path,
				.version = version,
				.started = moment_now() };
	pthread_mutex_init(&x->lock, NULL);
	atomic_init(&x->reload_ok, true);
	atomic_init(&x->all_probed, false);
	atomic_init(&x->loaded_ms, x->started.ms);
	on_demand_limiter_init(&x->on_demand_limiter);
	atomic_init(&x->changes, 0);
	descriptor_limit_apply(config->plan, log);
	x->engine = engine_new(config->plan, &hooks, error, cap);
	if (!x->engine) {
		exporter_free(x);
		return NULL;
	}
	return x;
}

void exporter_free(struct exporter *x)
{
	if (!x)
		return;
	reload_waiters_answer(exporter_take_waiters(x), false, "the exporter is ending");
	engine_free(x->engine);
	passive_free(x->passive);
	history_free(x->history);
	durations_free(x->durations);
	outages_free(x->outages);
	config_free(x->config);
	close(x->wake[0]);
	close(x->wake[1]);
	on_demand_limiter_fini(&x->on_demand_limiter);
	pthread_mutex_destroy(&x->lock);
	free(x);
}

struct plan *exporter_plan(struct exporter *x)
{
	return engine_plan(x->engine);
}

struct history *exporter_history(struct exporter *x)
{
	return x->history;
}

uint64_t exporter_changes(struct exporter *x)
{
	return atomic_load_explicit(&x->changes, memory_order_relaxed);
}

void exporter_health(struct exporter *x, struct health *ret_health)
{
	struct plan *plan = exporter_plan(x);

	*ret_health = (struct health){
		.version = x->version,
		.started = x->started,
		.targets = plan->target_count,
		.in_flight_max = plan->settings.in_flight_max,
		.shard = plan->shard,
		.reload_ok = atomic_load(&x->reload_ok),
		.loaded = { atomic_load(&x->loaded_ms) },
		.log_dropped = log_dropped(x->log),
		.results_dropped = slot_results_dropped(),
		.running = true,
		.durations = x->durations,
	};
	plan_release(plan);
	engine_stats(x->engine, &ret_health->engine);
	process_read(&ret_health->process);
	passive_stats(x->passive, ret_health->passive);
}

enum on_demand_permit exporter_probe_reserve(struct exporter *x, uint64_t client,
					     unsigned max)
{
	return on_demand_limiter_acquire(&x->on_demand_limiter, client, max);
}

bool exporter_probe(struct exporter *x, struct on_demand_probe *on_demand_probe)
{
	return engine_probe(x->engine, on_demand_probe);
}

void exporter_probe_release(struct exporter *x, uint64_t client)
{
	on_demand_limiter_release(&x->on_demand_limiter, client);
}

size_t exporter_unprobed(struct exporter *x)
{
	struct plan *plan;
	size_t unprobed = 0;

	if (atomic_load(&x->all_probed))
		return 0;
	plan = exporter_plan(x);
	for (size_t i = 0; i < plan->target_count; i++) {
		struct record record;

		if (slot_copy(plan->targets[i].slot, &record, 1) > 0)
			slot_record_fini(&record);
		else
			unprobed++;
	}
	plan_release(plan);
	if (unprobed == 0)
		atomic_store(&x->all_probed, true);
	return unprobed;
}
