/* worker.c - one engine thread: its loop, what others post to it, its beginning and end.
 *
 * The libuv timer always stands for the earliest thing in the schedule.
 */
#include "worker.h"

#include "buffer.h"
#include "container_of.h"
#include "descriptors.h"
#include "legacy_tls_probe.h"

#include <stdlib.h>
#include <string.h>

enum {
	PULSE_MS = 100,   /* how often the loop's lag is looked at */
	GOODBYE_MS = 700, /* for connections under way when the worker leaves */
	TURNS_MAX = 512,  /* things run in one go before the sockets are looked at */
};

/* --- ending ------------------------------------------------------------------------------- */

static void worker_close_if_done(struct worker *w)
{
	struct task_context *c = &w->context;

	if (w->closed || w->starting || !(c->leaving || c->once) ||
	    !task_list_is_empty(&c->tasks) || !task_list_is_empty(&c->departing))
		return;
	w->closed = true;
	uv_close((uv_handle_t *)&w->timer, NULL);
	uv_close((uv_handle_t *)&w->prepare, NULL);
	uv_close((uv_handle_t *)&w->wake, NULL);
	plan_runtime_release(c->runtime);
	c->runtime = NULL;
}

static void task_parted(struct task_context *c)
{
	worker_close_if_done((struct worker *)c);
}

/* --- from target runs to other tasks ------------------------------------------------------ */

static void target_filed(struct task_context *c, const struct target *t,
			 const struct result *result)
{
	name_probers_hear(&((struct worker *)c)->name_probers, t, result);
}

/* --- the loop ----------------------------------------------------------------------------- */

static void pulse(struct due *d, struct instant now)
{
	struct worker *w = container_of(d, struct worker, pulse);
	struct span lag = span_between(d->at, now);
	struct resolver_stats dns;

	atomic_store(&w->context.counters.lag_ns, lag.ns);
	if (lag.ns > span_of_ms(LOOP_LAG_LATE_MS).ns)
		w->context.last_late = now;
	if (w->context.leaving)
		return;
	resolver_stats(w->context.runtime->resolver, &dns);
	atomic_store(&w->context.counters.dns_questions, dns.questions);
	atomic_store(&w->context.counters.dns_cache_hits, dns.cache_hits);
	atomic_store(&w->context.counters.dns_failures, dns.failures);
	schedule_put(&w->context.schedule, d, instant_plus(now, span_of_ms(PULSE_MS)));
}

static void run_due(uv_timer_t *timer)
{
	struct worker *w = timer->data;
	struct due *d;

	w->armed.ns = 0;
	for (int turn = 0; turn < TURNS_MAX; turn++) {
		struct instant now = instant_now();

		d = schedule_take(&w->context.schedule, now);
		if (d == NULL)
			break;
		if (turn == 0)
			loop_lag_note(&w->context.lag, d->at, now);
		d->run(d, now);
	}
}

static void arm(uv_prepare_t *prepare)
{
	struct worker *w = prepare->data;
	struct due *next;

	if (w->closed)
		return;
	loop_lag_begin_events(&w->context.lag);
	limiter_callback(&w->context.limiter);
	atomic_store(&w->context.counters.waiting, w->context.limiter.waiting);
	next = schedule_next(&w->context.schedule);
	if (next == NULL) {
		uv_timer_stop(&w->timer);
		w->armed.ns = 0;
		return;
	}
	if (next->at.ns == w->armed.ns)
		return;
	w->armed = next->at;
	uv_update_time(&w->context.loop);
	uv_timer_start(&w->timer, run_due, span_ms(span_between(instant_now(), next->at)),
		       0);
}

static void worker_leave(struct worker *w)
{
	if (w->context.leaving)
		return;
	w->context.leaving = true;
	schedule_drop(&w->context.schedule, &w->pulse);
	tasks_leave(&w->context, span_of_ms(GOODBYE_MS));
	worker_close_if_done(w);
}

static void worker_load(struct worker *w, struct runtime *runtime)
{
	const struct settings *s = &runtime->plan->settings;
	char error[PRINTABLE_MAX];

	if (w->context.leaving ||
	    !plan_runtime_open(runtime, &w->context.loop, error, sizeof(error)) ||
	    !jobs_go_over(&w->jobs, runtime)) {
		plan_runtime_release(runtime);
		return;
	}
	name_probers_load(&w->name_probers, runtime->plan);
	plan_runtime_release(w->context.runtime);
	w->context.runtime = runtime;
	connection_limiter_set_limits(&w->context.limiter, s->in_flight_max / w->context.of,
				      s->per_address_max);
}

