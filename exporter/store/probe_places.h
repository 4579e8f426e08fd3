/* probe_places.h - whose probes on demand are under way.
 *
 * So many in all, and half of them for one client, so that one who asks for much leaves room for
 * others: a scraper of /probe beside somebody's script.
 */
#ifndef MAILVANE_PROBE_PLACES_H
#define MAILVANE_PROBE_PLACES_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* The most that `at_once` may be. */
enum { PROBE_PLACES_MAX = 1000 };

enum probe_place {
	PROBE_PLACE_TAKEN,
	PROBE_PLACE_NONE,     /* all are taken */
	PROBE_PLACE_NO_SHARE, /* there are some, but not for this client */
};

struct probe_places {
	pthread_mutex_t lock; /* of what follows; any thread may call */
	struct {
		uint64_t client;
		unsigned count;
	} list[PROBE_PLACES_MAX]; /* of clients that have some */
	size_t n;
	unsigned taken;
};

void probe_places_init(struct probe_places *);
void probe_places_fini(struct probe_places *);

/* How many of `max` one client may have: half, and at least one. */
unsigned probe_places_share(unsigned max);

/* A place that was TAKEN is given back for the same client. */
enum probe_place probe_places_take(struct probe_places *, uint64_t client, unsigned max);
void probe_places_give_back(struct probe_places *, uint64_t client);

#endif
