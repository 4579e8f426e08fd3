/* shard.h - divides the servers of one configuration among several exporters.
 *
 * Which shard a server belongs to is a jump hash of its name (Lamping and Veach, "A Fast, Minimal
 * Memory, Consistent Hash Algorithm", 2014): the same on every machine, and
 * even. A new shard takes its servers from all others; no other server moves.
 */
#ifndef MAILVANE_SHARD_H
#define MAILVANE_SHARD_H

#include "view.h"

enum { SHARDS_MAX = 10000 };

struct shard {
	unsigned ordinal; /* from 0 */
	unsigned total;   /* 0 or 1: all servers */
};

/* The ordinal of the shard of `total` (at least 1) that a server belongs to. */
unsigned shard_of(const char *server, unsigned total);

/* Whether this shard probes the server. */
bool shard_has(const struct shard *, const char *server);

#endif
