/* page.h - the status page for people, complete without JavaScript. */
#ifndef MAILVANE_PAGE_H
#define MAILVANE_PAGE_H

#include "answer.h"
#include "health.h"

/* Targets listed, problems first; the page says how many it leaves out. */
enum { PAGE_PROBLEMS_MAX = 500, PAGE_TARGETS_MAX = 5000 };

/* Holds the plan until it is freed. `now` is what ages are counted from. NULL: out of memory. */
struct answer *page_new(struct plan *, const struct health *, struct moment now);

#endif
