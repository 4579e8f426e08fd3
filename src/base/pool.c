/* pool.c - a block to cut from, and a list through the things given back. */
#include "pool.h"

#include <stdlib.h>
#include <string.h>

/* Behind the link to the block before, things are aligned as malloc does. */
enum { BLOCK = 16 * 1024 - 32, LINK = 16 };

static void *pool_cut(struct pool *p)
{
	void *thing;

	if ((size_t)(p->end - p->p) < p->size) {
		unsigned char *block = malloc(BLOCK);

		if (block == NULL)
			return NULL;
		memcpy(block, &p->blocks, sizeof(p->blocks));
		p->blocks = block;
		p->p = block + LINK;
		p->end = block + BLOCK;
	}
	thing = p->p;
	p->p += p->size;
	return thing;
}

void *pool_take(struct pool *p)
{
	void *thing;

	pthread_mutex_lock(&p->lock);
	thing = p->given;
	if (thing != NULL)
		memcpy(&p->given, thing, sizeof(p->given));
	else
		thing = pool_cut(p);
	pthread_mutex_unlock(&p->lock);
	return thing != NULL ? memset(thing, 0, p->size) : NULL;
}

void pool_give(struct pool *p, void *thing)
{
	if (thing == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	memcpy(thing, &p->given, sizeof(p->given));
	p->given = thing;
	pthread_mutex_unlock(&p->lock);
}
