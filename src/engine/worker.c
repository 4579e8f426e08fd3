/* worker.c - one engine thread.
 *
 * A job is a target's place in the schedule; when its time comes it begins a round. The libuv
 * timer always stands for the earliest thing in the schedule.
 */
#include "worker.h"

#include "buffer.h"
#include "login_hold.h"
#include "round.h"

#include <stdlib.h>
#include <string.h>

enum {
	LATE_MS = 50,     /* a start or a pulse later than this is our own fault */
	PULSE_MS = 100,   /* how often the loop's lag is looked at */
	GOODBYE_MS = 700, /* for connections under way when the worker leaves */
	TURNS_MAX = 512,  /* things run in one go before the sockets are looked at */
};

struct job {
	struct due due;
	struct worker *worker;
	const struct target *target;
	struct round *round;  /* whose results are awaited; NULL: none */
	struct instant place; /* the latest regular time; a retry comes in between */
};

static uint64_t target_hash(const struct target *t)
{
	return view_hash(view_of(t->server)) * 31 + view_hash(view_of(t->service->name));
}

unsigned worker_index(const char *host, unsigned of)
{
	return (unsigned)(view_hash(view_of(host)) % of);
}

static bool is_of(const struct target *t, unsigned index, unsigned of)
{
	return of == 1 || worker_index(t->host, of) == index;
}

static bool is_mine(const struct worker *w, const struct target *t)
{
	return is_of(t, w->index, w->of);
}

/* --- ending ------------------------------------------------------------------------------- */

void worker_close_if_done(struct worker *w)
{
	if (w->closed || w->rounds != NULL ||
	    !(w->leaving ||
	      (w->once && w->jobs_left == 0 && w->walkers.left == 0 && w->looks == NULL)))
		return;
	w->closed = true;
	uv_close((uv_handle_t *)&w->timer, NULL);
	uv_close((uv_handle_t *)&w->prepare, NULL);
	uv_close((uv_handle_t *)&w->wake, NULL);
	kit_release(w->kit);
	w->kit = NULL;
}

void worker_join(struct worker *w, struct round *r)
{
	struct round_link *link = round_link(r);

	link->next = w->rounds;
	link->at = &w->rounds;
	if (w->rounds != NULL)
		round_link(w->rounds)->at = &link->next;
	w->rounds = r;
}

void worker_part(struct worker *w, struct round *r)
{
	struct round_link *link = round_link(r);

	*link->at = link->next;
	if (link->next != NULL)
		round_link(link->next)->at = link->at;
	worker_close_if_done(w);
}

/* --- jobs --------------------------------------------------------------------------------- */

/* Out of its turn, as a retry. */
static void job_soon(struct job *j, struct span wait)
{
	struct instant soon = instant_plus(instant_now(), wait);

	if (instant_before(soon, j->due.at))
		schedule_put(&j->worker->schedule, &j->due, soon);
}

/* One that is bad is asked when its retry comes. */
static bool job_ask(struct job *j, const char *server)
{
	if (strcmp(j->target->server, server) != 0)
		return false;
	if (j->round == NULL && !slot_is_bad(j->target->slot))
		job_soon(j, (struct span){ 0 });
	return true;
}

/* Is it the service or the whole server? Its jobs stand side by side. */
static void jobs_ask_beside(struct job *j)
{
	struct job *first = j->worker->jobs, *end = first + j->worker->job_count;

	for (struct job *i = j; i > first && job_ask(i - 1, j->target->server); i--)
		;
	for (struct job *i = j + 1; i < end && job_ask(i, j->target->server); i++)
		;
}

static void job_told(void *user, unsigned news)
{
	struct job *j = user;
	struct worker *w = j->worker;

	j->round = NULL;
	if (w->once) {
		w->jobs_left--;
		return;
	}
	if (news & ROUND_AGAIN)
		job_soon(j, j->target->retry_interval);
	if (news & ROUND_UNREACHED)
		jobs_ask_beside(j);
}

