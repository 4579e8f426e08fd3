/* draft.c - doubles when it must. */
#include "draft.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 4096 };

void draft_init(struct draft *d)
{
	*d = (struct draft){ 0 };
}

void draft_fini(struct draft *d)
{
	free(d->p);
	draft_init(d);
}

void draft_clear(struct draft *d)
{
	d->n = 0;
	d->failed = false;
}

bool draft_grow(struct draft *d, size_t n)
{
	size_t cap = d->cap > 0 ? d->cap : FIRST;
	char *p;

	if (n <= d->cap - d->n)
		return true;
	while (cap < DRAFT_MAX && n > cap - d->n)
		cap *= 2;
	p = n <= cap - d->n ? realloc(d->p, cap) : NULL;
	if (!p) {
		d->failed = true;
		return false;
	}
	d->p = p;
	d->cap = cap;
	return true;
}

void draft_put(struct draft *d, struct view v)
{
	if (v.n == 0 || !draft_grow(d, v.n))
		return;
	memcpy(d->p + d->n, v.p, v.n);
	d->n += v.n;
}

void draft_sink(void *draft, struct view v)
{
	draft_put(draft, v);
}

void draft_format(struct draft *d, const char *format, ...)
{
	va_list arguments, again;
	int n;

	va_start(arguments, format);
	va_copy(again, arguments);
	n = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (n < 0)
		d->failed = true;
	else if (draft_grow(d, (size_t)n + 1)) {
		vsnprintf(d->p + d->n, (size_t)n + 1, format, again);
		d->n += (size_t)n;
	}
	va_end(again);
}

struct view draft_view(const struct draft *d)
{
	return (struct view){ d->p, d->n };
}
