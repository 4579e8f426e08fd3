/* web_state.h - the HTTP server from inside: what web.c, connection.c and request.c share.
 *
 * All of it belongs to one thread, the web thread, which accepts, reads, renders and sends:
 * libmicrohttpd has no thread of its own here. Other threads reach it in two ways: a request they
 * work for is put into `woken`, and web_change sets other rules.
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
	_Atomic(struct MHD_Daemon *) secure; /* NULL: HTTPS was never wanted */
	struct acceptor acceptor;
	struct access *access;
	struct exporter *exporter;
	const struct site *site;
	struct events *events;

	struct client_table clients;
	struct client *entering;          /* libmicrohttpd is being given it */
	bool queue_changed;               /* somebody may be able to leave the queue */
	struct instant deadlines_checked; /* when the deadlines were last looked at */
	int closed_epoll; /* epoll: suspended connections whose client may go */
	int wake;         /* eventfd */
	atomic_bool ending;

	pthread_t thread;
	bool running;
	pthread_mutex_t lock;  /* of what follows */
	struct request *woken; /* oldest first */
	struct request **woken_end;
};

/* --- web.c ----------------------------------------------------------------------------------- */

/* A server without listening sockets and without a thread: web_run_once has to be called. Takes the
 * rules in any case. NULL: no memory, no descriptors. */
struct web *web_prepare(const struct site *, struct rules *, struct exporter *);
/* Waits for something to do, for at most that long (-1: any time), and does it. */
void web_run_once(struct web *, int wait_ms);
/* From any thread: web_run_once stops waiting. */
void web_wake(struct web *);

/* --- connection.c ---------------------------------------------------------------------------- */

/* Takes the descriptor: a row in the table, or it is closed. */
void connection_add(void *web, int fd, const struct sockaddr *, socklen_t);
/* For MHD_OPTION_NOTIFY_CONNECTION; cls is the web. */
void connection_changed(void *cls, struct MHD_Connection *, void **client,
			enum MHD_ConnectionNotificationCode);
struct client *connection_client(struct MHD_Connection *);
/* Shuts it down, and its request with it, whatever it waits for. */
void connection_end(struct web *, struct client *);
/* While libmicrohttpd does not listen to it: notices when the client goes. */
void connection_watch(struct web *, struct client *);
void connection_unwatch(struct web *, const struct client *);
void connections_check_closed(struct web *);
/* Ends those that are past their deadline. */
void connections_expire(struct web *, struct instant now);

/* --- request.c ------------------------------------------------------------------------------- */

/* For libmicrohttpd, in the order of a request's life; cls is the web. */
void *request_begin(void *cls, const char *target, struct MHD_Connection *);
enum MHD_Result request_handle(void *cls, struct MHD_Connection *, const char *url,
			       const char *method, const char *version, const char *body,
			       size_t *body_n, void **seen);
void request_ended(void *cls, struct MHD_Connection *, void **seen,
		   enum MHD_RequestTerminationCode);

/* It is asked again at what it waited for. Nothing, if it is not suspended. */
void request_continue(struct request *);
/* It has waited too long in the queue: refused in words. */
void request_refuse_queued(struct request *);
void requests_take_woken(struct web *);
void requests_start_queued(struct web *);

#endif
