/* worker.c - one engine thread: its loop, what others post to it, its beginning and end.
 *
 * The libuv timer always stands for the earliest thing in the schedule.
 */
#include "worker.h"

#include "buffer.h"
#include "jobs.h"
#include "target_run.h"

#include <stdlib.h>
#include <string.h>

enum {
	PULSE_MS = 100,   /* how often the loop's lag is looked at */
	GOODBYE_MS = 700, /* for connections under way when the worker leaves */
	TURNS_MAX = 512,  /* things run in one go before the sockets are looked at */
};

unsigned worker_index(const char *host, unsigned of)
{
	return (unsigned)(view_hash(view_of(host)) % of);
}

void worker_note_start(struct worker *w, struct span lateness)
{
	if (lateness.ns > span_of_ms(LOOP_LAG_LATE_MS).ns)
		atomic_fetch_add(&w->counters.late, 1);
	if (lateness.ns > atomic_load(&w->counters.lateness_max_ns))
		atomic_store(&w->counters.lateness_max_ns, lateness.ns);
}

/* --- ending ------------------------------------------------------------------------------- */

void worker_close_if_done(struct worker *w)
{
	if (w->closed || w->rounds != NULL ||
	    !(w->leaving || (w->once && w->jobs_left == 0 && w->name_probers.left == 0 &&
			     w->looks == NULL)))
		return;
	w->closed = true;
	uv_close((uv_handle_t *)&w->timer, NULL);
	uv_close((uv_handle_t *)&w->prepare, NULL);
	uv_close((uv_handle_t *)&w->wake, NULL);
	plan_runtime_release(w->runtime);
	w->runtime = NULL;
}

void worker_join(struct worker *w, struct target_run *r)
{
	struct target_run_link *link = target_run_link(r);

	link->next = w->rounds;
	link->at = &w->rounds;
	if (w->rounds != NULL)
		target_run_link(w->rounds)->at = &link->next;
	w->rounds = r;
}

void worker_part(struct worker *w, struct target_run *r)
{
	struct target_run_link *link = target_run_link(r);

	*link->at = link->next;
	if (link->next != NULL)
		target_run_link(link->next)->at = link->at;
	worker_close_if_done(w);
}

/* --- the loop ----------------------------------------------------------------------------- */

static void pulse(struct due *d, struct instant now)
{
	struct worker *w = (struct worker *)((char *)d - offsetof(struct worker, pulse));
	struct span lag = span_between(d->at, now);
	struct resolver_stats dns;

	atomic_store(&w->counters.lag_ns, lag.ns);
	if (lag.ns > span_of_ms(LOOP_LAG_LATE_MS).ns)
		w->last_late = now;
	if (w->leaving)
		return;
	resolver_stats(w->runtime->resolver, &dns);
	atomic_store(&w->counters.dns_questions, dns.questions);
	atomic_store(&w->counters.dns_cache_hits, dns.cache_hits);
	atomic_store(&w->counters.dns_failures, dns.failures);
	schedule_put(&w->schedule, d, instant_plus(now, span_of_ms(PULSE_MS)));
}

static void run_due(uv_timer_t *timer)
{
	struct worker *w = timer->data;
	struct due *d;

	w->armed.ns = 0;
	for (int turn = 0; turn < TURNS_MAX; turn++) {
		struct instant now = instant_now();

		d = schedule_take(&w->schedule, now);
		if (d == NULL)
			break;
		if (turn == 0)
			loop_lag_note(&w->lag, d->at, now);
		d->run(d, now);
	}
}

static void arm(uv_prepare_t *prepare)
{
	struct worker *w = prepare->data;
	struct due *next;

	if (w->closed)
		return;
	loop_lag_begin_events(&w->lag);
	limiter_callback(&w->limiter);
	atomic_store(&w->counters.waiting, w->limiter.waiting);
	next = schedule_next(&w->schedule);
	if (next == NULL) {
		uv_timer_stop(&w->timer);
		w->armed.ns = 0;
		return;
	}
	if (next->at.ns == w->armed.ns)
		return;
	w->armed = next->at;
	uv_update_time(&w->loop);
	uv_timer_start(&w->timer, run_due, span_ms(span_between(instant_now(), next->at)),
		       0);
}

static void worker_leave(struct worker *w)
{
	struct target_run *next;

	if (w->leaving)
		return;
	w->leaving = true;
	jobs_free(w);
	name_probers_fini(w);
	schedule_drop(&w->schedule, &w->pulse);
	for (struct target_run *r = w->rounds; r != NULL; r = next) {
		next = target_run_link(r)->next;
		target_run_leave(r, span_of_ms(GOODBYE_MS));
	}
	worker_close_if_done(w);
}

static void worker_load(struct worker *w, struct runtime *runtime)
{
	const struct settings *s = &runtime->plan->settings;
	char error[PRINTABLE_MAX];

	if (w->leaving || !plan_runtime_open(runtime, &w->loop, error, sizeof(error)) ||
	    !jobs_go_over(w, runtime)) {
		plan_runtime_release(runtime);
		return;
	}
	name_probers_load(w, runtime->plan);
	plan_runtime_release(w->runtime);
	w->runtime = runtime;
	connection_limiter_set_limits(&w->limiter, s->in_flight_max / w->of,
				      s->per_address_max);
}

