/* page_query.h - the query of the list page: ?q= &state= &server= &page=. */
#ifndef MAILVANE_PAGE_QUERY_H
#define MAILVANE_PAGE_QUERY_H

#include "plan.h"
#include "strbuf.h"

/* The kinds of targets: the states, and "no result yet". */
enum { PAGE_PENDING = STATE_COUNT, PAGE_KINDS };

/* "ok", "warning" ...: in a query and as a class of the style sheet; "OK", "PENDING"
 * ...: in texts. */
const char *page_kind_class(unsigned kind);
const char *page_kind_word(unsigned kind);

enum { PAGE_QUERY_TEXT_MAX = 128, PAGE_QUERY_SERVER_MAX = 256 };

struct page_query {
	/* printable words, all of which must be found */
	char text[PAGE_QUERY_TEXT_MAX];
	char server[PAGE_QUERY_SERVER_MAX]; /* "": any */
	unsigned kinds;                     /* bits 1 << kind; 0: all */
	size_t page;                        /* from 1 */
};

/* From the values of the query (NULL: not given). Values that cannot be understood are
 * ignored. */
void page_query_init(struct page_query *, const char *text, const char *state,
		     const char *server, const char *page);

/* True if the query selects some of the targets. */
bool page_query_chooses(const struct page_query *);

bool page_query_has_kind(const struct page_query *, unsigned kind);

/* True if server and words match; the kind is not checked. record NULL: the target has
 * none. */
bool page_query_finds(const struct page_query *, const struct target *,
		      const struct record *);

/* Writes the link "./?q=..." with the same query for other kinds and that page, escaped
 * for an attribute. */
void page_query_link(struct strbuf *, const struct page_query *, unsigned kinds,
		     size_t page);

/* Writes the link "target?server=...&service=...", escaped for an attribute. */
void page_target_link(struct strbuf *, const struct target *);

#endif
