/* worker.c - one engine thread: its event loop, what other threads post to it, its start and end.
 *
 * One libuv timer serves the whole schedule: it is set for the earliest entry.
 */
#include "worker.h"

#include "buffer.h"
#include "container_of.h"
#include "descriptors.h"
#include "legacy_tls_probe.h"

#include <stdlib.h>
#include <string.h>

enum {
	LAG_CHECK_MS = 100,  /* how often the lag of the loop is measured */
	STOP_GRACE_MS = 700, /* for connections under way when the worker stops */
	TIMERS_PER_TURN_MAX =
	    512, /* entries of the schedule that run before the sockets are served */
};

/* --- ending ------------------------------------------------------------------------------- */

static void worker_close_if_done(struct worker *w)
{
	struct task_context *c = &w->context;

	if (w->closed || w->starting || !(c->stopping || c->once) ||
	    !task_list_is_empty(&c->tasks) || !task_list_is_empty(&c->stopping_tasks))
		return;
	w->closed = true;
	uv_close((uv_handle_t *)&w->timer, NULL);
	uv_close((uv_handle_t *)&w->prepare, NULL);
	uv_close((uv_handle_t *)&w->wake, NULL);
	plan_runtime_release(c->runtime);
	c->runtime = NULL;
}

static void worker_task_ended(struct task_context *c)
{
	worker_close_if_done((struct worker *)c);
}

/* --- from target runs to other tasks ------------------------------------------------------ */

static void worker_result_published(struct task_context *c, const struct target *t,
				    const struct result *result)
{
	name_probers_server_answered(&((struct worker *)c)->name_probers, t, result);
}

/* --- the loop ----------------------------------------------------------------------------- */

static void check_lag(struct due *d, struct instant now)
{
	struct worker *w = container_of(d, struct worker, lag_check);
	struct span lag = span_between(d->at, now);
	struct resolver_stats dns;

	atomic_store(&w->context.counters.lag_ns, lag.ns);
	if (lag.ns > span_of_ms(LOOP_LAG_LATE_MS).ns)
		w->context.last_late = now;
	if (w->context.stopping)
		return;
	resolver_stats(w->context.runtime->resolver, &dns);
	atomic_store(&w->context.counters.dns_questions, dns.questions);
	atomic_store(&w->context.counters.dns_cache_hits, dns.cache_hits);
	atomic_store(&w->context.counters.dns_failures, dns.failures);
	schedule_put(&w->context.schedule, d, instant_plus(now, span_of_ms(LAG_CHECK_MS)));
}

static void timer_run(uv_timer_t *timer)
{
	struct worker *w = timer->data;
	struct due *d;

	w->timer_set_for.ns = 0;
	for (int turn = 0; turn < TIMERS_PER_TURN_MAX; turn++) {
		struct instant now = instant_now();

		d = schedule_take(&w->context.schedule, now);
		if (d == NULL)
			break;
		if (turn == 0)
			loop_lag_note(&w->context.lag, d->at, now);
		d->run(d, now);
	}
}

static void timer_set(uv_prepare_t *prepare)
{
	struct worker *w = prepare->data;
	struct due *next;

	if (w->closed)
		return;
	loop_lag_begin_events(&w->context.lag);
	connection_limiter_call_admitted(&w->context.limiter);
	atomic_store(&w->context.counters.waiting, w->context.limiter.waiting);
	next = schedule_next(&w->context.schedule);
	if (next == NULL) {
		uv_timer_stop(&w->timer);
		w->timer_set_for.ns = 0;
		return;
	}
	if (next->at.ns == w->timer_set_for.ns)
		return;
	w->timer_set_for = next->at;
	uv_update_time(&w->context.loop);
	uv_timer_start(&w->timer, timer_run, span_ms(span_between(instant_now(), next->at)),
		       0);
}

static void worker_stop(struct worker *w)
{
	if (w->context.stopping)
		return;
	w->context.stopping = true;
	schedule_drop(&w->context.schedule, &w->lag_check);
	tasks_stop(&w->context, span_of_ms(STOP_GRACE_MS));
	worker_close_if_done(w);
}

static void worker_load(struct worker *w, struct plan_runtime *runtime)
{
	const struct settings *s = &runtime->plan->settings;
	char error[PRINTABLE_MAX];

	if (w->context.stopping ||
	    !plan_runtime_open(runtime, &w->context.loop, error, sizeof(error)) ||
	    !jobs_load_prepared(&w->jobs, runtime)) {
		plan_runtime_release(runtime);
		return;
	}
	name_probers_load(&w->name_probers, runtime->plan);
	plan_runtime_release(w->context.runtime);
	w->context.runtime = runtime;
	connection_limiter_set_limits(&w->context.limiter,
				      s->in_flight_max / w->context.worker_count,
				      s->per_address_max);
}

