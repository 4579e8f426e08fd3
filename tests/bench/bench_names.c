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

static struct roll *roll_of(size_t count)
{
	char(*texts)[48] = calloc(count, sizeof(*texts));
	const char **names = calloc(count, sizeof(*names));
	struct roll *roll;

	if (texts == NULL || names == NULL)
		abort();
	for (size_t i = 0; i < count; i++) {
		snprintf(texts[i], sizeof(texts[i]), "customer%06zu.demo.test", i);
		names[i] = texts[i];
	}
	roll = roll_new(names, count);
	if (roll == NULL)
		abort();
	free(texts);
	free(names);
	return roll;
}

/* One target, asked for so many names. */
static struct plan *plan_of(const struct bench_terms *terms, size_t count)
{
	struct bench_terms one = *terms;
	struct roll *roll = roll_of(count);
	struct hosting_wish wish;
	struct plan *plan;

	one.count = 1;
	plan = bench_plan_new(&one);
	plan->settings.per_address_max = terms->in_flight;
	wish = (struct hosting_wish){ .server = plan->targets[0].server,
				      .service = plan->targets[0].service->name,
				      .roll = roll,
				      .interval = span_of_ms(3600000) };
	plan_set_hostings(plan, &wish, 1);
	roll_release(roll);
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
	struct roster_summary s;

	roster_summary(plan->hostings[0].roster, &s);
	roster_summary_fini(&s);
	return s.states[STATE_OK];
}

static void fill(const struct plan *plan, const struct result *result)
{
	struct roll *roll = roster_roll(plan->hostings[0].roster);

	for (size_t i = 0; i < roll_count(roll); i++)
		name_verdict_file(plan->hostings[0].roster, roll, i, result, false, 2);
	roll_release(roll);
}

static void memory(const struct bench_terms *terms, size_t count)
{
	struct result result;
	struct plan *plan;
	int64_t before;

	bench_probe_one(terms, &result);
	before = usage_rss();
	plan = plan_of(terms, count);
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

static void cpu(const struct bench_terms *terms, unsigned rounds)
{
	double names[32], probes[32];
	size_t good = 0;

	if (rounds > 32)
		rounds = 32;
	for (unsigned i = 0; i < rounds; i++) {
		struct plan *plan = bench_plan_new(terms);
		int64_t us;

		run(plan, &us);
		probes[i] = (double)us / (double)terms->count;
		plan_release(plan);
		plan = plan_of(terms, terms->count);
		run(plan, &us);
		names[i] = (double)us / (double)terms->count;
		good += good_of(plan);
		plan_release(plan);
	}
	qsort(names, rounds, sizeof(*names), by_size);
	qsort(probes, rounds, sizeof(*probes), by_size);
	printf("asked=%zu asked_good=%zu name_us=%.2f probe_us=%.2f\n",
	       rounds * terms->count, good, names[rounds / 2], probes[rounds / 2]);
}

int main(int argc, char **argv)
{
	struct bench_terms terms = { .in_flight = 64,
				     .interval = span_of_ms(60000),
				     .timeout = span_of_ms(10000) };

	if (argc != 8) {
		fprintf(stderr, "usage: bench_names SERVICE PORT CA-FILE NAME COUNT ASKED "
				"ROUNDS\n");
		return 2;
	}
	usage_raise_limit();
	terms.service = argv[1];
	terms.port = (uint16_t)atoi(argv[2]);
	terms.ca_file = argv[3];
	terms.name = argv[4];
	terms.count = 1;
	memory(&terms, strtoul(argv[5], NULL, 10));
	terms.count = strtoul(argv[6], NULL, 10);
	cpu(&terms, (unsigned)atoi(argv[7]));
	return 0;
}
