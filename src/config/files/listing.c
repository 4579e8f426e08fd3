/* listing.c - doubles when it must. */
#include "listing.h"

#include <stdlib.h>
#include <string.h>

void listing_put(struct listing *l, const char *text)
{
	size_t n = strlen(text);

	if (l->failed)
		return;
	if (l->n + n + 1 > l->cap) {
		char *wider = realloc(l->text, (l->n + n + 1) * 2);

		if (wider == NULL) {
			l->failed = true;
			return;
		}
		l->text = wider;
		l->cap = (l->n + n + 1) * 2;
	}
	memcpy(l->text + l->n, text, n + 1);
	l->n += n;
}

void listing_cut(struct listing *l, size_t n)
{
	if (l->failed)
		return;
	l->n = n;
	l->text[n] = '\0';
}

char *listing_take(struct listing *l)
{
	char *text = l->text;

	if (l->failed) {
		free(text);
		text = NULL;
	}
	*l = (struct listing){ 0 };
	return text;
}

void listing_put_all(struct listing *l, const char *const *texts)
{
	for (; *texts != NULL; texts++)
		listing_put(l, *texts);
}