static void posted_task_begin(struct worker *w, struct task *t)
{
	t->next = NULL;
	if (w->context.stopping || !task_start(t, t->kind, &w->context))
		t->kind->refused(t);
}

static void worker_take_posted(uv_async_t *async)
{
	struct worker *w = async->data;
	struct task *task, *next;
	struct plan_runtime *runtime;
	bool stop;

	pthread_mutex_lock(&w->lock);
	runtime = w->posted_runtime;
	w->posted_runtime = NULL;
	task = w->posted;
	w->posted = NULL;
	w->posted_end = &w->posted;
	stop = w->posted_stop;
	pthread_mutex_unlock(&w->lock);
	if (runtime != NULL)
		worker_load(w, runtime);
	for (; task != NULL; task = next) {
		next = task->next;
		posted_task_begin(w, task);
	}
	if (stop)
		worker_stop(w);
}

void worker_post_runtime(struct worker *w, struct plan_runtime *runtime)
{
	pthread_mutex_lock(&w->lock);
	plan_runtime_release(w->posted_runtime);
	w->posted_runtime = runtime;
	pthread_mutex_unlock(&w->lock);
	uv_async_send(&w->wake);
}

void worker_post_stop(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	w->posted_stop = true;
	pthread_mutex_unlock(&w->lock);
	uv_async_send(&w->wake);
}

bool worker_post(struct worker *w, struct task *t, const struct task_kind *kind)
{
	bool accepted;

	pthread_mutex_lock(&w->lock);
	accepted = !w->posted_stop;
	if (accepted) {
		t->kind = kind;
		t->next = NULL;
		*w->posted_end = t;
		w->posted_end = &t->next;
	}
	pthread_mutex_unlock(&w->lock);
	if (accepted)
		uv_async_send(&w->wake);
	return accepted;
}

/* --- the life of a worker ----------------------------------------------------------------- */

static bool worker_open_loop(struct worker *w)
{
	if (!loop_reserve_init(&w->reserve, descriptors_limit()))
		return false;
	if (uv_loop_init(&w->context.loop) != 0) {
		loop_reserve_fini(&w->reserve);
		return false;
	}
	uv_timer_init(&w->context.loop, &w->timer);
	uv_prepare_init(&w->context.loop, &w->prepare);
	if (uv_async_init(&w->context.loop, &w->wake, worker_take_posted) != 0) {
		uv_run(&w->context.loop, UV_RUN_NOWAIT);
		uv_loop_close(&w->context.loop);
		loop_reserve_fini(&w->reserve);
		return false;
	}
	w->timer.data = w->prepare.data = w->wake.data = w;
	uv_prepare_start(&w->prepare, timer_set);
	return true;
}

static bool worker_begin(struct worker *w, char *error, size_t cap)
{
	const struct settings *s = &w->context.runtime->plan->settings;

	if (!plan_runtime_open(w->context.runtime, &w->context.loop, error, cap))
		return false;
	if (!connection_limiter_init(&w->context.limiter,
				     s->in_flight_max / w->context.worker_count,
				     s->per_address_max) ||
	    !breaker_init(&w->context.breaker) || !jobs_start(&w->jobs, &w->context)) {
		text_copy(error, cap, "out of memory");
		return false;
	}
	name_probers_start(&w->name_probers, &w->context);
	w->lag_check.run = check_lag;
	if (!w->context.once)
		schedule_put(&w->context.schedule, &w->lag_check, instant_now());
	return true;
}

bool worker_init(struct worker *w, struct plan_runtime *runtime,
		 const struct engine_hooks *hooks, unsigned index, unsigned of, bool once,
		 char *error, size_t cap)
{
	bool started;

	memset(w, 0, sizeof(*w));
	w->context.runtime = runtime;
	w->context.index = index;
	w->context.worker_count = of;
	w->context.once = once;
	if (hooks != NULL)
		w->context.hooks = *hooks;
	w->context.task_ended = worker_task_ended;
	w->context.result_published = worker_result_published;
	w->context.legacy_tls_due = legacy_tls_probe_start;
	w->posted_end = &w->posted;
	w->starting = true;
	task_list_init(&w->context.tasks);
	task_list_init(&w->context.stopping_tasks);
	schedule_init(&w->context.schedule);
	pthread_mutex_init(&w->lock, NULL);
	if (!worker_open_loop(w)) {
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
	worker_stop(w);
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
