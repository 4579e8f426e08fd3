/* paths.h - what is answered where. */
#ifndef MAILVANE_PATHS_H
#define MAILVANE_PATHS_H

#include "reply.h"
#include "request.h"

/* GET is HEAD, too. A body that comes along is read and forgotten. */
enum method { PATH_GET = 1, PATH_POST = 2, PATH_PUT = 4 };

/* Beside the methods: the answer walks over all targets, so few are made at once for one
 * address, and more wait. */
enum { PATH_HEAVY = 8 };

struct path {
	const char *path; /* NULL: where the site has the metrics */
	unsigned methods; /* of enum method; PATH_HEAVY */
	struct reply (*answer)(struct request *);
};

/* url is without the prefix of the site. NULL: nothing there. */
const struct path *path_find(const struct site *, const char *url);
/* Those of the table, from 0 on; NULL: there are no more. */
const struct path *path_at(size_t);
/* False: the site wants the metrics where something else is. */
bool paths_fit(const struct site *);
/* GET and HEAD. */
bool path_only_reads(const char *method);
/* One of HTTP's own methods, written in capitals. */
bool path_knows(const char *method);
bool path_takes(const struct path *, const char *method);
/* 405, which says which methods there are. */
struct reply path_refuse(const struct path *);
/* 501: a method that is not known. */
struct reply path_refuse_unknown(void);

#endif
