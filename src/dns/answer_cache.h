/* answer_cache.h - answers by name and what was asked of it, each until it expires. */
#ifndef MAILVANE_ANSWER_CACHE_H
#define MAILVANE_ANSWER_CACHE_H

#include "lookup.h"

enum { ANSWER_CACHE_RECORDS_MAX = 8192 };

struct answer_cache;

/* At most RESOLVER_CACHE_MAX answers; beyond it the one unused for longest goes. NULL: out of
 * memory. */
struct answer_cache *answer_cache_new(void);
void answer_cache_free(struct answer_cache *);

/* Names are compared as they are: lower-case them before. */
bool answer_cache_get(struct answer_cache *, const char *name, struct wanted,
		      struct instant now, struct resolver_answer *ret_answer);
/* Replaces an older answer. Without memory it is not kept, nor if it has more than
 * ANSWER_CACHE_RECORDS_MAX octets of records. */
void answer_cache_put(struct answer_cache *, const char *name, struct wanted,
		      struct instant expires, const struct resolver_answer *);

size_t answer_cache_count(const struct answer_cache *);

#endif
