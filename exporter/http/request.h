/* request.h - one request, as the functions of the paths see it.
 *
 * Only the web thread uses a request, except for request_resume. It begins with its request
 * line, goes through the steps below once and in this order, and is freed when
 * libmicrohttpd reports its end. The state of its connection is in its row of
 * client_table.h.
 */
#ifndef MAILVANE_REQUEST_H
#define MAILVANE_REQUEST_H

#include "site.h"

#include <microhttpd.h>

/* The next step. */
enum request_step {
	REQUEST_HEADERS, /* the headers are not complete */
	REQUEST_BODY,    /* the body is read and ignored */
	REQUEST_LOGIN,   /* rate limit and login are checked */
	REQUEST_ROUTE,   /* path and method are checked */
	REQUEST_TURN,    /* a large answer may wait for others of this client */
	REQUEST_PATH,    /* the function of the path is called */
};

/* A connection has one request at a time. A path's function may keep its state in `work`
 * between two calls; free_work (NULL: nothing to free) frees it, also when the client is
 * gone or the exporter ends. */
struct request {
	struct store *store; /* of web_content */
	struct events *events;
	const struct site *site;
	/* Valid during one call of the path's function; url has no prefix of the site. */
	const char *method, *url;
	void *work;
	void (*free_work)(void *);

	/* Used by request.c only. */
	struct MHD_Connection *connection;
	struct web *web;
	struct client *client;
	const struct path *path;
	const char *full_url;
	enum request_step step;
	const char *
	    /* the target as it was sent, in memory of libmicrohttpd; for
	     * request_check_head */
	    target;
	size_t target_n;
	bool malformed; /* the target has a wrong escape or a control character */
	bool refused;   /* it waited too long in the queue */
	bool has_login; /* a login was required */
	bool suspended;
	size_t body_n;
	struct login_job *login; /* NULL: no login is being checked */
	/* protected by the lock of `web`, as are next and link */
	bool woken;
	struct request *next, **link; /* list of woken requests */
};

/* The value of an argument of the query string. NULL: not given. Valid as long as the
 * request. */
const char *request_argument(const struct request *, const char *key);
/* The value of a header; upper and lower case of the name are the same. NULL: not given. */
const char *request_header(const struct request *, const char *name);

/* For an answer that takes time: call request_wait, pass the work to another thread, and
 * return http_reply_later(). That thread calls request_resume, and the path's function is
 * called again with the same `work`; not, if the exporter or the connection ends before. */
void request_wait(struct request *);
/* True: the exporter or the connection ends, so a stream must end. */
bool request_ending(const struct request *);
/* Any thread; once for each request_wait, and not after free_work. */
void request_resume(struct request *);

/* Number of connections in each state of client_table.h. */
void request_count_slots(const struct request *, unsigned ret_count[]);

#endif
