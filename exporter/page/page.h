/* page.h - the status page for people, complete without JavaScript. */
#ifndef MAILVANE_PAGE_H
#define MAILVANE_PAGE_H

#include "answer.h"
#include "page_target.h"

/* Up to so many targets are all shown at once, and so many rows of a search on one page. With
 * more targets there is a line for each server, so many on one page. */
enum { PAGE_ROWS_MAX = 200, PAGE_SERVERS_MAX = 100 };

/* Holds the plan until it is freed; the history must outlive it. NULL: out of memory. */
struct answer *page_new(const struct page_params *, const struct page_query *);

#endif
