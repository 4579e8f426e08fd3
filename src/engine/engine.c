/* engine.c - starts and stops the threads, and hands a new plan to all of them. */
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
	unsigned count;       /* workers that are initialized */
	unsigned running;     /* threads that are started */
	struct {
		struct worker worker;
		pthread_t thread;
	} threads[];
};

static void *engine_thread(void *worker)
{
	worker_run(worker);
	return NULL;
}

static bool start_threads(struct engine *e, unsigned thread_count,
			  const struct engine_hooks *hooks, char *error, size_t cap)
{
	for (; e->count < thread_count; e->count++) {
		struct plan_runtime *runtime = plan_runtime_new(
		    e->plan, PLAN_RUNTIME_FOR_ON_DEMAND_PROBES, error, cap);

		if (runtime == NULL ||
		    !worker_init(&e->threads[e->count].worker, runtime, hooks, e->count,
				 thread_count, false, error, cap))
			return false;
	}
	for (; e->running < thread_count; e->running++) {
		if (pthread_create(&e->threads[e->running].thread, NULL, engine_thread,
				   &e->threads[e->running].worker) == 0)
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
	struct engine *e = calloc(1, sizeof(*e) + threads * sizeof(e->threads[0]));

	if (e == NULL) {
		text_copy(error, cap, "out of memory");
		return NULL;
	}
	pthread_mutex_init(&e->lock, NULL);
	e->plan = plan_hold(plan);
	if (start_threads(e, threads, hooks, error, cap))
		return e;
	engine_free(e);
	return NULL;
}

void engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	for (unsigned i = 0; i < e->count; i++)
		worker_post_stop(&e->threads[i].worker);
	for (unsigned i = 0; i < e->count; i++) {
		if (i < e->running)
			pthread_join(e->threads[i].thread, NULL);
		else
			worker_run(&e->threads[i].worker);
		worker_fini(&e->threads[i].worker);
	}
	plan_release(e->plan);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

static void plan_runtimes_release(struct plan_runtime **runtimes, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		plan_runtime_release(runtimes[i]);
	free(runtimes);
}

static struct plan_runtime **plan_runtimes_new(struct plan *plan, unsigned count,
					       char *error, size_t cap)
{
	struct plan_runtime **runtimes = calloc(count, sizeof(struct plan_runtime *));

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
	struct plan_runtime **runtimes = plan_runtimes_new(plan, e->count, error, cap);
	struct plan *older;

	if (runtimes == NULL)
		return false;
	plan_load_name_results(plan);
	for (unsigned i = 0; i < e->count; i++)
		jobs_prepare(runtimes[i], e->plan, i, e->count);
	for (unsigned i = 0; i < e->count; i++)
		worker_post_runtime(&e->threads[i].worker, runtimes[i]);
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
	unsigned index = task_context_index_of_host(on_demand_probe->target.host, e->count);

	return worker_post(&e->threads[index].worker, &on_demand_probe->task,
			   &on_demand_task);
}

struct plan *engine_plan(struct engine *e)
{
	struct plan *plan;

	pthread_mutex_lock(&e->lock);
	plan = plan_hold(e->plan);
	pthread_mutex_unlock(&e->lock);
	return plan;
}

static void add_worker_counters(struct engine_stats *s, struct worker_counters *c)
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
		add_worker_counters(&stats, &e->threads[i].worker.context.counters);
	*ret_stats = stats;
}

bool engine_run_once(struct plan *plan, const struct engine_hooks *hooks, char *error,
		     size_t cap)
{
	struct worker worker;
	struct plan_runtime *runtime =
	    plan_runtime_new(plan, PLAN_RUNTIME_FOR_PLAN, error, cap);

	if (runtime == NULL ||
	    !worker_init(&worker, runtime, hooks, 0, 1, true, error, cap))
		return false;
	worker_run(&worker);
	worker_fini(&worker);
	return true;
}
