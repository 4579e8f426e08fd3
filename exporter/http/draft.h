/* draft.h - text that grows on the heap up to a cap: one piece of an answer. */
#ifndef MAILVANE_DRAFT_H
#define MAILVANE_DRAFT_H

#include "view.h"

#include <string.h>

/* One piece is what is said about one target, so far below this. */
enum { DRAFT_MAX = 8 * 1024 * 1024 };

/* `failed` is set by the first put for which there was no memory or no room below DRAFT_MAX,
 * and stays set: the answer is then incomplete and must not pass for a whole one. */
struct draft {
	char *p;
	size_t n, cap;
	bool failed;
};

void draft_init(struct draft *);
void draft_fini(struct draft *);

/* Keeps the memory for the next piece. */
void draft_clear(struct draft *);

void draft_put(struct draft *, struct view);
/* Private: what draft_room does when there is none. */
bool draft_grow(struct draft *, size_t n);
/* Room for n bytes behind the text, lent until the next put: add what was written there to
 * draft.n. NULL: it failed. */
static inline char *draft_room(struct draft *d, size_t n)
{
	return n <= d->cap - d->n || draft_grow(d, n) ? d->p + d->n : NULL;
}
/* Inline, so that the length of a literal is known when it is compiled. */
static inline void draft_text(struct draft *d, const char *text)
{
	draft_put(d, (struct view){ text, strlen(text) });
}
void draft_format(struct draft *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same as draft_put, for a writer that does not know where it writes. */
void draft_sink(void *draft, struct view);
/* Lent until the next put. */
struct view draft_view(const struct draft *);

#endif
