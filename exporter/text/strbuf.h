/* draft.h - text that grows on the heap up to a cap: one piece of an answer. */
#ifndef MAILVANE_STRBUF_H
#define MAILVANE_STRBUF_H

#include "view.h"

#include <string.h>

/* One piece is what is said about one target, so far below this. */
enum { STRBUF_MAX = 8 * 1024 * 1024 };

/* `failed` is set by the first put for which there was no memory or no room below STRBUF_MAX,
 * and stays set: the answer is then incomplete and must not pass for a whole one. */
struct strbuf {
	char *p;
	size_t n, cap;
	bool failed;
};

void strbuf_init(struct strbuf *);
void strbuf_fini(struct strbuf *);

/* Keeps the memory for the next piece. */
void strbuf_clear(struct strbuf *);

void strbuf_put(struct strbuf *, struct view);
/* Private: what strbuf_room does when there is none. */
bool strbuf_grow(struct strbuf *, size_t n);
/* Room for n bytes behind the text, lent until the next put: add what was written there to
 * draft.n. NULL: it failed. */
static inline char *strbuf_room(struct strbuf *d, size_t n)
{
	return n <= d->cap - d->n || strbuf_grow(d, n) ? d->p + d->n : NULL;
}
/* Inline, so that the length of a literal is known when it is compiled. */
static inline void strbuf_text(struct strbuf *d, const char *text)
{
	strbuf_put(d, (struct view){ text, strlen(text) });
}
void strbuf_format(struct strbuf *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same as strbuf_put, for a writer that does not know where it writes. */
void strbuf_sink(void *strbuf, struct view);
/* Lent until the next put. */
struct view strbuf_view(const struct strbuf *);

#endif
