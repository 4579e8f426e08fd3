/* buffer.h - bytes gathered in the caller's storage, up to a cap given at the start. */
#ifndef MAILVANE_BUFFER_H
#define MAILVANE_BUFFER_H

#include "view.h"

/* `full` is set by the first put that did not fit and stays set: put much, ask once.
 * A put that does not fit leaves the bytes as they were. */
struct buffer {
	char *p;
	size_t n, cap;
	bool full;
};

void buffer_init(struct buffer *, void *storage, size_t cap);
bool buffer_put(struct buffer *, struct view);
bool buffer_text(struct buffer *, const char *text);
/* Wants room for a NUL behind what it puts; the NUL is not counted. */
bool buffer_format(struct buffer *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Forgets the first n bytes (all of them if there are fewer). */
void buffer_drop(struct buffer *, size_t n);
void buffer_clear(struct buffer *);

/* Lent until the next put or drop. */
struct view buffer_view(const struct buffer *);

/* The bytes as a C string: the NUL is written behind them and not counted. When there is no
 * room for it the last byte gives way. cap must be at least 1. */
const char *buffer_string(struct buffer *);

/* Copies a C string into dst (cap bytes, at least 1), cut to fit and NUL terminated. */
void text_copy(char *dst, size_t cap, const char *text);

#endif
