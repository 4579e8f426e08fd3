/* pool.h - many small things of one size, without the room malloc keeps beside each.
 *
 * Blocks stay until the program ends; a thing given back is the next to be taken.
 */
#ifndef MAILVANE_POOL_H
#define MAILVANE_POOL_H

#include "view.h"

#include <pthread.h>

/* Static storage, by POOL_OF. The size must be that of at least a pointer. Thread-safe. */
struct pool {
	size_t size;
	pthread_mutex_t lock;
	void *given;            /* a list of things given back */
	unsigned char *p, *end; /* never taken yet */
	void *blocks; /* each begins with the one before: what is held can be seen */
};

#define POOL_OF(type)                                                                      \
	{                                                                                  \
		.size = sizeof(type), .lock = PTHREAD_MUTEX_INITIALIZER                    \
	}

/* Zeroed, aligned as malloc does up to its size. NULL: out of memory. */
void *pool_take(struct pool *);
/* NULL does nothing. */
void pool_give(struct pool *, void *);

#endif