static void note_start(struct worker *w, struct span lateness)
{
	if (lateness.ns > span_of_ms(LATE_MS).ns)
		atomic_fetch_add(&w->counters.late, 1);
	if (lateness.ns > atomic_load(&w->counters.lateness_max_ns))
		atomic_store(&w->counters.lateness_max_ns, lateness.ns);
}

static void job_plan_next(struct job *j, struct instant now)
{
	do
		j->place = instant_plus(j->place, j->target->interval);
	while (!instant_before(now, j->place));
	schedule_put(&j->worker->schedule, &j->due, j->place);
}

static void job_run(struct due *d, struct instant now)
{
	struct job *j = (struct job *)d;
	struct worker *w = j->worker;

	note_start(w, span_between(d->at, now));
	if (!w->once) {
		bool retry = instant_before(d->at, j->place);

		if (retry)
			schedule_put(&w->schedule, d, j->place);
		else
			job_plan_next(j, now);
	}
	if (j->round != NULL) {
		atomic_fetch_add(&w->counters.skipped_overrun, 1);
		return;
	}
	j->round = round_new(w, w->kit, j->target, job_told, j);
	if (j->round == NULL && w->once)
		w->jobs_left--;
}

/* There is room for it in the schedule. */
static void job_init(struct job *j, struct worker *w, const struct target *t)
{
	struct instant now = instant_now();

	j->due.run = job_run;
	j->worker = w;
	j->target = t;
	j->place =
	    w->once ? now : schedule_place(target_hash(t), t->interval, now, moment_now());
	schedule_put(&w->schedule, &j->due, j->place);
}

/* An unchanged target keeps its turn, and the round that is under way. */
static void job_move(struct job *from, struct job *to, const struct target *t)
{
	bool freed = login_is_freed(from->worker, from->target, t);
	*to = *from;
	to->target = t;
	schedule_move(&to->worker->schedule, &from->due, &to->due);
	if (to->round != NULL)
		round_set_user(to->round, to);
	from->target = NULL;
	if (freed)
		job_soon(to, to->round != NULL ? t->retry_interval : (struct span){ 0 });
}

static void job_fini(struct job *j)
{
	if (j->target == NULL)
		return;
	if (j->round != NULL)
		round_set_user(j->round, NULL);
	schedule_drop(&j->worker->schedule, &j->due);
}

/* The old job of the same slot, if any. Both plans have the same order, so `at` only grows. */
static struct job *job_find(struct worker *w, size_t *at, const struct target *t)
{
	for (; *at < w->job_count; (*at)++) {
		struct job *j = &w->jobs[*at];
		int order = target_order(j->target, t);

		if (order > 0)
			return NULL;
		if (order == 0 && j->target->slot == t->slot) {
			(*at)++;
			return j;
		}
	}
	return NULL;
}

static void jobs_free(struct worker *w)
{
	for (size_t i = 0; i < w->job_count; i++)
		job_fini(&w->jobs[i]);
	free(w->jobs);
	w->jobs = NULL;
	w->job_count = 0;
}

static size_t my_targets(const struct worker *w, const struct plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->target_count; i++)
		count += is_mine(w, &plan->targets[i]);
	return count;
}

/* Both plans have the same order, so one walk over both finds what is in both. */
static void share_fill(struct kit_share *s, const struct plan *plan,
		       const struct plan *older, unsigned index, unsigned of)
{
	uint32_t rank = 0; /* among its targets of the older plan */
	size_t at = 0;

	for (size_t i = 0; i < plan->target_count; i++) {
		const struct target *t = &plan->targets[i];
		int order = -1;

		if (!is_of(t, index, of))
			continue;
		while (at < older->target_count &&
		       (order = target_order(&older->targets[at], t)) < 0)
			rank += is_of(&older->targets[at++], index, of);
		s->before[s->count] = KIT_NEW;
		if (at < older->target_count && order == 0 &&
		    older->targets[at].slot == t->slot)
			s->before[s->count] = rank;
		s->mine[s->count++] = (uint32_t)i;
	}
}

