/* routes.h - the table of all paths of the exporter. A new path is a function and a row. */
#ifndef MAILVANE_ROUTES_H
#define MAILVANE_ROUTES_H

#include "paths.h"
#include "web.h"

extern const struct paths routes;

/* What the HTTP server serves: the paths, answered from that store, which must outlive it. */
struct web_content routes_over(struct store *);

#endif
