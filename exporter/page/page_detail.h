/* page_detail.h - all that is known of one target: /target?server=&service=. */
#ifndef MAILVANE_PAGE_DETAIL_H
#define MAILVANE_PAGE_DETAIL_H

#include "answer.h"
#include "page_target.h"

/* NULL: there is no such target. Lent by the plan. */
const struct target *page_detail_target(const struct plan *, const char *server,
					const char *service);

/* As page_new. target NULL: a page that says there is none. */
struct answer *page_detail_new(const struct page_params *, const struct target *);

#endif
