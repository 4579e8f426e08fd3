/* loop_reserve.c - libuv asks these functions for memory; any loop may take any reserve. */
#include "loop_reserve.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* Rows of the table at most: more descriptors than any limit in use allows. */
enum { LOOP_RESERVE_ROWS_MAX = 1 << 20 };

static pthread_mutex_t loop_reserve_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t loop_reserve_once = PTHREAD_ONCE_INIT;
static struct loop_reserve *loop_reserves;

/* Under the lock. NULL: an ordinary allocation. */
static struct loop_reserve *loop_reserve_of(const void *block)
{
	struct loop_reserve *r = loop_reserves;

	while (r != NULL && (block == NULL || r->block != block))
		r = r->next;
	return r;
}

/* Under the lock. NULL: none has room. */
static void *loop_reserve_take(void *old, size_t n)
{
	struct loop_reserve *r = loop_reserves;
	size_t kept;

	while (r != NULL && (r->used || r->n < n))
		r = r->next;
	if (r == NULL)
		return NULL;
	r->used = true;
	kept = malloc_usable_size(old);
	if (old != NULL)
		memcpy(r->block, old, kept < n ? kept : n);
	free(old);
	return r->block;
}

static void *loop_reserve_realloc(void *old, size_t n)
{
	struct loop_reserve *r;
	void *block = NULL;

	pthread_mutex_lock(&loop_reserve_lock);
	r = loop_reserve_of(old);
	if (r != NULL)
		block = n <= r->n ? old : NULL;
	else
		block = realloc(old, n);
	if (block == NULL && r == NULL && n > 0)
		block = loop_reserve_take(old, n);
	pthread_mutex_unlock(&loop_reserve_lock);
	return block;
}

static void loop_reserve_free(void *block)
{
	struct loop_reserve *r;

	pthread_mutex_lock(&loop_reserve_lock);
	r = loop_reserve_of(block);
	if (r != NULL)
		r->used = false;
	else
		free(block);
	pthread_mutex_unlock(&loop_reserve_lock);
}

static void loop_reserve_install(void)
{
	uv_replace_allocator(malloc, loop_reserve_realloc, calloc, loop_reserve_free);
}

bool loop_reserve_init(struct loop_reserve *r, unsigned descriptors)
{
	size_t rows = 8;

	/* As libuv rounds it up. */
	while (rows < LOOP_RESERVE_ROWS_MAX && rows < (size_t)descriptors + 2)
		rows *= 2;
	*r = (struct loop_reserve){ .n = rows * sizeof(void *) };
	r->block = malloc(r->n);
	if (r->block == NULL)
		return false;
	pthread_once(&loop_reserve_once, loop_reserve_install);
	pthread_mutex_lock(&loop_reserve_lock);
	r->next = loop_reserves;
	loop_reserves = r;
	pthread_mutex_unlock(&loop_reserve_lock);
	return true;
}

void loop_reserve_fini(struct loop_reserve *r)
{
	struct loop_reserve **at = &loop_reserves;

	if (r->block == NULL)
		return;
	pthread_mutex_lock(&loop_reserve_lock);
	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	pthread_mutex_unlock(&loop_reserve_lock);
	free(r->block);
	r->block = NULL;
}
