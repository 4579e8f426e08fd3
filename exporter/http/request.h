/* request.h - one request, as the functions behind the paths see it. */
#ifndef MAILVANE_REQUEST_H
#define MAILVANE_REQUEST_H

#include "exporter.h"
#include "site.h"

#include <microhttpd.h>

/* One at a time for a connection. What is in `work` between two calls is freed by free_work
 * (NULL: nothing to free), also when the client is gone or the server ends. */
struct request {
	struct exporter *exporter;
	struct events *events;
	const struct site *site;
	const char *method, *url; /* the url behind the prefix of the site */
	void *work;
	void (*free_work)(void *);

	/* web.c's own. */
	struct MHD_Connection *connection;
	struct web *web;
	char *storage;
	const char *full_url;
	size_t body_n;
	struct login_job *login; /* NULL: not asked for, or answered at once */
	bool admitted, waiting, ending;
	bool wants_turn, turn;        /* at something heavy */
	struct request *next, **link; /* of those that wait */
};

/* Of the query string, as text. NULL: not given. Lent for the request. */
const char *request_argument(const struct request *, const char *key);
/* Of the header lines; the name's case does not matter. NULL: not given. */
const char *request_header(const struct request *, const char *name);

/* For an answer that takes time: request_wait, then hand the work to a thread, then return
 * reply_later(). The thread calls request_resume, and the path's function is called again, with
 * the same `work`. When the server ends first it is called with `ending` set, and must reply. */
void request_wait(struct request *);
/* The server ends: what still waits or is being sent must come to its end. */
bool request_ending(struct request *);
/* From any thread, once for each request_wait, and not after free_work. */
void request_resume(struct request *);

#endif
