/* page_paths.h - the paths of the pages for people: reads the query, and sets headers that
 * forbid a browser everything else. */
#ifndef MAILVANE_PAGE_PATHS_H
#define MAILVANE_PAGE_PATHS_H

#include "http_reply.h"
#include "request.h"

/* /?q=&state=&server=&page= */
struct http_reply page_show_list(struct request *);

/* /target?server=&service= */
struct http_reply page_show_target(struct request *);

#endif
