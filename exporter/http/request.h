/* request.h - one request, as the functions behind the paths see it.
 *
 * A request lives on the web thread alone: born with its request line, it goes through the steps
 * below once and in this order, and is freed when libmicrohttpd reports its end, however it
 * ended. What its connection does meanwhile is the state of its row in client_table.h.
 */
#ifndef MAILVANE_REQUEST_H
#define MAILVANE_REQUEST_H

#include "exporter.h"
#include "site.h"

#include <microhttpd.h>

/* What comes next for it. */
enum request_step {
	REQUEST_HEADERS, /* they are not complete */
	REQUEST_BODY,    /* it is read and forgotten */
	REQUEST_LOGIN,   /* rate and login */
	REQUEST_ROUTE,   /* path and method */
	REQUEST_TURN,    /* a large answer may have to wait for others of this client */
	REQUEST_PATH,    /* the function of its path */
};

/* One at a time for a connection. What is in `work` between two calls is freed by free_work
 * (NULL: nothing to free), also when the client is gone or the server ends. */
struct request {
	struct exporter *exporter;
	struct events *events;
	const struct site *site;
	/* Lent for one call of the path's function; the url behind the prefix of the site. */
	const char *method, *url;
	void *work;
	void (*free_work)(void *);

	/* request.c's own. */
	struct MHD_Connection *connection;
	struct web *web;
	struct client *client;
	const struct path *path;
	const char *full_url;
	enum request_step step;
	const char *
	    target; /* as it was sent; its bytes are libmicrohttpd's, for request_check_whole */
	size_t target_n;
	bool malformed; /* the target has a bad escape or a control character */
	bool refused;   /* it waited too long for its turn */
	bool has_login; /* a password was asked for */
	bool suspended;
	size_t body_n;
	struct login_job *login;      /* NULL: not asked for, or answered at once */
	bool woken;                   /* under the lock of `web`, as are: */
	struct request *next, **link; /* of those that are woken */
};

/* Of the query string, as text. NULL: not given. Lent for the request. */
const char *request_argument(const struct request *, const char *key);
/* Of the header lines; the name's case does not matter. NULL: not given. */
const char *request_header(const struct request *, const char *name);

/* For an answer that takes time: request_wait, then hand the work to a thread, then return
 * reply_later(). The thread calls request_resume, and the path's function is called again, with
 * the same `work`. It is not called again when the server or the connection ends first. */
void request_wait(struct request *);
/* The server or the connection ends: what is being sent must come to its end. */
bool request_ending(const struct request *);
/* From any thread, once for each request_wait, and not after free_work. */
void request_resume(struct request *);

/* How many connections there are in each state (client_table.h). */
void request_count_slots(const struct request *, unsigned ret_count[]);

#endif
