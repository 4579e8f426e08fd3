/* paths.h - the table of all paths that the server answers, and their methods.
 *
 * Its rows are in routes.c, on the floor above, and main hands them to the server.
 */
#ifndef MAILVANE_PATHS_H
#define MAILVANE_PATHS_H

#include "http_reply.h"
#include "request.h"

/* PATH_GET includes HEAD. The body of a request is read and ignored. */
enum method { PATH_GET = 1, PATH_POST = 2, PATH_PUT = 4 };

/* A flag beside the methods: the answer visits all targets, so only a few such answers
 * are made at once for one client, and others wait. */
enum { PATH_HEAVY = 8 };

struct path {
	const char *path; /* NULL: --web.telemetry-path */
	unsigned methods; /* bits of enum method, and PATH_HEAVY */
	struct http_reply (*answer)(struct request *);
};

struct paths {
	const struct path *list;
	size_t count;
};

/* url has no prefix of the site. NULL: there is no such path. */
const struct path *path_find(const struct paths *, const struct site *, const char *url);
/* False: --web.telemetry-path is the path of something else. */
bool paths_fit(const struct paths *, const struct site *);
/* True for GET and HEAD. */
bool path_only_reads(const char *method);
/* True for a method of HTTP, in capitals. */
bool path_knows(const char *method);
bool path_takes(const struct path *, const char *method);
/* The answer 405 with the allowed methods. */
struct http_reply path_refuse(const struct path *);
/* The answer 501 to an unknown method. */
struct http_reply path_refuse_unknown(void);

#endif
