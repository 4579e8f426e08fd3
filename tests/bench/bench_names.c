/* bench_names.c - customers' names of one server: bytes of each at rest, CPU of asking for one.
 *
 * `bench_names SERVICE PORT CA-FILE NAME COUNT ASKED ROUNDS`: COUNT names of one service with a
 * result each, certificate shared; then rounds of ASKED names asked for, and of as many ordinary
 * probes of the same service, one after the other.
 */
#include "bench_plan.h"
#include "engine.h"
#include "name_verdict.h"
#include "usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct name_set *name_set_of(size_t count)
{
	char(*texts)[48] = calloc(count, sizeof(*texts));
	const char **names = calloc(count, sizeof(*names));
	struct name_set *name_set;

	if (texts == NULL || names == NULL)
		abort();
	for (size_t i = 0; i < count; i++) {
		snprintf(texts[i], sizeof(texts[i]), "customer%06zu.demo.test", i);
		names[i] = texts[i];
	}
	name_set = name_set_new(names, count);
	if (name_set == NULL)
		abort();
	free(texts);
	free(names);
	return name_set;
}

/* One target, asked for so many names. */
static struct plan *plan_of(const struct bench_params *params, size_t count)
{
	struct bench_params one = *params;
	struct name_set *name_set = name_set_of(count);
	struct name_check_options wish;
	struct plan *plan;

	one.count = 1;
	plan = bench_plan_new(&one);
	plan->settings.per_address_max = params->in_flight;
	wish = (struct name_check_options){ .server = plan->targets[0].server,
					    .service = plan->targets[0].service->name,
					    .name_set = name_set,
					    .interval = span_of_ms(3600000) };
	plan_set_name_checks(plan, &wish, 1);
	name_set_release(name_set);
	return plan;
}

static void run(struct plan *plan, int64_t *ret_cpu_us)
{
	int64_t cpu = usage_cpu_us();
	char error[256];

	if (!engine_run_once(plan, NULL, error, sizeof(error))) {
		fprintf(stderr, "bench: %s\n", error);
		exit(1);
	}
	*ret_cpu_us = usage_cpu_us() - cpu;
}

/* How many are OK. */
static size_t good_of(const struct plan *plan)
{
	struct name_results_summary s;

	name_results_summary(plan->name_checks[0].name_results, &s);
	name_results_summary_fini(&s);
	return s.states[STATE_OK];
}

static void fill(const struct plan *plan, const struct result *result)
{
	struct name_set *name_set = name_results_set(plan->name_checks[0].name_results);

	for (size_t i = 0; i < name_set_count(name_set); i++)
		name_verdict_store(plan->name_checks[0].name_results, name_set, i, result,
				   false, 2);
	name_set_release(name_set);
}

static void memory(const struct bench_params *params, size_t count)
{
	struct result result;
	struct plan *plan;
	int64_t before;

	bench_probe_one(params, &result);
	before = usage_rss();
	plan = plan_of(params, count);
	fill(plan, &result);
	printf("names=%zu bytes=%lld good=%zu ", count,
	       (long long)(usage_rss() - before) / (long long)count, good_of(plan));
	plan_release(plan);
	result_fini(&result);
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void cpu(const struct bench_params *params, unsigned rounds)
{
	double names[32], probes[32];
	size_t good = 0;

	if (rounds > 32)
		rounds = 32;
	for (unsigned i = 0; i < rounds; i++) {
		struct plan *plan = bench_plan_new(params);
		int64_t us;

		run(plan, &us);
		probes[i] = (double)us / (double)params->count;
		plan_release(plan);
		plan = plan_of(params, params->count);
		run(plan, &us);
		names[i] = (double)us / (double)params->count;
		good += good_of(plan);
		plan_release(plan);
	}
	qsort(names, rounds, sizeof(*names), by_size);
	qsort(probes, rounds, sizeof(*probes), by_size);
	printf("asked=%zu asked_good=%zu name_us=%.2f probe_us=%.2f\n",
	       rounds * params->count, good, names[rounds / 2], probes[rounds / 2]);
}

int main(int argc, char **argv)
{
	struct bench_params params = { .in_flight = 64,
				       .interval = span_of_ms(60000),
				       .timeout = span_of_ms(10000) };

	if (argc != 8) {
		fprintf(stderr, "usage: bench_names SERVICE PORT CA-FILE NAME COUNT ASKED "
				"ROUNDS\n");
		return 2;
	}
	usage_raise_limit();
	params.service = argv[1];
	params.port = (uint16_t)atoi(argv[2]);
	params.ca_file = argv[3];
	params.name = argv[4];
	params.count = 1;
	memory(&params, strtoul(argv[5], NULL, 10));
	params.count = strtoul(argv[6], NULL, 10);
	cpu(&params, (unsigned)atoi(argv[7]));
	return 0;
}
