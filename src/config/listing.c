/* listing.c - doubles when it must. */
#include "listing.h"

#include "memory.h"

#include <string.h>

void listing_put(struct listing *l, const char *text)
{
	size_t n = strlen(text);

	if (l->n + n + 1 > l->cap) {
		l->cap = (l->n + n + 1) * 2;
		l->text = memory_grow(l->text, l->cap, 1);
	}
	memcpy(l->text + l->n, text, n + 1);
	l->n += n;
}

void listing_put_all(struct listing *l, const char *const *texts)
{
	for (; *texts != NULL; texts++)
		listing_put(l, *texts);
}