static void posted_task_begin(struct worker *w, struct task *t)
{
	t->next = NULL;
	if (w->context.leaving || !task_start(t, t->kind, &w->context))
		t->kind->refused(t);
}

static void woken(uv_async_t *async)
{
	struct worker *w = async->data;
	struct task *task, *next;
	struct runtime *runtime;
	bool told_to_leave;

	pthread_mutex_lock(&w->lock);
	runtime = w->posted_runtime;
	w->posted_runtime = NULL;
	task = w->posted;
	w->posted = NULL;
	w->posted_end = &w->posted;
	told_to_leave = w->posted_leave;
	pthread_mutex_unlock(&w->lock);
	if (runtime != NULL)
		worker_load(w, runtime);
	for (; task != NULL; task = next) {
		next = task->next;
		posted_task_begin(w, task);
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

bool worker_post(struct worker *w, struct task *t, const struct task_kind *kind)
{
	bool taken;

	pthread_mutex_lock(&w->lock);
	taken = !w->posted_leave;
	if (taken) {
		t->kind = kind;
		t->next = NULL;
		*w->posted_end = t;
		w->posted_end = &t->next;
	}
	pthread_mutex_unlock(&w->lock);
	if (taken)
		uv_async_send(&w->wake);
	return taken;
}

/* --- the life of a worker ----------------------------------------------------------------- */

static bool loop_open(struct worker *w)
{
	if (!loop_reserve_init(&w->reserve, descriptors_limit()))
		return false;
	if (uv_loop_init(&w->context.loop) != 0) {
		loop_reserve_fini(&w->reserve);
		return false;
	}
	uv_timer_init(&w->context.loop, &w->timer);
	uv_prepare_init(&w->context.loop, &w->prepare);
	if (uv_async_init(&w->context.loop, &w->wake, woken) != 0) {
		uv_run(&w->context.loop, UV_RUN_NOWAIT);
		uv_loop_close(&w->context.loop);
		loop_reserve_fini(&w->reserve);
		return false;
	}
	w->timer.data = w->prepare.data = w->wake.data = w;
	uv_prepare_start(&w->prepare, arm);
	return true;
}

static bool worker_begin(struct worker *w, char *error, size_t cap)
{
	const struct settings *s = &w->context.runtime->plan->settings;

	if (!plan_runtime_open(w->context.runtime, &w->context.loop, error, cap))
		return false;
	if (!connection_limiter_init(&w->context.limiter, s->in_flight_max / w->context.of,
				     s->per_address_max) ||
	    !breaker_init(&w->context.breaker) || !jobs_start(&w->jobs, &w->context)) {
		text_copy(error, cap, "out of memory");
		return false;
	}
	name_probers_start(&w->name_probers, &w->context);
	w->pulse.run = pulse;
	if (!w->context.once)
		schedule_put(&w->context.schedule, &w->pulse, instant_now());
	return true;
}

bool worker_init(struct worker *w, struct runtime *runtime,
		 const struct engine_hooks *hooks, unsigned index, unsigned of, bool once,
		 char *error, size_t cap)
{
	bool started;

	memset(w, 0, sizeof(*w));
	w->context.runtime = runtime;
	w->context.index = index;
	w->context.of = of;
	w->context.once = once;
	if (hooks != NULL)
		w->context.hooks = *hooks;
	w->context.parted = task_parted;
	w->context.filed = target_filed;
	w->context.legacy_tls_due = legacy_tls_probe_start;
	w->posted_end = &w->posted;
	w->starting = true;
	task_list_init(&w->context.tasks);
	task_list_init(&w->context.departing);
	schedule_init(&w->context.schedule);
	pthread_mutex_init(&w->lock, NULL);
	if (!loop_open(w)) {
		text_copy(
		    error, cap,
		    "the event loop cannot start: out of memory or of file descriptors");
		plan_runtime_release(runtime);
		pthread_mutex_destroy(&w->lock);
		return false;
	}
	started = worker_begin(w, error, cap);
	w->starting = false;
	if (started) {
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
	uv_run(&w->context.loop, UV_RUN_DEFAULT);
}

void worker_fini(struct worker *w)
{
	plan_runtime_release(w->posted_runtime);
	jobs_fini(&w->jobs);
	name_probers_fini(&w->name_probers);
	uv_loop_close(&w->context.loop);
	loop_reserve_fini(&w->reserve);
	schedule_fini(&w->context.schedule);
	connection_limiter_fini(&w->context.limiter);
	breaker_fini(&w->context.breaker);
	pthread_mutex_destroy(&w->lock);
}
