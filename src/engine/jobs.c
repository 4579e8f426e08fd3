/* jobs.c - starts a target run when the time of a target comes. A reload keeps the times of targets
 * that it does not change.
 */
#include "jobs.h"

#include "login_hold.h"
#include "loop_lag.h"
#include "target_run.h"

#include <stdlib.h>
#include <string.h>

struct job {
	struct due due;
	struct jobs *jobs;
	const struct target *target;
	struct target_run *target_run; /* under way; NULL: none */
	struct instant place; /* the latest regular time; a retry comes before it */
};

static struct task_context *job_context(const struct job *j)
{
	return j->jobs->task.context;
}

/* A run of one turn ends behind them. */
static void jobs_part_if_done(struct jobs *all)
{
	if (all->task.context->once && all->left == 0)
		task_end(&all->task);
}

static void job_is_over(struct job *j)
{
	j->jobs->left--;
	jobs_part_if_done(j->jobs);
}

static uint64_t target_hash(const struct target *t)
{
	return view_hash(view_of(t->server)) * 31 + view_hash(view_of(t->service->name));
}

static bool belongs_to_worker(const struct target *t, unsigned index, unsigned worker_count)
{
	return worker_count == 1 ||
	       task_context_index_of_host(t->host, worker_count) == index;
}

static bool is_of_worker(const struct task_context *c, const struct target *t)
{
	return belongs_to_worker(t, c->index, c->worker_count);
}

/* Makes a job due after `wait` if that is sooner than its time. */
static void job_bring_forward(struct job *j, struct span wait)
{
	struct instant soon = instant_plus(instant_now(), wait);

	if (instant_before(soon, j->due.at))
		schedule_put(&job_context(j)->schedule, &j->due, soon);
}

/* Makes a job due now if it is of this server. A target whose state is bad already keeps the time of
 * its retry. */
static bool job_probe_same_server(struct job *j, const char *server)
{
	if (strcmp(j->target->server, server) != 0)
		return false;
	if (j->target_run == NULL && !slot_is_bad(j->target->slot))
		job_bring_forward(j, (struct span){ 0 });
	return true;
}

/* Probes the other services of a server, to see whether only one or all have failed. Jobs of one
 * server are next to each other. */
static void jobs_probe_same_server(struct job *j)
{
	struct job *first = j->jobs->list, *end = first + j->jobs->count;

	for (struct job *i = j;
	     i > first && job_probe_same_server(i - 1, j->target->server); i--)
		;
	for (struct job *i = j + 1; i < end && job_probe_same_server(i, j->target->server);
	     i++)
		;
}

static void job_run_finished(void *user, unsigned outcome)
{
	struct job *j = user;

	j->target_run = NULL;
	if (job_context(j)->once) {
		job_is_over(j);
		return;
	}
	if (outcome & TARGET_RUN_RETRY_SOON)
		job_bring_forward(j, j->target->retry_interval);
	if (outcome & TARGET_RUN_UNREACHABLE)
		jobs_probe_same_server(j);
}

static void job_schedule_next(struct job *j, struct instant now)
{
	do
		j->place = instant_plus(j->place, j->target->interval);
	while (!instant_before(now, j->place));
	schedule_put(&job_context(j)->schedule, &j->due, j->place);
}

/* A run that never began does not call job_run_finished. */
static void job_report_no_memory(struct job *j)
{
	struct task_context *c = job_context(j);

	target_run_publish_failure(c, c->runtime, j->target, "out of memory");
	if (c->once)
		job_is_over(j);
}

static void job_run(struct due *d, struct instant now)
{
	struct job *j = (struct job *)d;
	struct task_context *c = job_context(j);

	task_context_count_lateness(c, span_between(d->at, now));
	if (!c->once) {
		bool retry = instant_before(d->at, j->place);

		if (retry)
			schedule_put(&c->schedule, d, j->place);
		else
			job_schedule_next(j, now);
	}
	if (j->target_run != NULL) {
		atomic_fetch_add(&c->counters.skipped_overrun, 1);
		return;
	}
	j->target_run = target_run_new(c, c->runtime, j->target, job_run_finished, j);
	if (j->target_run == NULL)
		job_report_no_memory(j);
}

/* The schedule has space reserved for it. */
static void job_init(struct job *j, struct jobs *all, const struct target *t)
{
	struct task_context *c = all->task.context;
	struct instant now = instant_now();

	j->due.run = job_run;
	j->jobs = all;
	j->target = t;
	j->place =
	    c->once ? now
		    : schedule_regular_time(target_hash(t), t->interval, now, moment_now());
	schedule_put(&c->schedule, &j->due, j->place);
}

/* An unchanged target keeps its time and the run that is under way. */
static void job_move(struct job *from, struct job *to, const struct target *t)
{
	bool freed = login_is_freed(job_context(from), from->target, t);
	*to = *from;
	to->target = t;
	schedule_move(&job_context(to)->schedule, &from->due, &to->due);
	if (to->target_run != NULL)
		target_run_set_user(to->target_run, to);
	from->target = NULL;
	if (freed)
		job_bring_forward(to, to->target_run != NULL ? t->retry_interval
							     : (struct span){ 0 });
}

static void job_fini(struct job *j)
{
	if (j->target == NULL)
		return;
	if (j->target_run != NULL)
		target_run_set_user(j->target_run, NULL);
	schedule_drop(&job_context(j)->schedule, &j->due);
}

