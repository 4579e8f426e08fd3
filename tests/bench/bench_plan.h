/* bench_plan.h - a plan of many targets against mailsim on 127.0.0.1 to 127.0.0.50. */
#ifndef MAILVANE_BENCH_PLAN_H
#define MAILVANE_BENCH_PLAN_H

#include "plan.h"

/* Addresses the targets are spread over, so that budgets per address do not slow a run. */
enum { BENCH_HOSTS = 50 };

struct bench_params {
	const char
	    *service; /* "smtp" (plain), "submission", "submissions", "imaps", "pop3s" */
	uint16_t port;
	const char *ca_file, *name;
	size_t count;
	unsigned in_flight;
	struct span interval, timeout;
};

/* Ends the program, with the reason on stderr, when the terms make no sense. */
struct plan *bench_plan_new(const struct bench_params *);

/* What a probe of the first target of such a plan finds: finish it. Ends the program, with the
 * reason on stderr, when that is not OK. */
void bench_probe_one(const struct bench_params *, struct result *ret_result);

/* Files the same result at every target. */
void bench_fill(struct plan *, const struct result *);

#endif
