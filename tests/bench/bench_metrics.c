/* bench_metrics.c - what it takes to write all of /metrics, beside moving as many bytes.
 *
 * Moving is done three ways, in pieces as large as those that are written: memcpy from memory
 * to memory, over more of both than any cache holds, as a text that lay there ready would be
 * copied into an answer; memcpy within the cache; and send() into a socket that another process
 * empties, which is what becomes of every piece. CPU of this process; medians of rounds that
 * alternate.
 */
#include "bench_plan.h"
#include "exposition.h"
#include "gzip.h"
#include "usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIECE = 32 * 1024, ROUNDS = 5, COLD = 128 * 1024 * 1024 };

enum figure { WRITE, COPY, COPY_CACHED, SEND, PACK, FIGURES };

struct bench {
	struct plan *plan;
	size_t bytes, packed_bytes;
	char *from, *to; /* COLD each */
	int socket;
	double ms[FIGURES][ROUNDS];
};

/* Walks an answer; returns its bytes. Growth of the resident set, if it is asked for. */
static size_t walk(struct text_stream *answer, int64_t *ret_growth)
{
	int64_t before = usage_rss();
	size_t bytes = 0, pieces = 0;
	struct strbuf piece;
	bool more;

	strbuf_init(&piece);
	do {
		strbuf_clear(&piece);
		do
			more = answer->more(answer, &piece);
		while (more && piece.n < PIECE && !piece.failed);
		bytes += piece.n;
		if (ret_growth != NULL && pieces++ % 64 == 0) {
			int64_t growth = usage_rss() - before;

			if (growth > *ret_growth)
				*ret_growth = growth;
		}
	} while (more && !piece.failed);
	if (piece.failed)
		abort();
	strbuf_fini(&piece);
	answer->free(answer);
	return bytes;
}

static struct text_stream *metrics_of(struct plan *plan)
{
	const struct health health = { .version = "bench", .targets = plan->target_count };
	struct text_stream *answer = exposition_new(plan, &health, TEXT_PROMETHEUS);

	if (answer == NULL)
		abort();
	return answer;
}

static size_t piece_of(size_t bytes, size_t done)
{
	return bytes - done < PIECE ? bytes - done : PIECE;
}

static void copy(const struct bench *b, size_t room)
{
	for (size_t n = 0; n < b->bytes; n += PIECE) {
		memcpy(b->to + n % room, b->from + n % room, piece_of(b->bytes, n));
		/* So that the compiler does not see that nobody looks. */
		__asm__ volatile("" : : "r"(b->to) : "memory");
	}
}

static void send_all(const struct bench *b)
{
	for (size_t n = 0; n < b->bytes;) {
		ssize_t sent = send(b->socket, b->from, piece_of(b->bytes, n), 0);

		if (sent < 0)
			abort();
		n += (size_t)sent;
	}
}

static void measure(struct bench *b, enum figure figure, int round)
{
	int64_t start = usage_cpu_us();

	switch (figure) {
	case WRITE:
		b->bytes = walk(metrics_of(b->plan), NULL);
		break;
	case COPY:
		copy(b, COLD);
		break;
	case COPY_CACHED:
		copy(b, PIECE);
		break;
	case SEND:
		send_all(b);
		break;
	default:
		b->packed_bytes = walk(gzip_new(metrics_of(b->plan)), NULL);
		break;
	}
	b->ms[figure][round] = (double)(usage_cpu_us() - start) / 1000;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *list)
{
	qsort(list, ROUNDS, sizeof(*list), by_size);
	return list[ROUNDS / 2];
}

/* A process that reads all that is sent. */
static pid_t reader_start(int *ret_socket)
{
	char *sink = malloc(4 * PIECE);
	int ends[2];
	pid_t pid;

	if (sink == NULL || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
	    (pid = fork()) < 0)
		abort();
	if (pid == 0) {
		close(ends[0]);
		while (read(ends[1], sink, 4 * PIECE) > 0)
			;
		_exit(0);
	}
	close(ends[1]);
	free(sink);
	*ret_socket = ends[0];
	return pid;
}

static void run(struct bench *b)
{
	int64_t growth = 0;
	pid_t reader;

	b->bytes = walk(metrics_of(b->plan), &growth);
	reader = reader_start(&b->socket);
	b->from = malloc(COLD);
	b->to = malloc(COLD);
	if (b->from == NULL || b->to == NULL)
		abort();
	memset(b->from, 'x', COLD);
	memset(b->to, 'y', COLD);
	for (int round = 0; round < ROUNDS; round++)
		for (unsigned figure = 0; figure < FIGURES; figure++)
			measure(b, (enum figure)figure, round);
	close(b->socket);
	waitpid(reader, NULL, 0);
	free(b->from);
	free(b->to);
	printf("targets=%zu bytes=%zu ms=%.3f copy_ms=%.3f cached_ms=%.3f send_ms=%.3f "
	       "gzip_ms=%.3f gzip_bytes=%zu growth=%lld\n",
	       b->plan->target_count, b->bytes, median(b->ms[WRITE]), median(b->ms[COPY]),
	       median(b->ms[COPY_CACHED]), median(b->ms[SEND]), median(b->ms[PACK]),
	       b->packed_bytes, (long long)growth);
}

int main(int argc, char **argv)
{
	struct bench_params params = { .in_flight = 100,
				       .interval = span_of_ms(60000),
				       .timeout = span_of_ms(10000) };
	struct bench bench = { 0 };
	struct result result;

	if (argc != 6) {
		fprintf(stderr, "usage: bench_metrics SERVICE PORT CA-FILE NAME COUNT\n");
		return 2;
	}
	params.service = argv[1];
	params.port = (uint16_t)atoi(argv[2]);
	params.ca_file = argv[3];
	params.name = argv[4];
	params.count = strtoul(argv[5], NULL, 10);
	bench_probe_one(&params, &result);
	bench.plan = bench_plan_new(&params);
	bench_fill(bench.plan, &result);
	run(&bench);
	plan_release(bench.plan);
	result_fini(&result);
	return 0;
}