/* The old job with the same slot, or NULL. Both plans have the same order, so `at` only grows. */
static struct job *job_find(struct jobs *all, size_t *at, const struct target *t)
{
	for (; *at < all->count; (*at)++) {
		struct job *j = &all->list[*at];
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

void jobs_fini(struct jobs *all)
{
	for (size_t i = 0; i < all->count; i++)
		job_fini(&all->list[i]);
	free(all->list);
	all->list = NULL;
	all->count = 0;
}

static size_t worker_target_count(const struct task_context *c, const struct plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->target_count; i++)
		count += is_of_worker(c, &plan->targets[i]);
	return count;
}

/* Both plans have the same order, so one pass over both finds what is in both. */
static void share_fill(struct plan_share *s, const struct plan *plan,
		       const struct plan *older, unsigned index, unsigned worker_count)
{
	uint32_t rank = 0; /* among the worker's targets of the older plan */
	size_t at = 0;

	for (size_t i = 0; i < plan->target_count; i++) {
		const struct target *t = &plan->targets[i];
		int order = -1;

		if (!belongs_to_worker(t, index, worker_count))
			continue;
		while (at < older->target_count &&
		       (order = target_order(&older->targets[at], t)) < 0)
			rank +=
			    belongs_to_worker(&older->targets[at++], index, worker_count);
		s->before[s->count] = PLAN_SHARE_NEW;
		if (at < older->target_count && order == 0 &&
		    older->targets[at].slot == t->slot)
			s->before[s->count] = rank;
		s->mine[s->count++] = (uint32_t)i;
	}
}

void jobs_prepare(struct plan_runtime *runtime, const struct plan *older, unsigned index,
		  unsigned worker_count)
{
	struct plan_share *s = &runtime->share;
	size_t room = runtime->plan->target_count + 1;

	s->mine = malloc(room * sizeof(*s->mine));
	s->before = malloc(room * sizeof(*s->before));
	if (s->mine == NULL || s->before == NULL) {
		plan_share_fini(s);
		return;
	}
	share_fill(s, runtime->plan, older, index, worker_count);
	s->jobs = malloc((s->count + 1) * sizeof(*s->jobs));
	if (s->jobs == NULL) {
		plan_share_fini(s);
		return;
	}
	/* Written to on this thread, so that the worker's thread has no page faults. */
	memset(s->jobs, 0, (s->count + 1) * sizeof(*s->jobs));
	s->older = older;
}

/* Uses the prepared share. False: out of memory, and nothing is changed. */
static bool jobs_adopt_prepared(struct jobs *all, struct plan_runtime *runtime)
{
	struct schedule *schedule = &all->task.context->schedule;
	struct plan_share *s = &runtime->share;
	struct job *jobs = s->jobs;
	size_t count = s->count;

	if (!schedule_reserve(schedule, schedule->count - all->count + count + 64))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct target *t = &runtime->plan->targets[s->mine[i]];

		if (s->before[i] != PLAN_SHARE_NEW)
			job_move(&all->list[s->before[i]], &jobs[i], t);
		else
			jobs[i].target = t;
	}
	jobs_fini(all);
	all->list = jobs;
	all->count = count;
	s->jobs = NULL;
	for (size_t i = 0; i < count; i++)
		if (jobs[i].jobs == NULL)
			job_init(&jobs[i], all, jobs[i].target);
	plan_share_fini(s);
	return true;
}

/* New jobs go into the schedule after the old ones are removed, so that it need not hold both. */
static bool jobs_load(struct jobs *all, const struct plan *plan)
{
	struct task_context *c = all->task.context;
	size_t count = worker_target_count(c, plan), n = 0, at = 0;
	struct job *jobs = calloc(count + 1, sizeof(*jobs));

	if (jobs == NULL ||
	    !schedule_reserve(&c->schedule, c->schedule.count - all->count + count + 64)) {
		free(jobs);
		return false;
	}
	for (size_t i = 0; i < plan->target_count; i++)
		if (is_of_worker(c, &plan->targets[i]))
			jobs[n++].target = &plan->targets[i];
	for (size_t i = 0; i < count; i++) {
		struct job *old = job_find(all, &at, jobs[i].target);

		if (old != NULL)
			job_move(old, &jobs[i], jobs[i].target);
	}
	jobs_fini(all);
	all->list = jobs;
	all->count = count;
	for (size_t i = 0; i < count; i++)
		if (jobs[i].jobs == NULL)
			job_init(&jobs[i], all, jobs[i].target);
	return true;
}

/* The share refers to the plan before. If the worker never took the runtime in between, that is not
 * the plan that it has. */
bool jobs_load_prepared(struct jobs *all, struct plan_runtime *runtime)
{
	const struct plan *now = all->task.context->runtime->plan;

	if (runtime->share.older != NULL && runtime->share.older == now)
		return jobs_adopt_prepared(all, runtime);
	return jobs_load(all, runtime->plan);
}

static bool jobs_begin(struct task *t)
{
	struct jobs *all = (struct jobs *)t;

	if (!jobs_load(all, t->context->runtime->plan))
		return false;
	all->left = all->count;
	return true;
}

static void jobs_leave(struct task *t, struct span grace)
{
	(void)grace;
	jobs_fini((struct jobs *)t);
	task_end(t);
}

static const struct task_kind jobs_task = { .begin = jobs_begin, .stop = jobs_leave };

bool jobs_start(struct jobs *all, struct task_context *c)
{
	if (!task_start(&all->task, &jobs_task, c))
		return false;
	jobs_part_if_done(all);
	return true;
}
