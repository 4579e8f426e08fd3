/* answer_cache.h - answers by name and family, each until it expires. */
#ifndef MAILVANE_ANSWER_CACHE_H
#define MAILVANE_ANSWER_CACHE_H

#include "resolver.h"

struct answer_cache;

/* At most RESOLVER_CACHE_MAX answers; beyond it the one unused for longest goes. NULL: out of
 * memory. */
struct answer_cache *answer_cache_new(void);
void answer_cache_free(struct answer_cache *);

/* Names are compared as they are: lower-case them before. */
bool answer_cache_get(struct answer_cache *, const char *name, enum family,
		      struct instant now, struct resolver_answer *ret_answer);
/* Replaces an older answer. Without memory it is not kept. */
void answer_cache_put(struct answer_cache *, const char *name, enum family,
		      struct instant expires, const struct resolver_answer *);

size_t answer_cache_count(const struct answer_cache *);

#endif
