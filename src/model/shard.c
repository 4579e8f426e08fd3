/* shard.c - figure 1 of the paper, on the FNV-1a hash of the name. */
#include "shard.h"

unsigned shard_of(const char *server, unsigned total)
{
	uint64_t key = view_hash(view_of(server));
	int64_t bucket = 0, next = 0;

	while (next < (int64_t)total) {
		bucket = next;
		key = key * 2862933555777941757U + 1;
		next = (int64_t)((double)(bucket + 1) *
				 ((double)(INT64_C(1) << 31) / (double)((key >> 33) + 1)));
	}
	return (unsigned)bucket;
}

bool shard_has(const struct shard *s, const char *server)
{
	return s->total <= 1 || shard_of(server, s->total) == s->ordinal;
}