void worker_prepare(struct kit *kit, const struct plan *older, unsigned index, unsigned of)
{
	struct kit_share *s = &kit->share;
	size_t room = kit->plan->target_count + 1;

	s->mine = malloc(room * sizeof(*s->mine));
	s->before = malloc(room * sizeof(*s->before));
	if (s->mine == NULL || s->before == NULL) {
		kit_share_fini(s);
		return;
	}
	share_fill(s, kit->plan, older, index, of);
	s->jobs = malloc((s->count + 1) * sizeof(*s->jobs));
	if (s->jobs == NULL) {
		kit_share_fini(s);
		return;
	}
	/* Touched here, so that no page is missing there. */
	memset(s->jobs, 0, (s->count + 1) * sizeof(*s->jobs));
	s->older = older;
}

/* False: out of memory, and nothing is changed. */
static bool jobs_take(struct worker *w, struct kit *kit)
{
	struct kit_share *s = &kit->share;
	struct job *jobs = s->jobs;
	size_t count = s->count;

	if (!schedule_reserve(&w->schedule, w->schedule.count - w->job_count + count + 64))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct target *t = &kit->plan->targets[s->mine[i]];

		if (s->before[i] != KIT_NEW)
			job_move(&w->jobs[s->before[i]], &jobs[i], t);
		else
			jobs[i].target = t;
	}
	jobs_free(w);
	w->jobs = jobs;
	w->job_count = count;
	s->jobs = NULL;
	for (size_t i = 0; i < count; i++)
		if (jobs[i].worker == NULL)
			job_init(&jobs[i], w, jobs[i].target);
	kit_share_fini(s);
	return true;
}

/* False: out of memory; the jobs are as they were. New ones go into the schedule when the old are
 * out of it, so that it need not hold both. */
static bool jobs_load(struct worker *w, const struct plan *plan)
{
	size_t count = my_targets(w, plan), n = 0, at = 0;
	struct job *jobs = calloc(count + 1, sizeof(*jobs));

	if (jobs == NULL ||
	    !schedule_reserve(&w->schedule,
			      w->schedule.count - w->job_count + count + 64)) {
		free(jobs);
		return false;
	}
	for (size_t i = 0; i < plan->target_count; i++)
		if (is_mine(w, &plan->targets[i]))
			jobs[n++].target = &plan->targets[i];
	for (size_t i = 0; i < count; i++) {
		struct job *old = job_find(w, &at, jobs[i].target);

		if (old != NULL)
			job_move(old, &jobs[i], jobs[i].target);
	}
	jobs_free(w);
	w->jobs = jobs;
	w->job_count = count;
	for (size_t i = 0; i < count; i++)
		if (jobs[i].worker == NULL)
			job_init(&jobs[i], w, jobs[i].target);
	return true;
}

/* --- the loop ----------------------------------------------------------------------------- */

static void pulse(struct due *d, struct instant now)
{
	struct worker *w = (struct worker *)((char *)d - offsetof(struct worker, pulse));
	struct span lag = span_between(d->at, now);
	struct resolver_stats dns;

	w->lost.ns += lag.ns;
	atomic_store(&w->counters.lag_ns, lag.ns);
	if (lag.ns > span_of_ms(LATE_MS).ns)
		w->last_late = now;
	if (w->leaving)
		return;
	resolver_stats(w->kit->resolver, &dns);
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
		d->run(d, now);
	}
}

