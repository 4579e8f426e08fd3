/* page_query.h - what a reader of the page asked to see: ?q= &state= &server= &page=. */
#ifndef MAILVANE_PAGE_QUERY_H
#define MAILVANE_PAGE_QUERY_H

#include "plan.h"
#include "strbuf.h"

/* A target without a result is one kind more than there are states. */
enum { PAGE_PENDING = STATE_COUNT, PAGE_KINDS };

/* "ok", "warning" ...: the word in a query and the class of the style sheet. "OK", "PENDING":
 * the word for people. */
const char *page_kind_class(unsigned kind);
const char *page_kind_word(unsigned kind);

enum { PAGE_QUERY_TEXT_MAX = 128, PAGE_QUERY_SERVER_MAX = 256 };

struct page_query {
	char text[PAGE_QUERY_TEXT_MAX];     /* printable; words that must all be found */
	char server[PAGE_QUERY_SERVER_MAX]; /* "": any */
	unsigned kinds;                     /* 1 << kind; 0: all */
	size_t page;                        /* from 1 */
};

/* From the values of the query, NULL for what was not given. Nonsense asks for nothing. */
void page_query_init(struct page_query *, const char *text, const char *state,
		     const char *server, const char *page);

/* It asks for some, not for all. */
bool page_query_chooses(const struct page_query *);

bool page_query_has_kind(const struct page_query *, unsigned kind);

/* Server and words; the kind is not looked at. record NULL: the target has none. */
bool page_query_finds(const struct page_query *, const struct target *,
		      const struct record *);

/* "./?q=...": the same question for other kinds, on that page, ready for an attribute. */
void page_query_link(struct strbuf *, const struct page_query *, unsigned kinds,
		     size_t page);

/* "target?server=...&service=...", ready for an attribute. */
void page_target_link(struct strbuf *, const struct target *);

#endif
