/* strbuf.c - doubles its memory when it is full. */
#include "strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 4096 };

void strbuf_init(struct strbuf *d)
{
	*d = (struct strbuf){ 0 };
}

void strbuf_fini(struct strbuf *d)
{
	free(d->p);
	strbuf_init(d);
}

void strbuf_clear(struct strbuf *d)
{
	d->n = 0;
	d->failed = false;
}

bool strbuf_grow(struct strbuf *d, size_t n)
{
	size_t cap = d->cap > 0 ? d->cap : FIRST;
	char *p;

	if (n <= d->cap - d->n)
		return true;
	while (cap < STRBUF_MAX && n > cap - d->n)
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

void strbuf_put(struct strbuf *d, struct view v)
{
	if (v.n == 0 || !strbuf_grow(d, v.n))
		return;
	memcpy(d->p + d->n, v.p, v.n);
	d->n += v.n;
}

void strbuf_sink(void *strbuf, struct view v)
{
	strbuf_put(strbuf, v);
}

void strbuf_format(struct strbuf *d, const char *format, ...)
{
	va_list arguments, again;
	int n;

	va_start(arguments, format);
	va_copy(again, arguments);
	n = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (n < 0)
		d->failed = true;
	else if (strbuf_grow(d, (size_t)n + 1)) {
		vsnprintf(d->p + d->n, (size_t)n + 1, format, again);
		d->n += (size_t)n;
	}
	va_end(again);
}

struct view strbuf_view(const struct strbuf *d)
{
	return (struct view){ d->p, d->n };
}
