/* page.h - the list page for people; it works without JavaScript. */
#ifndef MAILVANE_PAGE_H
#define MAILVANE_PAGE_H

#include "page_target.h"
#include "text_stream.h"

/* Up to PAGE_ROWS_MAX targets are shown on one page, as are rows of a search. With more
 * targets there is a line for each server, PAGE_SERVERS_MAX on one page. */
enum { PAGE_ROWS_MAX = 200, PAGE_SERVERS_MAX = 100 };

/* Holds a reference to the plan until it is freed; the history must outlive it. NULL:
 * out of memory. */
struct text_stream *page_new(const struct page_params *, const struct page_query *);

#endif
