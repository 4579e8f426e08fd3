/* bench_reload.c - how long probing stands still while the engine goes over to another plan.
 *
 * A thousand probes a second of a port that nobody listens on; the gaps between their results,
 * by the clock and by the CPU time of the engine's thread, without and with reloads of as many
 * targets, of which one in a hundred is another one.
 */
#include "bench_plan.h"
#include "engine.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RELOADS = 5, PAUSE_MS = 700 };

static atomic_llong gap_ns, cpu_gap_ns, last_ns, last_cpu_ns;

static int64_t now_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void note(atomic_llong *last, atomic_llong *gap, int64_t now)
{
	int64_t before = atomic_exchange(last, now);

	if (before != 0 && now - before > atomic_load(gap))
		atomic_store(gap, now - before);
}

static void probed(void *user, const struct target *target, const struct result *result,
		   const struct published *published)
{
	(void)user, (void)target, (void)result, (void)published;
	note(&last_ns, &gap_ns, now_of(CLOCK_MONOTONIC));
	note(&last_cpu_ns, &cpu_gap_ns, now_of(CLOCK_THREAD_CPUTIME_ID));
}

static void pause_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static void begin(void)
{
	atomic_store(&gap_ns, 0);
	atomic_store(&cpu_gap_ns, 0);
}

static double ms(long long ns)
{
	return (double)ns / 1e6;
}

/* One in a hundred waits longer, so it is another target. */
static struct plan *plan_of(const struct bench_params *params, unsigned round)
{
	struct plan *plan = bench_plan_new(params);

	for (size_t i = round; i < plan->target_count; i += 100)
		plan->targets[i].timeout.ns += round;
	return plan;
}

static double reload(struct engine *e, const struct bench_params *params, unsigned round)
{
	struct plan *next = plan_of(params, round), *older = engine_plan(e);
	char error[256];
	int64_t from = now_of(CLOCK_THREAD_CPUTIME_ID);

	plan_inherit(next, older);
	plan_release(older);
	if (!engine_load(e, next, error, sizeof(error))) {
		fprintf(stderr, "bench: %s\n", error);
		exit(1);
	}
	plan_release(next);
	return ms(now_of(CLOCK_THREAD_CPUTIME_ID) - from);
}

int main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	const struct bench_params params = { .service = "smtp",
					     .port = 1,
					     .name = "mail.demo.test",
					     .count = count,
					     .in_flight = 1000,
					     .interval = span_of_ms((int64_t)count),
					     .timeout = span_of_ms(1000) };
	const struct engine_hooks hooks = { .probed = probed, .user = NULL };
	struct plan *plan = plan_of(&params, 0);
	struct engine *e;
	char error[256];
	double load = 0, idle, idle_cpu;

	e = engine_new(plan, &hooks, error, sizeof(error));
	if (e == NULL) {
		fprintf(stderr, "bench: %s\n", error);
		return 1;
	}
	plan_release(plan);
	pause_ms(PAUSE_MS);
	begin();
	pause_ms(2 * PAUSE_MS);
	idle = ms(atomic_load(&gap_ns));
	idle_cpu = ms(atomic_load(&cpu_gap_ns));
	begin();
	for (unsigned i = 1; i <= RELOADS; i++) {
		load += reload(e, &params, i) / RELOADS;
		pause_ms(PAUSE_MS);
	}
	printf("targets=%zu idle_gap_ms=%.1f reload_gap_ms=%.1f idle_cpu_gap_ms=%.1f "
	       "reload_cpu_gap_ms=%.1f load_cpu_ms=%.1f\n",
	       count, idle, ms(atomic_load(&gap_ns)), idle_cpu,
	       ms(atomic_load(&cpu_gap_ns)), load);
	engine_free(e);
	return 0;
}
