/* engine.c - the threads, and the plan they all work by. */
#include "engine.h"

#include "buffer.h"
#include "jobs.h"
#include "plan_runtime.h"
#include "target_run.h"
#include "worker.h"

#include <stdlib.h>
#include <string.h>

struct engine {
	pthread_mutex_t lock; /* guards plan */
	struct plan *plan;    /* held */
	unsigned count;       /* of workers that were made */
	unsigned running;     /* of threads that were started */
	struct {
		struct worker worker;
		pthread_t thread;
	} crew[];
};

static void *engine_work(void *worker)
{
	worker_run(worker);
	return NULL;
}

static bool hire(struct engine *e, unsigned of, const struct engine_hooks *hooks,
		 char *error, size_t cap)
{
	for (; e->count < of; e->count++) {
		struct runtime *runtime = plan_runtime_new(
		    e->plan, PLAN_RUNTIME_FOR_ON_DEMAND_PROBES, error, cap);

		if (runtime == NULL || !worker_init(&e->crew[e->count].worker, runtime,
						    hooks, e->count, of, false, error, cap))
			return false;
	}
	for (; e->running < of; e->running++) {
		if (pthread_create(&e->crew[e->running].thread, NULL, engine_work,
				   &e->crew[e->running].worker) == 0)
			continue;
		text_copy(error, cap, "cannot start an engine thread");
		return false;
	}
	return true;
}

struct engine *engine_new(struct plan *plan, const struct engine_hooks *hooks, char *error,
			  size_t cap)
{
	unsigned threads = plan->settings.threads;
	struct engine *e = calloc(1, sizeof(*e) + threads * sizeof(e->crew[0]));

	if (e == NULL) {
		text_copy(error, cap, "out of memory");
		return NULL;
	}
	pthread_mutex_init(&e->lock, NULL);
	e->plan = plan_hold(plan);
	if (hire(e, threads, hooks, error, cap))
		return e;
	engine_free(e);
	return NULL;
}

void engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	for (unsigned i = 0; i < e->count; i++)
		worker_post_leave(&e->crew[i].worker);
	for (unsigned i = 0; i < e->count; i++) {
		if (i < e->running)
			pthread_join(e->crew[i].thread, NULL);
		else
			worker_run(&e->crew[i].worker);
		worker_fini(&e->crew[i].worker);
	}
	plan_release(e->plan);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

static void plan_runtimes_release(struct runtime **runtimes, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		plan_runtime_release(runtimes[i]);
	free(runtimes);
}

static struct runtime **plan_runtimes_new(struct plan *plan, unsigned count, char *error,
					  size_t cap)
{
	struct runtime **runtimes = calloc(count, sizeof(struct runtime *));

	for (unsigned i = 0; runtimes != NULL && i < count; i++) {
		runtimes[i] =
		    plan_runtime_new(plan, PLAN_RUNTIME_FOR_ON_DEMAND_PROBES, error, cap);
		if (runtimes[i] == NULL) {
			plan_runtimes_release(runtimes, i);
			return NULL;
		}
	}
	if (runtimes == NULL)
		text_copy(error, cap, "out of memory");
	return runtimes;
}

bool engine_load(struct engine *e, struct plan *plan, char *error, size_t cap)
{
	struct runtime **runtimes = plan_runtimes_new(plan, e->count, error, cap);
	struct plan *older;

	if (runtimes == NULL)
		return false;
	plan_load_name_results(plan);
	for (unsigned i = 0; i < e->count; i++)
		jobs_prepare(runtimes[i], e->plan, i, e->count);
	for (unsigned i = 0; i < e->count; i++)
		worker_post_runtime(&e->crew[i].worker, runtimes[i]);
	free(runtimes);
	pthread_mutex_lock(&e->lock);
	older = e->plan;
	e->plan = plan_hold(plan);
	pthread_mutex_unlock(&e->lock);
	plan_release(older);
	return true;
}

bool engine_probe(struct engine *e, struct on_demand_probe *on_demand_probe)
{
	unsigned index = task_context_index(on_demand_probe->target.host, e->count);

	return worker_post(&e->crew[index].worker, &on_demand_probe->task, &on_demand_task);
}

struct plan *engine_plan(struct engine *e)
{
	struct plan *plan;

	pthread_mutex_lock(&e->lock);
	plan = plan_hold(e->plan);
	pthread_mutex_unlock(&e->lock);
	return plan;
}

static void engine_add(struct engine_stats *s, struct worker_counters *c)
{
	int64_t lag = atomic_load(&c->lag_ns);
	int64_t lateness = atomic_exchange(&c->lateness_max_ns, 0);

	s->probes += atomic_load(&c->probes);
	s->names += atomic_load(&c->names);
	s->on_demand_probes += atomic_load(&c->on_demand_probes);
	s->late += atomic_load(&c->late);
	s->skipped_suspended += atomic_load(&c->skipped_suspended);
	s->skipped_overrun += atomic_load(&c->skipped_overrun);
	s->in_flight += atomic_load(&c->in_flight);
	s->waiting += atomic_load(&c->waiting);
	s->dns_questions += atomic_load(&c->dns_questions);
	s->dns_cache_hits += atomic_load(&c->dns_cache_hits);
	s->dns_failures += atomic_load(&c->dns_failures);
	if (lag > s->lag.ns)
		s->lag.ns = lag;
	if (lateness > s->lateness_max.ns)
		s->lateness_max.ns = lateness;
}

void engine_stats(struct engine *e, struct engine_stats *ret_stats)
{
	struct engine_stats stats = { 0 };

	for (unsigned i = 0; i < e->count; i++)
		engine_add(&stats, &e->crew[i].worker.context.counters);
	*ret_stats = stats;
}

bool engine_run_once(struct plan *plan, const struct engine_hooks *hooks, char *error,
		     size_t cap)
{
	struct worker worker;
	struct runtime *runtime = plan_runtime_new(plan, PLAN_RUNTIME_FOR_PLAN, error, cap);

	if (runtime == NULL ||
	    !worker_init(&worker, runtime, hooks, 0, 1, true, error, cap))
		return false;
	worker_run(&worker);
	worker_fini(&worker);
	return true;
}
