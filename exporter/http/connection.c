/* connection.c - connections from accept to close: fills and frees the rows of the client
 * table. */
#include "web_state.h"

#include "https.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct client *connection_client(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

/* --- begin and end ---------------------------------------------------------------------------- */

static void connection_free_row(struct web *web, struct client *client)
{
	rules_release(client->rules);
	client_table_remove(&web->clients, client);
}

void connection_add(void *user, int fd, const struct sockaddr *at, socklen_t length)
{
	struct web *web = user;
	struct client_name name = client_name_of(at, fd);
	struct instant now = instant_now();
	struct rules *rules = access_rules(web->access);
	struct MHD_Daemon *daemon =
	    rules->tls && !access_is_local(fd) ? atomic_load(&web->secure) : web->plain;
	struct client *leaves = NULL, *client;

	rules_release(rules);
	if (client_table_full(&web->clients) ||
	    !client_table_admit(&web->clients, name, now, &leaves)) {
		close(fd);
		return;
	}
	if (leaves)
		connection_end(web, leaves);
	client = client_table_add(&web->clients, fd, name, now);
	web->entering = client;
	/* MHD_add_connection closes the descriptor when it fails. */
	if (MHD_add_connection(daemon, fd, at, length) != MHD_YES)
		connection_free_row(web, client);
	web->entering = NULL;
}

/* A TLS connection keeps the rules with which it began. */
static void connection_begin_tls(struct web *web, struct client *client,
				 struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	if (!info || !info->tls_session)
		return;
	client->rules = access_rules(web->access);
	if (client->rules->tls)
		https_apply(client->rules->tls, info->tls_session);
	else /* the rules changed in between */
		shutdown(client->fd, SHUT_RDWR);
}

/* The connection may end within MHD_add_connection; then connection_add frees the row. */
void connection_changed(void *cls, struct MHD_Connection *connection, void **client,
			enum MHD_ConnectionNotificationCode what)
{
	struct web *web = cls;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*client = web->entering;
		connection_begin_tls(web, web->entering, connection);
	} else if (*client != web->entering) {
		connection_free_row(web, *client);
	}
}

/* libmicrohttpd notices the shutdown and closes the connection, but not while it is
 * suspended; so a suspended one is continued. */
void connection_end(struct web *web, struct client *client)
{
	client_table_move(&web->clients, client, CLIENT_CLOSING, instant_now());
	shutdown(client->fd, SHUT_RDWR);
	web->queue_changed = true;
	if (client->request)
		request_continue(client->request);
}

/* --- clients that disconnect while their request waits ---------------------------------------- */

/* If this fails, the deadline ends the connection. */
void connection_watch(struct web *web, struct client *client)
{
	struct epoll_event event = { .events = EPOLLRDHUP | EPOLLET, .data.ptr = client };

	epoll_ctl(web->closed_epoll, EPOLL_CTL_ADD, client->fd, &event);
}

void connection_unwatch(struct web *web, const struct client *client)
{
	epoll_ctl(web->closed_epoll, EPOLL_CTL_DEL, client->fd, NULL);
}

/* A client that has closed its sending side may still read (`nc -N`), so a request that
 * is being answered goes on. A request in the queue ends: nothing was done for it yet,
 * and all requests of a client that sends many and reads none look like this. */
void connections_check_closed(struct web *web)
{
	struct epoll_event events[64];
	int n = epoll_wait(web->closed_epoll, events, ARRAY_SIZE(events), 0);

	for (int i = 0; i < n; i++) {
		struct client *client = events[i].data.ptr;

		if ((events[i].events & (EPOLLHUP | EPOLLERR)) ||
		    client->state == CLIENT_QUEUED)
			connection_end(web, client);
		else
			client->half_closed = true;
	}
}

/* --- deadlines -------------------------------------------------------------------------------- */

void connections_expire(struct web *web, struct instant now)
{
	struct client *client;

	while ((client = client_table_overdue(&web->clients, now))) {
		if (client->state == CLIENT_QUEUED)
			request_refuse_queued(client->request);
		else
			connection_end(web, client);
	}
}
