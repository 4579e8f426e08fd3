/* answer_cache.h - caches answers by name and type, each until it expires. */
#ifndef MAILVANE_ANSWER_CACHE_H
#define MAILVANE_ANSWER_CACHE_H

#include "lookup.h"

enum { ANSWER_CACHE_RECORDS_MAX = 8192 };

struct answer_cache;

/* A cache of at most RESOLVER_CACHE_MAX answers; when it is full, the least recently used
 * one is dropped. Returns NULL if memory fails. */
struct answer_cache *answer_cache_new(void);
void answer_cache_free(struct answer_cache *);

/* Names are compared byte by byte; the caller makes them lower case. Records in the answer
 * stay valid until the next call. */
bool answer_cache_get(struct answer_cache *, const char *name, struct query_type,
		      struct instant now, struct resolver_answer *ret_answer);
/* Stores an answer in place of an older one. It is not stored if memory fails or if its
 * records take more than ANSWER_CACHE_RECORDS_MAX bytes. */
void answer_cache_put(struct answer_cache *, const char *name, struct query_type,
		      struct instant expires, const struct resolver_answer *);

size_t answer_cache_count(const struct answer_cache *);

#endif
