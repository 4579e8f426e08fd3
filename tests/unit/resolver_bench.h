/* resolver_bench.h - a resolver, two scripted servers for it, and questions with what they found. */
#ifndef MAILVANE_RESOLVER_BENCH_H
#define MAILVANE_RESOLVER_BENCH_H

#include "dns_stub.h"
#include "resolver.h"

struct bench {
	uv_loop_t loop;
	struct stub first, second; /* the rules are in resolver_bench.c */
	struct resolver *resolver;
	char place[2][ADDRESS_TEXT_MAX];
};

struct asked {
	struct question question;
	struct resolver_answer answer;
	size_t records; /* there were in it */
	unsigned times;
};

/* The stubs only; start makes the resolver. */
void set_up(struct bench *);
/* Without a hosts file in the options: with an empty one. */
void start(struct bench *, const struct resolver_options *);
/* Both, and the first stub is the only server. */
void set_up_one(struct bench *, int64_t timeout_ms);
void tear_down(struct bench *);

/* The handler that notes the answer in the struct asked around the question. */
void note_answer(struct question *, const struct resolver_answer *);

void ask(struct bench *, struct asked *, const char *host, enum family);
void await(struct bench *, const struct asked *);
void resolve(struct bench *, struct asked *, const char *host, enum family);
/* In the reason, @ is the place of the first server and # that of the second. */
void expect_failure(struct bench *, const char *host, enum family, enum fault,
		    const char *reason);
/* `wanted` are the addresses in their order, with a blank between. */
void expect_addresses(struct bench *, const char *host, enum family, const char *wanted);

void write_file(const char *path, const char *text);

#endif
