/* memory.c - heap that grows. */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

void *memory_grow(void *p, size_t count, size_t size)
{
	p = reallocarray(p, count, size);
	if (p == NULL)
		abort();
	return p;
}

char *memory_text(const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		abort();
	return copy;
}

void *memory_room(void *list, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return list;
	*cap = *cap > 0 ? *cap * 2 : 16;
	return memory_grow(list, *cap, size);
}
