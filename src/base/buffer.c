/* buffer.c - nothing is written in part: it fits or it does not. */
#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void buffer_init(struct buffer *b, void *storage, size_t cap)
{
	*b = (struct buffer){ .p = storage, .cap = cap };
}

bool buffer_put(struct buffer *b, struct view v)
{
	if (v.n > b->cap - b->n) {
		b->full = true;
		return false;
	}
	if (v.n > 0)
		memcpy(b->p + b->n, v.p, v.n);
	b->n += v.n;
	return true;
}

bool buffer_text(struct buffer *b, const char *text)
{
	return buffer_put(b, view_of(text));
}

bool buffer_format(struct buffer *b, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(b->p + b->n, b->cap - b->n, format, arguments);
	va_end(arguments);
	if (n < 0 || (size_t)n >= b->cap - b->n) {
		b->full = true;
		return false;
	}
	b->n += (size_t)n;
	return true;
}

void buffer_drop(struct buffer *b, size_t n)
{
	if (n >= b->n) {
		b->n = 0;
		return;
	}
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

void buffer_clear(struct buffer *b)
{
	b->n = 0;
	b->full = false;
}

struct view buffer_view(const struct buffer *b)
{
	return (struct view){ b->p, b->n };
}

const char *buffer_string(struct buffer *b)
{
	if (b->n == b->cap)
		b->n--;
	b->p[b->n] = '\0';
	return b->p;
}

void text_copy(char *dst, size_t cap, const char *text)
{
	size_t n = strnlen(text, cap - 1);

	memcpy(dst, text, n);
	dst[n] = '\0';
}