static void on_demand_probe_begin(struct worker *w, struct on_demand_probe *on_demand_probe)
{
	if (!w->leaving && target_run_on_demand(w, w->runtime, on_demand_probe)) {
		atomic_fetch_add(&w->counters.on_demand_probes, 1);
		return;
	}
	on_demand_probe->done(on_demand_probe, NULL);
	on_demand_probe->gone(on_demand_probe);
}

static void woken(uv_async_t *async)
{
	struct worker *w = async->data;
	struct on_demand_probe *on_demand_probe, *next;
	struct runtime *runtime;
	bool told_to_leave;

	pthread_mutex_lock(&w->lock);
	runtime = w->posted_runtime;
	w->posted_runtime = NULL;
	on_demand_probe = on_demand_probe_in_order(w->posted_on_demand_probes);
	w->posted_on_demand_probes = NULL;
	told_to_leave = w->posted_leave;
	pthread_mutex_unlock(&w->lock);
	if (runtime != NULL)
		worker_load(w, runtime);
	for (; on_demand_probe != NULL; on_demand_probe = next) {
		next = on_demand_probe->next;
		on_demand_probe_begin(w, on_demand_probe);
	}
	if (told_to_leave)
		worker_leave(w);
}

void worker_post_runtime(struct worker *w, struct runtime *runtime)
{
	pthread_mutex_lock(&w->lock);
	plan_runtime_release(w->posted_runtime);
	w->posted_runtime = runtime;
	pthread_mutex_unlock(&w->lock);
	uv_async_send(&w->wake);
}

void worker_post_leave(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	w->posted_leave = true;
	pthread_mutex_unlock(&w->lock);
	uv_async_send(&w->wake);
}

bool worker_post_on_demand_probe(struct worker *w, struct on_demand_probe *on_demand_probe)
{
	bool taken;

	pthread_mutex_lock(&w->lock);
	taken = !w->posted_leave;
	if (taken) {
		on_demand_probe->next = w->posted_on_demand_probes;
		w->posted_on_demand_probes = on_demand_probe;
	}
	pthread_mutex_unlock(&w->lock);
	if (taken)
		uv_async_send(&w->wake);
	return taken;
}

/* --- the life of a worker ----------------------------------------------------------------- */

static bool loop_open(struct worker *w)
{
	if (uv_loop_init(&w->loop) != 0)
		return false;
	uv_timer_init(&w->loop, &w->timer);
	uv_prepare_init(&w->loop, &w->prepare);
	if (uv_async_init(&w->loop, &w->wake, woken) != 0) {
		uv_run(&w->loop, UV_RUN_NOWAIT);
		uv_loop_close(&w->loop);
		return false;
	}
	w->timer.data = w->prepare.data = w->wake.data = w;
	uv_prepare_start(&w->prepare, arm);
	return true;
}

static bool worker_begin(struct worker *w, char *error, size_t cap)
{
	const struct settings *s = &w->runtime->plan->settings;

	if (!plan_runtime_open(w->runtime, &w->loop, error, cap))
		return false;
	if (!connection_limiter_init(&w->limiter, s->in_flight_max / w->of,
				     s->per_address_max) ||
	    !breaker_init(&w->breaker) || !jobs_load(w, w->runtime->plan)) {
		text_copy(error, cap, "out of memory");
		return false;
	}
	w->jobs_left = w->job_count;
	name_probers_load(w, w->runtime->plan);
	w->pulse.run = pulse;
	if (!w->once)
		schedule_put(&w->schedule, &w->pulse, instant_now());
	return true;
}

bool worker_init(struct worker *w, struct runtime *runtime,
		 const struct engine_hooks *hooks, unsigned index, unsigned of, bool once,
		 char *error, size_t cap)
{
	memset(w, 0, sizeof(*w));
	w->runtime = runtime;
	w->index = index;
	w->of = of;
	w->once = once;
	if (hooks != NULL)
		w->hooks = *hooks;
	schedule_init(&w->schedule);
	pthread_mutex_init(&w->lock, NULL);
	if (!loop_open(w)) {
		text_copy(error, cap,
			  "the event loop cannot start: out of file descriptors?");
		plan_runtime_release(runtime);
		pthread_mutex_destroy(&w->lock);
		return false;
	}
	if (worker_begin(w, error, cap)) {
		worker_close_if_done(w);
		return true;
	}
	worker_leave(w);
	worker_run(w);
	worker_fini(w);
	return false;
}

void worker_run(struct worker *w)
{
	uv_run(&w->loop, UV_RUN_DEFAULT);
}

void worker_fini(struct worker *w)
{
	plan_runtime_release(w->posted_runtime);
	jobs_free(w);
	name_probers_fini(w);
	uv_loop_close(&w->loop);
	schedule_fini(&w->schedule);
	connection_limiter_fini(&w->limiter);
	breaker_fini(&w->breaker);
	pthread_mutex_destroy(&w->lock);
}
