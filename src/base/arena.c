/* arena.c - blocks, each up to twice as large as the one before. */
#include "arena.h"

#include "out_of_memory.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_FIRST = 4096 - 32, BLOCK_MAX = 256 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t cap;
	alignas(max_align_t) char bytes[];
};

void arena_init(struct arena *a)
{
	*a = (struct arena){ 0 };
}

void arena_fini(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *block = a->blocks;

		a->blocks = block->next;
		explicit_bzero(block->bytes, block->cap); /* passwords */
		free(block);
	}
	a->used = 0;
}

static struct arena_block *arena_block_new(size_t cap)
{
	struct arena_block *block;

	if (cap > SIZE_MAX - sizeof(*block))
		out_of_memory();
	block = calloc(1, sizeof(*block) + cap);
	if (!block)
		out_of_memory();
	block->cap = cap;
	return block;
}

/* A thing too large for a common block gets one of its own, behind the newest, whose rest
 * stays in use. */
static void *alloc_large(struct arena *a, size_t size)
{
	struct arena_block *block = arena_block_new(size);

	if (a->blocks) {
		block->next = a->blocks->next;
		a->blocks->next = block;
	} else {
		a->blocks = block;
		a->used = size;
	}
	return block->bytes;
}

static void grow(struct arena *a)
{
	size_t cap =
	    a->blocks && a->blocks->cap >= BLOCK_FIRST ? a->blocks->cap * 2 : BLOCK_FIRST;
	struct arena_block *block = arena_block_new(cap < BLOCK_MAX ? cap : BLOCK_MAX);

	block->next = a->blocks;
	a->blocks = block;
	a->used = 0;
}

static void *carve(struct arena *a, size_t size, size_t align)
{
	size_t start = (a->used + align - 1) / align * align;

	if (!a->blocks || start > a->blocks->cap || size > a->blocks->cap - start) {
		if (size > BLOCK_FIRST / 4)
			return alloc_large(a, size);
		grow(a);
		start = 0;
	}
	a->used = start + size;
	return a->blocks->bytes + start;
}

void *arena_alloc(struct arena *a, size_t size)
{
	return carve(a, size, alignof(max_align_t));
}

char *arena_text(struct arena *a, struct view text)
{
	char *copy;

	if (text.n == SIZE_MAX)
		out_of_memory();
	copy = carve(a, text.n + 1, 1);
	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	return copy;
}
