/* bench_page.c - what the page costs: its first page, a search and a filter over all targets,
 * beside asking each target for its state; and the memory of the last hour.
 */
#include "bench_plan.h"
#include "page.h"
#include "usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 9 };

struct figure {
	int64_t us;
	size_t bytes;
};

static int in_order(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static struct figure render(const struct page_params *params, const char *text,
			    const char *state)
{
	struct page_query query;
	int64_t us[ROUNDS];
	struct figure f;

	page_query_init(&query, text, state, NULL, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		int64_t start = usage_cpu_us();
		struct text_stream *answer = page_new(params, &query);
		struct strbuf piece;
		bool more;

		if (answer == NULL)
			abort();
		f.bytes = 0;
		strbuf_init(&piece);
		do {
			strbuf_clear(&piece);
			more = answer->more(answer, &piece);
			f.bytes += piece.n;
		} while (more && !piece.failed);
		answer->free(answer);
		strbuf_fini(&piece);
		us[i] = usage_cpu_us() - start;
	}
	qsort(us, ROUNDS, sizeof(us[0]), in_order);
	f.us = us[ROUNDS / 2];
	return f;
}

/* The least that counting can cost. */
static int64_t ask_all(const struct plan *plan)
{
	struct slot_state states[SLOT_RECORDS_MAX];
	int64_t us[ROUNDS];
	size_t bad = 0;

	for (int i = 0; i < ROUNDS; i++) {
		int64_t start = usage_cpu_us();

		for (size_t k = 0; k < plan->target_count; k++)
			bad += slot_states(plan->targets[k].slot, states,
					   SLOT_RECORDS_MAX) > 0 &&
			       states[0].state != STATE_OK;
		us[i] = usage_cpu_us() - start;
	}
	qsort(us, ROUNDS, sizeof(us[0]), in_order);
	return bad > 0 ? us[ROUNDS / 2] : 0;
}

/* One of a hundred is down. */
static void break_some(struct plan *plan, const struct result *good)
{
	struct result bad = *good;

	bad.state = STATE_CRITICAL;
	bad.fault = bad.dialogue_fault = FAULT_REJECTED;
	bad.phase = bad.dialogue_phase = PHASE_GREETING;
	for (size_t i = 0; i < plan->target_count; i += 100)
		slot_publish(plan->targets[i].slot, &bad, false, 1);
}

static struct history *remember(const struct plan *plan, const struct result *good,
				int64_t *ret_bytes, double *ret_put_ns)
{
	int64_t before = usage_rss(), start;
	struct history *history = history_new();

	if (history == NULL)
		abort();
	history_load(history, plan);
	for (size_t i = 0; i < plan->target_count; i++)
		history_put(history, &plan->targets[i], good, good->state);
	*ret_bytes = (usage_rss() - before) / (int64_t)plan->target_count;
	start = usage_cpu_us();
	for (size_t i = 0; i < plan->target_count; i++)
		history_put(history, &plan->targets[i], good, good->state);
	*ret_put_ns = (double)(usage_cpu_us() - start) * 1000 / (double)plan->target_count;
	return history;
}

int main(int argc, char **argv)
{
	struct bench_params params = { .in_flight = 100,
				       .interval = span_of_ms(60000),
				       .timeout = span_of_ms(10000) };
	struct page_params page = { .health = { .version = "bench" },
				    .metrics = "metrics" };
	struct figure first, search, filter;
	struct result result;
	int64_t bytes;
	double put_ns;

	if (argc != 6) {
		fprintf(stderr, "usage: bench_page SERVICE PORT CA-FILE NAME COUNT\n");
		return 2;
	}
	params.service = argv[1];
	params.port = (uint16_t)atoi(argv[2]);
	params.ca_file = argv[3];
	params.name = argv[4];
	params.count = strtoul(argv[5], NULL, 10);
	bench_probe_one(&params, &result);
	page.plan = bench_plan_new(&params);
	bench_fill(page.plan, &result);
	page.history = remember(page.plan, &result, &bytes, &put_ns);
	break_some(page.plan, &result);
	page.now = moment_now();
	first = render(&page, NULL, NULL);
	search = render(&page, "example", NULL);
	filter = render(&page, NULL, "critical");
	printf(
	    "targets=%zu asked_ms=%.3f ms=%.3f bytes=%zu search_ms=%.3f search_bytes=%zu "
	    "filter_ms=%.3f filter_bytes=%zu history_bytes=%lld put_ns=%.0f\n",
	    params.count, (double)ask_all(page.plan) / 1000, (double)first.us / 1000,
	    first.bytes, (double)search.us / 1000, search.bytes, (double)filter.us / 1000,
	    filter.bytes, (long long)bytes, put_ns);
	history_free(page.history);
	plan_release(page.plan);
	result_fini(&result);
	return 0;
}
