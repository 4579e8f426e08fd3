/* on_demand_limiter.h - whose probes on demand are under way.
 *
 * So many in all, and half of them for one client, so that one who asks for much leaves room for
 * others: a scraper of /probe beside somebody's script.
 */
#ifndef MAILVANE_ON_DEMAND_LIMITER_H
#define MAILVANE_ON_DEMAND_LIMITER_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* The most that `at_once` may be. */
enum { ON_DEMAND_LIMITER_MAX = 1000 };

enum on_demand_permit {
	ON_DEMAND_GRANTED,
	ON_DEMAND_ALL_IN_USE,      /* all are taken */
	ON_DEMAND_CLIENT_AT_LIMIT, /* there are some, but not for this client */
};

struct on_demand_limiter {
	pthread_mutex_t lock; /* of what follows; any thread may call */
	struct {
		uint64_t client;
		unsigned count;
	} list[ON_DEMAND_LIMITER_MAX]; /* of clients that have some */
	size_t n;
	unsigned taken;
};

void on_demand_limiter_init(struct on_demand_limiter *);
void on_demand_limiter_fini(struct on_demand_limiter *);

/* How many of `max` one client may have: half, and at least one. */
unsigned on_demand_limiter_client_max(unsigned max);

/* A place that was TAKEN is given back for the same client. */
enum on_demand_permit on_demand_limiter_acquire(struct on_demand_limiter *, uint64_t client,
						unsigned max);
void on_demand_limiter_release(struct on_demand_limiter *, uint64_t client);

#endif
