/* bench_scraped.c - how late probes begin while /metrics is written without a pause.
 *
 * The engine runs the schedule, first alone, then beside a thread that does nothing but scrape,
 * every second time in gzip. Probes of all targets are spread so that there are PER_SECOND.
 */
#include "bench_plan.h"
#include "engine.h"
#include "exposition.h"
#include "gzip.h"
#include "usage.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PER_SECOND = 500 };

struct scraper {
	struct plan *plan;
	atomic_bool ends;
	unsigned long scrapes;
};

static bool scrape(struct scraper *s, bool packed)
{
	const struct health health = { .version = "bench",
				       .targets = s->plan->target_count };
	struct text_stream *answer = exposition_new(s->plan, &health, TEXT_PROMETHEUS);
	struct strbuf piece;
	bool more = true;

	if (packed)
		answer = gzip_new(answer);
	if (answer == NULL)
		abort();
	strbuf_init(&piece);
	while (more && !atomic_load(&s->ends)) {
		strbuf_clear(&piece);
		more = answer->more(answer, &piece);
	}
	strbuf_fini(&piece);
	answer->free(answer);
	return !more;
}

static void *scrape_on(void *arg)
{
	struct scraper *s = arg;

	while (!atomic_load(&s->ends))
		if (scrape(s, s->scrapes % 2 == 1))
			s->scrapes++;
	return NULL;
}

/* The lateness since the last call. */
static struct engine_stats after(struct engine *e, long seconds)
{
	const struct timespec t = { seconds, 0 };
	struct engine_stats stats;

	nanosleep(&t, NULL);
	engine_stats(e, &stats);
	return stats;
}

static void run(struct plan *plan, long seconds)
{
	struct scraper scraper = { .plan = plan };
	struct engine_stats quiet, scraped;
	struct engine *e;
	pthread_t thread;
	char error[512];

	e = engine_new(plan, NULL, error, sizeof(error));
	if (e == NULL) {
		fprintf(stderr, "bench: %s\n", error);
		exit(1);
	}
	after(e, 2); /* the start is a crowd */
	quiet = after(e, seconds);
	if (pthread_create(&thread, NULL, scrape_on, &scraper) != 0)
		abort();
	scraped = after(e, seconds);
	atomic_store(&scraper.ends, true);
	pthread_join(thread, NULL);
	printf(
	    "probes=%llu quiet_ms=%.3f quiet_late=%llu scraped_ms=%.3f scraped_late=%llu "
	    "scrapes=%lu\n",
	    (unsigned long long)scraped.probes, span_seconds(quiet.lateness_max) * 1000,
	    (unsigned long long)quiet.late, span_seconds(scraped.lateness_max) * 1000,
	    (unsigned long long)(scraped.late - quiet.late), scraper.scrapes);
	engine_free(e);
}

int main(int argc, char **argv)
{
	struct bench_params params = { .in_flight = 1000, .timeout = span_of_ms(10000) };
	struct result result;
	struct plan *plan;

	if (argc != 7) {
		fprintf(stderr,
			"usage: bench_scraped SERVICE PORT CA-FILE NAME COUNT SECONDS\n");
		return 2;
	}
	usage_raise_limit();
	params.service = argv[1];
	params.port = (uint16_t)atoi(argv[2]);
	params.ca_file = argv[3];
	params.name = argv[4];
	params.count = strtoul(argv[5], NULL, 10);
	params.interval = span_of_ms((int64_t)params.count * 1000 / PER_SECOND);
	bench_probe_one(&params, &result);
	plan = bench_plan_new(&params);
	bench_fill(plan, &result);
	run(plan, atol(argv[6]));
	plan_release(plan);
	result_fini(&result);
	return 0;
}
