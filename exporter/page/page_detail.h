/* page_detail.h - everything about one target: /target?server=&service=. */
#ifndef MAILVANE_PAGE_DETAIL_H
#define MAILVANE_PAGE_DETAIL_H

#include "page_target.h"
#include "text_stream.h"

/* Finds the target in the plan. NULL: there is no such target. */
const struct target *page_detail_target(const struct plan *, const char *server,
					const char *service);

/* As page_new. target NULL: makes a page that says that there is no such target. */
struct text_stream *page_detail_new(const struct page_params *, const struct target *);

#endif
