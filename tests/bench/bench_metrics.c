/* bench_metrics.c - how long it takes to write all of /metrics, beside copying its bytes. */
#include "bench_plan.h"
#include "exposition.h"
#include "usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 256 * 1024 };

struct scrape {
	double ms, copy_ms;
	size_t bytes;
};

static struct scrape scrape(struct plan *plan)
{
	const struct health health = { .version = "bench", .targets = plan->target_count };
	char *copy = malloc(PIECE), *from = malloc(PIECE);
	struct scrape s = { 0 };
	struct answer *answer;
	struct draft piece;
	int64_t start = usage_cpu_us();
	bool more;

	draft_init(&piece);
	answer = exposition_new(plan, &health, TEXT_PROMETHEUS);
	if (answer == NULL || copy == NULL || from == NULL)
		abort();
	do {
		draft_clear(&piece);
		more = answer->more(answer, &piece);
		s.bytes += piece.n;
	} while (more && !piece.failed);
	answer->free(answer);
	draft_fini(&piece);
	s.ms = (double)(usage_cpu_us() - start) / 1000;

	/* In pieces of the same size as would be sent. */
	memset(from, 'x', PIECE);
	memset(copy, 'y', PIECE);
	start = usage_cpu_us();
	for (size_t n = 0; n < s.bytes; n += PIECE) {
		memcpy(copy, from, s.bytes - n < PIECE ? s.bytes - n : PIECE);
		/* So that the compiler does not see that nobody looks. */
		__asm__ volatile("" : : "r"(copy) : "memory");
	}
	s.copy_ms = (double)(usage_cpu_us() - start) / 1000;
	free(copy);
	free(from);
	return s;
}

int main(int argc, char **argv)
{
	struct bench_terms terms = { .in_flight = 100,
				     .interval = span_of_ms(60000),
				     .timeout = span_of_ms(10000) };
	struct result result;
	struct plan *plan;
	struct scrape s;

	if (argc != 6) {
		fprintf(stderr, "usage: bench_metrics SERVICE PORT CA-FILE NAME COUNT\n");
		return 2;
	}
	terms.service = argv[1];
	terms.port = (uint16_t)atoi(argv[2]);
	terms.ca_file = argv[3];
	terms.name = argv[4];
	terms.count = strtoul(argv[5], NULL, 10);
	bench_probe_one(&terms, &result);
	plan = bench_plan_new(&terms);
	bench_fill(plan, &result);
	for (int i = 0; i < 3; i++)
		s = scrape(plan); /* the last one counts: memory is warm */
	printf("targets=%zu bytes=%zu ms=%.3f copy_ms=%.3f\n", terms.count, s.bytes, s.ms,
	       s.copy_ms);
	plan_release(plan);
	result_fini(&result);
	return 0;
}
