/* bench_engine.c - mailvane's engine at work, and what that costs its process.
 *
 * `probe` runs each target once and tells CPU per probe; `hold` lets the server keep all probes
 * and tells bytes for each; `pace` runs the schedule for some seconds and tells how late it was.
 */
#include "bench_plan.h"
#include "engine.h"
#include "usage.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static atomic_ulong done, good;

static void on_probed(void *user, const struct target *target, const struct result *result,
		      const struct published *published)
{
	(void)user;
	(void)target;
	(void)published;
	atomic_fetch_add(&done, 1);
	if (result->state == STATE_OK)
		atomic_fetch_add(&good, 1);
	else if (atomic_load(&done) - atomic_load(&good) == 1)
		fprintf(stderr, "bench: [%s/%s] %s %s\n", fault_name(result->fault),
			phase_name(result->phase), result->text, result->cert_detail);
}

static const struct engine_hooks hooks = { .probed = on_probed };

static void rest_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static void probe(struct plan *plan)
{
	char error[512];
	int64_t cpu = usage_cpu_us(), clock = usage_clock_us();

	if (!engine_run_once(plan, &hooks, error, sizeof(error))) {
		fprintf(stderr, "bench: %s\n", error);
		exit(1);
	}
	printf("probes=%lu good=%lu cpu_us=%.2f wall_ms=%lld\n", atomic_load(&done),
	       atomic_load(&good),
	       (double)(usage_cpu_us() - cpu) / (double)plan->target_count,
	       (long long)(usage_clock_us() - clock) / 1000);
}

static struct engine *start(struct plan *plan)
{
	char error[512];
	struct engine *e = engine_new(plan, &hooks, error, sizeof(error));

	if (e == NULL) {
		fprintf(stderr, "bench: %s\n", error);
		exit(1);
	}
	return e;
}

/* Before: an engine at work, with OpenSSL and the trust store, that has nothing to probe. */
static void hold(struct plan *plan, const struct bench_params *params)
{
	struct bench_params idle = *params;
	struct engine_stats stats;
	struct plan *nothing;
	struct engine *e;
	int64_t before, end = usage_clock_us() + 60000000;
	char error[256];

	idle.count = 0;
	nothing = bench_plan_new(&idle);
	e = start(nothing);
	rest_ms(300);
	before = usage_rss();
	if (!engine_load(e, plan, error, sizeof(error))) {
		fprintf(stderr, "bench: %s\n", error);
		exit(1);
	}
	do {
		rest_ms(100);
		engine_stats(e, &stats);
	} while (stats.in_flight < plan->target_count && usage_clock_us() < end);
	rest_ms(3000);
	engine_stats(e, &stats);
	printf("held=%u bytes=%lld\n", stats.in_flight,
	       (long long)(usage_rss() - before) / (long long)plan->target_count);
	engine_free(e);
	plan_release(nothing);
}

static void pace(struct plan *plan, long seconds)
{
	int64_t cpu = usage_cpu_us(), clock = usage_clock_us();
	struct engine *e = start(plan);
	struct engine_stats stats;

	rest_ms(seconds * 1000);
	engine_stats(e, &stats);
	printf("targets=%zu seconds=%ld probes=%llu good=%lu late=%llu overrun=%llu "
	       "lateness_max_ms=%.3f cpu_percent=%.1f\n",
	       plan->target_count, seconds, (unsigned long long)stats.probes,
	       atomic_load(&good), (unsigned long long)stats.late,
	       (unsigned long long)stats.skipped_overrun,
	       span_seconds(stats.lateness_max) * 1000,
	       100.0 * (double)(usage_cpu_us() - cpu) / (double)(usage_clock_us() - clock));
	engine_free(e);
}

int main(int argc, char **argv)
{
	struct bench_params params;
	struct plan *plan;

	if (argc != 8) {
		fprintf(stderr,
			"usage: bench_engine probe|hold|pace SERVICE PORT CA-FILE NAME "
			"COUNT IN-FLIGHT|SECONDS\n");
		return 2;
	}
	usage_raise_limit();
	params = (struct bench_params){
		.service = argv[2],
		.port = (uint16_t)atoi(argv[3]),
		.ca_file = argv[4],
		.name = argv[5],
		.count = strtoul(argv[6], NULL, 10),
		.in_flight = (unsigned)atoi(argv[7]),
		.interval = span_of_ms(10000),
		.timeout = span_of_ms(10000),
	};
	if (strcmp(argv[1], "hold") == 0) {
		params.in_flight = (unsigned)params.count;
		params.interval = span_of_ms(1000);
		params.timeout = span_of_ms(600000);
	} else if (strcmp(argv[1], "pace") == 0) {
		params.in_flight = 1000;
	}
	plan = bench_plan_new(&params);
	if (strcmp(argv[1], "hold") == 0)
		hold(plan, &params);
	else if (strcmp(argv[1], "pace") == 0)
		pace(plan, atol(argv[7]));
	else
		probe(plan);
	plan_release(plan);
	return 0;
}
