/* on_demand_limiter.h - limits probes on demand, in all and for each client.
 *
 * One client may have half of them at most, so that a script that asks for many leaves room
 * for a Prometheus that scrapes /probe. Any thread may call these functions.
 */
#ifndef MAILVANE_ON_DEMAND_LIMITER_H
#define MAILVANE_ON_DEMAND_LIMITER_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* The largest value of `at_once`. */
enum { ON_DEMAND_LIMITER_MAX = 1000 };

enum on_demand_permit {
	ON_DEMAND_GRANTED,
	ON_DEMAND_ALL_IN_USE,      /* as many as `max` are running */
	ON_DEMAND_CLIENT_AT_LIMIT, /* the client has its share of them */
};

struct on_demand_limiter {
	pthread_mutex_t lock; /* protects the members below */
	struct {
		uint64_t client;
		unsigned count;
	} list[ON_DEMAND_LIMITER_MAX]; /* clients with running probes */
	size_t n;
	unsigned taken;
};

void on_demand_limiter_init(struct on_demand_limiter *);
void on_demand_limiter_fini(struct on_demand_limiter *);

/* The most that one client may have: half of `max`, and at least one. */
unsigned on_demand_limiter_client_max(unsigned max);

/* Permits a probe of the client, or says why not. A granted permit is given back with
 * on_demand_limiter_release for the same client. */
enum on_demand_permit on_demand_limiter_acquire(struct on_demand_limiter *, uint64_t client,
						unsigned max);
void on_demand_limiter_release(struct on_demand_limiter *, uint64_t client);

#endif
