/* memory.c - heap that grows. */
#include "memory.h"

#include "out_of_memory.h"

#include <stdlib.h>

void *memory_grow(void *p, size_t count, size_t size)
{
	p = reallocarray(p, count, size);
	if (p == NULL)
		out_of_memory();
	return p;
}

void *memory_room(void *list, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return list;
	list = memory_grow(list, *cap > 0 ? *cap * 2 : 16, size);
	*cap = *cap > 0 ? *cap * 2 : 16;
	return list;
}