static void arm(uv_prepare_t *prepare)
{
	struct worker *w = prepare->data;
	struct due *next;

	if (w->closed)
		return;
	gate_call(&w->gate);
	atomic_store(&w->counters.waiting, w->gate.waiting);
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

static void leave(struct worker *w)
{
	struct round *next;

	if (w->leaving)
		return;
	w->leaving = true;
	jobs_free(w);
	walkers_fini(w);
	schedule_drop(&w->schedule, &w->pulse);
	for (struct round *r = w->rounds; r != NULL; r = next) {
		next = round_link(r)->next;
		round_leave(r, span_of_ms(GOODBYE_MS));
	}
	worker_close_if_done(w);
}

/* The share is about the plan before; when a kit in between was never taken it is not. */
static bool jobs_go_over(struct worker *w, struct kit *kit)
{
	if (kit->share.older != NULL && kit->share.older == w->kit->plan)
		return jobs_take(w, kit);
	return jobs_load(w, kit->plan);
}

static void load(struct worker *w, struct kit *kit)
{
	const struct settings *s = &kit->plan->settings;
	char error[PRINTABLE_MAX];

	if (w->leaving || !kit_open(kit, &w->loop, error, sizeof(error)) ||
	    !jobs_go_over(w, kit)) {
		kit_release(kit);
		return;
	}
	walkers_load(w, kit->plan);
	kit_release(w->kit);
	w->kit = kit;
	gate_set_limits(&w->gate, s->in_flight_max / w->of, s->per_address_max);
}

static void errand_begin(struct worker *w, struct errand *errand)
{
	if (!w->leaving && round_errand(w, w->kit, errand)) {
		atomic_fetch_add(&w->counters.errands, 1);
		return;
	}
	errand->done(errand, NULL);
	errand->gone(errand);
}

static void woken(uv_async_t *async)
{
	struct worker *w = async->data;
	struct errand *errand, *next;
	struct kit *kit;
	bool told_to_leave;

	pthread_mutex_lock(&w->lock);
	kit = w->posted_kit;
	w->posted_kit = NULL;
	errand = errand_in_order(w->posted_errands);
	w->posted_errands = NULL;
	told_to_leave = w->posted_leave;
	pthread_mutex_unlock(&w->lock);
	if (kit != NULL)
		load(w, kit);
	for (; errand != NULL; errand = next) {
		next = errand->next;
		errand_begin(w, errand);
	}
	if (told_to_leave)
		leave(w);
}

void worker_post_kit(struct worker *w, struct kit *kit)
{
	pthread_mutex_lock(&w->lock);
	kit_release(w->posted_kit);
	w->posted_kit = kit;
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

bool worker_post_errand(struct worker *w, struct errand *errand)
{
	bool taken;

	pthread_mutex_lock(&w->lock);
	taken = !w->posted_leave;
	if (taken) {
		errand->next = w->posted_errands;
		w->posted_errands = errand;
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

static bool begin(struct worker *w, char *error, size_t cap)
{
	const struct settings *s = &w->kit->plan->settings;

	if (!kit_open(w->kit, &w->loop, error, cap))
		return false;
	if (!gate_init(&w->gate, s->in_flight_max / w->of, s->per_address_max) ||
	    !breaker_init(&w->breaker) || !jobs_load(w, w->kit->plan)) {
		text_copy(error, cap, "out of memory");
		return false;
	}
	w->jobs_left = w->job_count;
	walkers_load(w, w->kit->plan);
	w->pulse.run = pulse;
	if (!w->once)
		schedule_put(&w->schedule, &w->pulse, instant_now());
	return true;
}

bool worker_init(struct worker *w, struct kit *kit, const struct engine_hooks *hooks,
		 unsigned index, unsigned of, bool once, char *error, size_t cap)
{
	memset(w, 0, sizeof(*w));
	w->kit = kit;
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
		kit_release(kit);
		pthread_mutex_destroy(&w->lock);
		return false;
	}
	if (begin(w, error, cap)) {
		worker_close_if_done(w);
		return true;
	}
	leave(w);
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
	kit_release(w->posted_kit);
	jobs_free(w);
	walkers_fini(w);
	uv_loop_close(&w->loop);
	schedule_fini(&w->schedule);
	gate_fini(&w->gate);
	breaker_fini(&w->breaker);
	pthread_mutex_destroy(&w->lock);
}
