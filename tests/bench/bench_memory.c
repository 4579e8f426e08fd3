/* bench_memory.c - bytes of an idle target: named, probed once, waiting for its turn.
 *
 * `bench_memory engine` holds a plan, a result for each target and a running engine;
 * `bench_memory floor` the same facts in the least room one would give them by hand.
 */
#include "bench_plan.h"
#include "engine.h"
#include "usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void engine(const struct bench_params *params)
{
	const struct timespec moment = { .tv_nsec = 300000000 };
	struct result result;
	char error[256];
	struct plan *plan;
	struct engine *e;
	int64_t before, held;

	bench_probe_one(params, &result);
	before = usage_rss();
	plan = bench_plan_new(params);
	bench_fill(plan, &result);
	held = usage_rss() - before;
	e = engine_new(plan, NULL, error, sizeof(error));
	if (e == NULL) {
		fprintf(stderr, "bench: %s\n", error);
		exit(1);
	}
	nanosleep(&moment, NULL);
	printf("targets=%zu bytes=%lld plan_and_results=%lld\n", params->count,
	       (long long)(usage_rss() - before) / (long long)params->count,
	       (long long)held / (long long)params->count);
	engine_free(e);
	plan_release(plan);
	result_fini(&result);
}

/* Which server and service; when and how its last probe went; what the server said. The
 * certificate is shared by many, so it is pointed to. */
struct idle {
	const char *server, *host, *tls_name, *text;
	const struct certificate *certificate;
	int64_t at_ms, since_ms, last_success_ms, chain_not_before_ms, chain_not_after_ms;
	uint64_t probes, failures;
	uint32_t took_us, phases_us[PHASE_COUNT];
	uint32_t due_ms; /* its place in the schedule */
	uint8_t address[16];
	uint16_t service, code;
	uint8_t state, fault, phase, flags, cert_faults, tls_version, cipher, family;
	char enhanced[24];
};

static void floor_of(size_t count)
{
	int64_t before = usage_rss();
	struct idle *all = malloc(count * sizeof(*all));
	char *names = malloc(count * 64), *p = names;

	if (all == NULL || names == NULL)
		abort();
	for (size_t i = 0; i < count; i++) {
		memset(&all[i], 1, sizeof(all[i]));
		all[i].server = p;
		p += sprintf(p, "customer%06u.example", (unsigned)i) + 1;
		all[i].text = p;
		p += sprintf(p, "220 mail.demo.test ESMTP mailsim") + 1;
	}
	printf("targets=%zu bytes=%lld\n", count,
	       (long long)(usage_rss() - before) / (long long)count);
	free(all);
	free(names);
}

int main(int argc, char **argv)
{
	struct bench_params params = { .in_flight = 100,
				       .interval = span_of_ms(86400000),
				       .timeout = span_of_ms(10000) };

	if (argc != 7) {
		fprintf(
		    stderr,
		    "usage: bench_memory engine|floor SERVICE PORT CA-FILE NAME COUNT\n");
		return 2;
	}
	params.service = argv[2];
	params.port = (uint16_t)atoi(argv[3]);
	params.ca_file = argv[4];
	params.name = argv[5];
	params.count = strtoul(argv[6], NULL, 10);
	if (strcmp(argv[1], "engine") == 0)
		engine(&params);
	else
		floor_of(params.count);
	return 0;
}
