/* strbuf.h - a text on the heap that grows up to a limit: one piece of an answer. */
#ifndef MAILVANE_STRBUF_H
#define MAILVANE_STRBUF_H

#include "view.h"

#include <string.h>

/* A piece has the text about one target, which is far below this limit. */
enum { STRBUF_MAX = 8 * 1024 * 1024 };

/* `failed` is set by the first call that finds no memory or no room below STRBUF_MAX,
 * and stays set. The text is then incomplete and must not be sent as complete. */
struct strbuf {
	char *p;
	size_t n, cap;
	bool failed;
};

void strbuf_init(struct strbuf *);
void strbuf_fini(struct strbuf *);

/* Empties the text and keeps the memory. */
void strbuf_clear(struct strbuf *);

void strbuf_put(struct strbuf *, struct view);
/* Private: used by strbuf_room when the memory is full. */
bool strbuf_grow(struct strbuf *, size_t n);
/* Returns room for n bytes behind the text, valid until the next call; the caller adds
 * the number of bytes that it wrote there to strbuf.n. NULL: failed. */
static inline char *strbuf_room(struct strbuf *d, size_t n)
{
	return n <= d->cap - d->n || strbuf_grow(d, n) ? d->p + d->n : NULL;
}
/* Inline, so that the compiler knows the length of a literal. */
static inline void strbuf_text(struct strbuf *d, const char *text)
{
	strbuf_put(d, (struct view){ text, strlen(text) });
}
void strbuf_format(struct strbuf *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* strbuf_put with a void pointer, as a callback. */
void strbuf_sink(void *strbuf, struct view);
/* The text; valid until the next call that adds to it. */
struct view strbuf_view(const struct strbuf *);

#endif
