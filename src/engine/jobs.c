/* jobs.c - when a target's time comes its job begins a round; a reload moves jobs, not their times.
 */
#include "jobs.h"

#include "login_hold.h"
#include "loop_lag.h"
#include "target_run.h"

#include <stdlib.h>
#include <string.h>

struct job {
	struct due due;
	struct worker *worker;
	const struct target *target;
	struct target_run *target_run; /* whose results are awaited; NULL: none */
	struct instant place; /* the latest regular time; a retry comes in between */
};

static uint64_t target_hash(const struct target *t)
{
	return view_hash(view_of(t->server)) * 31 + view_hash(view_of(t->service->name));
}

static bool jobs_is_of(const struct target *t, unsigned index, unsigned of)
{
	return of == 1 || worker_index(t->host, of) == index;
}

static bool is_mine(const struct worker *w, const struct target *t)
{
	return jobs_is_of(t, w->index, w->of);
}

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
	if (j->target_run == NULL && !slot_is_bad(j->target->slot))
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

	j->target_run = NULL;
	if (w->once) {
		w->jobs_left--;
		return;
	}
	if (news & TARGET_RUN_AGAIN)
		job_soon(j, j->target->retry_interval);
	if (news & TARGET_RUN_UNREACHED)
		jobs_ask_beside(j);
}

static void job_plan_next(struct job *j, struct instant now)
{
	do
		j->place = instant_plus(j->place, j->target->interval);
	while (!instant_before(now, j->place));
	schedule_put(&j->worker->schedule, &j->due, j->place);
}

/* Nothing waits for a round that never began. */
static void job_without_memory(struct job *j)
{
	round_file_failure(j->worker, j->worker->runtime, j->target, "out of memory");
	if (!j->worker->once)
		return;
	j->worker->jobs_left--;
	worker_close_if_done(j->worker);
}

static void job_run(struct due *d, struct instant now)
{
	struct job *j = (struct job *)d;
	struct worker *w = j->worker;

	worker_note_start(w, span_between(d->at, now));
	if (!w->once) {
		bool retry = instant_before(d->at, j->place);

		if (retry)
			schedule_put(&w->schedule, d, j->place);
		else
			job_plan_next(j, now);
	}
	if (j->target_run != NULL) {
		atomic_fetch_add(&w->counters.skipped_overrun, 1);
		return;
	}
	j->target_run = target_run_new(w, w->runtime, j->target, job_told, j);
	if (j->target_run == NULL)
		job_without_memory(j);
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
	if (to->target_run != NULL)
		target_run_set_user(to->target_run, to);
	from->target = NULL;
	if (freed)
		job_soon(to,
			 to->target_run != NULL ? t->retry_interval : (struct span){ 0 });
}

static void job_fini(struct job *j)
{
	if (j->target == NULL)
		return;
	if (j->target_run != NULL)
		target_run_set_user(j->target_run, NULL);
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

void jobs_free(struct worker *w)
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
static void share_fill(struct plan_runtime_share *s, const struct plan *plan,
		       const struct plan *older, unsigned index, unsigned of)
{
	uint32_t rank = 0; /* among its targets of the older plan */
	size_t at = 0;

	for (size_t i = 0; i < plan->target_count; i++) {
		const struct target *t = &plan->targets[i];
		int order = -1;

		if (!jobs_is_of(t, index, of))
			continue;
		while (at < older->target_count &&
		       (order = target_order(&older->targets[at], t)) < 0)
			rank += jobs_is_of(&older->targets[at++], index, of);
		s->before[s->count] = PLAN_RUNTIME_NEW;
		if (at < older->target_count && order == 0 &&
		    older->targets[at].slot == t->slot)
			s->before[s->count] = rank;
		s->mine[s->count++] = (uint32_t)i;
	}
}

void jobs_prepare(struct runtime *runtime, const struct plan *older, unsigned index,
		  unsigned of)
{
	struct plan_runtime_share *s = &runtime->share;
	size_t room = runtime->plan->target_count + 1;

	s->mine = malloc(room * sizeof(*s->mine));
	s->before = malloc(room * sizeof(*s->before));
	if (s->mine == NULL || s->before == NULL) {
		plan_runtime_share_fini(s);
		return;
	}
	share_fill(s, runtime->plan, older, index, of);
	s->jobs = malloc((s->count + 1) * sizeof(*s->jobs));
	if (s->jobs == NULL) {
		plan_runtime_share_fini(s);
		return;
	}
	/* Touched here, so that no page is missing there. */
	memset(s->jobs, 0, (s->count + 1) * sizeof(*s->jobs));
	s->older = older;
}

/* False: out of memory, and nothing is changed. */
static bool jobs_take(struct worker *w, struct runtime *runtime)
{
	struct plan_runtime_share *s = &runtime->share;
	struct job *jobs = s->jobs;
	size_t count = s->count;

	if (!schedule_reserve(&w->schedule, w->schedule.count - w->job_count + count + 64))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct target *t = &runtime->plan->targets[s->mine[i]];

		if (s->before[i] != PLAN_RUNTIME_NEW)
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
	plan_runtime_share_fini(s);
	return true;
}

/* False: out of memory; the jobs are as they were. New ones go into the schedule when the old are
 * out of it, so that it need not hold both. */
bool jobs_load(struct worker *w, const struct plan *plan)
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

/* The share is about the plan before; when a kit in between was never taken it is not. */
bool jobs_go_over(struct worker *w, struct runtime *runtime)
{
	if (runtime->share.older != NULL && runtime->share.older == w->runtime->plan)
		return jobs_take(w, runtime);
	return jobs_load(w, runtime->plan);
}
