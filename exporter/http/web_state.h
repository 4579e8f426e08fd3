/* web_state.h - the state that web.c, connection.c and request.c share.
 *
 * It belongs to the web thread, which accepts, reads, renders and sends; libmicrohttpd has
 * no thread of its own. Other threads do two things only: they put a request into `woken`,
 * and the main thread changes the rules (web_change).
 */
#ifndef MAILVANE_WEB_STATE_H
#define MAILVANE_WEB_STATE_H

#include "acceptor.h"
#include "access.h"
#include "client_table.h"
#include "web.h"

#include <pthread.h>

struct web {
	struct MHD_Daemon *plain;
	_Atomic(struct MHD_Daemon *) secure; /* NULL: HTTPS was never used */
	struct acceptor acceptor;
	struct access *access;
	struct web_content content;
	const struct site *site;
	struct events *events;

	struct client_table clients;
	/* the row of the connection that is being added */
	struct client *entering;
	bool queue_changed;               /* a queued request may be able to start */
	struct instant deadlines_checked; /* when the deadlines were last checked */
	/* epoll descriptor of suspended connections, to notice closed ones */
	int closed_epoll;
	int wake; /* eventfd */
	atomic_bool ending;

	pthread_t thread;
	bool running;
	pthread_mutex_t lock;  /* protects the members below */
	struct request *woken; /* list of requests to continue, oldest first */
	struct request **woken_end;
};

/* --- web.c ----------------------------------------------------------------------------------- */

/* Makes a server without listening sockets and without a thread; the caller runs
 * web_run_once. Takes over the rules even if it fails. NULL: no memory or no
 * descriptors. */
struct web *web_prepare(const struct site *, struct rules *, struct web_content);
/* Waits up to wait_ms (-1: without limit) for something to do, and does it. */
void web_run_once(struct web *, int wait_ms);
/* Any thread: web_run_once stops waiting. */
void web_wake(struct web *);

/* --- connection.c ---------------------------------------------------------------------------- */

/* Takes over the descriptor: adds a row to the table, or closes it. */
void connection_add(void *web, int fd, const struct sockaddr *, socklen_t);
/* Called by libmicrohttpd (MHD_OPTION_NOTIFY_CONNECTION); cls is the web. */
void connection_changed(void *cls, struct MHD_Connection *, void **client,
			enum MHD_ConnectionNotificationCode);
struct client *connection_client(struct MHD_Connection *);
/* Closes the connection and ends its request, whatever it waits for. */
void connection_end(struct web *, struct client *);
/* Notices when the client closes a connection that is suspended in libmicrohttpd. */
void connection_watch(struct web *, struct client *);
void connection_unwatch(struct web *, const struct client *);
void connections_check_closed(struct web *);
/* Ends connections whose deadline is over. */
void connections_expire(struct web *, struct instant now);

/* --- request.c ------------------------------------------------------------------------------- */

/* Called by libmicrohttpd, in the order of a request's life; cls is the web. */
void *request_begin(void *cls, const char *target, struct MHD_Connection *);
enum MHD_Result request_handle(void *cls, struct MHD_Connection *, const char *url,
			       const char *method, const char *version, const char *body,
			       size_t *body_n, void **seen);
void request_ended(void *cls, struct MHD_Connection *, void **seen,
		   enum MHD_RequestTerminationCode);

/* Continues a suspended request with the step at which it waited. Does nothing if it is
 * not suspended. */
void request_continue(struct request *);
/* Answers 429 to a request that has waited too long in the queue. */
void request_refuse_queued(struct request *);
void requests_take_woken(struct web *);
void requests_start_queued(struct web *);

#endif
