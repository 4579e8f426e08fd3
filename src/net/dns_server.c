/* dns_server.c - c-ares and its sockets on the loop. */
#include "dns_server.h"

/* Versions from 1.28 on deprecate what 1.18 has; both must compile. */
#define CARES_NO_DEPRECATED
#include <ares.h>

#include <arpa/nameser.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct watcher {
	uv_poll_t poll;
	struct dns_server *server;
	struct watcher *next;
	ares_socket_t fd;
	int interest;
};

struct dns_server {
	uv_loop_t *loop;
	ares_channel channel;
	struct watcher *watchers;
	struct dns_server_hook hook;
	size_t pending;
};

struct query {
	struct dns_server *server;
	int family;
	void (*replied)(void *user, const struct reply *);
	void *user;
};

/* --- sockets --------------------------------------------------------------------------- */

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct watcher *w = poll->data;
	struct dns_server *server = w->server;
	bool failed = status < 0;
	struct dns_server_hook hook = server->hook;

	ares_process_fd(server->channel,
			failed || (events & UV_READABLE) ? w->fd : ARES_SOCKET_BAD,
			failed || (events & UV_WRITABLE) ? w->fd : ARES_SOCKET_BAD);
	/* libuv has stopped to poll a socket in error; c-ares may want to go on. */
	if (failed && !uv_is_closing((uv_handle_t *)poll))
		uv_poll_start(poll, w->interest, on_poll);
	hook.worked(hook.user);
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void unwatch(struct dns_server *server, ares_socket_t fd)
{
	for (struct watcher **p = &server->watchers; *p != NULL; p = &(*p)->next) {
		struct watcher *w = *p;

		if (w->fd != fd)
			continue;
		*p = w->next;
		uv_close((uv_handle_t *)&w->poll, on_closed);
		return;
	}
}

static struct watcher *watcher_of(struct dns_server *server, ares_socket_t fd)
{
	struct watcher *w = server->watchers;

	while (w != NULL && w->fd != fd)
		w = w->next;
	if (w != NULL)
		return w;
	w = calloc(1, sizeof(*w));
	if (w == NULL || uv_poll_init_socket(server->loop, &w->poll, fd) < 0) {
		free(w);
		return NULL;
	}
	w->poll.data = w;
	w->server = server;
	w->fd = fd;
	w->next = server->watchers;
	server->watchers = w;
	return w;
}

/* Called by c-ares, the last time (both false) before it closes the socket. */
static void on_socket(void *user, ares_socket_t fd, int readable, int writable)
{
	struct dns_server *server = user;
	struct watcher *w;

	if (!readable && !writable) {
		unwatch(server, fd);
		return;
	}
	w = watcher_of(server, fd);
	if (w == NULL)
		return;
	w->interest = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);
	uv_poll_start(&w->poll, w->interest, on_poll);
}

/* --- replies --------------------------------------------------------------------------- */

static enum reply_kind kind_of(int status)
{
	switch (status) {
	case ARES_SUCCESS:
		return REPLY_ADDRESSES;
	case ARES_ENODATA:
		return REPLY_NO_ADDRESS;
	case ARES_ENOTFOUND:
		return REPLY_NO_NAME;
	case ARES_ESERVFAIL:
		return REPLY_SERVFAIL;
	case ARES_EREFUSED:
		return REPLY_REFUSED;
	case ARES_ENOMEM:
		return REPLY_INTERNAL;
	case ARES_ETIMEOUT:
		return REPLY_SILENT;
	case ARES_ECONNREFUSED:
		return REPLY_UNREACHABLE;
	case ARES_ECANCELLED:
	case ARES_EDESTRUCTION:
		return REPLY_CANCELLED;
	default:
		return REPLY_BROKEN;
	}
}

/* RFC 2181 section 8: a TTL with the highest bit set is 0. */
static void note_ttl(struct reply *r, int ttl)
{
	unsigned seconds = ttl > 0 ? (unsigned)ttl : 0;

	if (seconds < r->ttl)
		r->ttl = seconds;
}

static int read_v4(const unsigned char *p, int n, struct reply *r)
{
	struct ares_addrttl found[REPLY_ADDRESSES_MAX];
	int count = REPLY_ADDRESSES_MAX;
	int status = ares_parse_a_reply(p, n, NULL, found, &count);

	for (int i = 0; status == ARES_SUCCESS && i < count; i++) {
		r->addresses[i].v4 = (struct sockaddr_in){ .sin_family = AF_INET,
							   .sin_addr = found[i].ipaddr };
		note_ttl(r, found[i].ttl);
		r->count++;
	}
	return status;
}

static int read_v6(const unsigned char *p, int n, struct reply *r)
{
	struct ares_addr6ttl found[REPLY_ADDRESSES_MAX];
	int count = REPLY_ADDRESSES_MAX;
	int status = ares_parse_aaaa_reply(p, n, NULL, found, &count);

	for (int i = 0; status == ARES_SUCCESS && i < count; i++) {
		r->addresses[i].v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6 };
		memcpy(&r->addresses[i].v6.sin6_addr, &found[i].ip6addr,
		       sizeof(found[i].ip6addr));
		note_ttl(r, found[i].ttl);
		r->count++;
	}
	return status;
}

static void on_answer(void *user, int status, int timeouts, unsigned char *p, int n)
{
	struct query *q = user;
	struct reply r = { .ttl = INT32_MAX };

	(void)timeouts;
	if (status == ARES_SUCCESS)
		status = q->family == AF_INET ? read_v4(p, n, &r) : read_v6(p, n, &r);
	r.kind = kind_of(status);
	if (r.kind == REPLY_ADDRESSES && r.count == 0)
		r.kind = REPLY_NO_ADDRESS;
	q->server->pending--;
	q->replied(q->user, &r);
	free(q);
}

/* --- the server ------------------------------------------------------------------------ */

static bool set_address(ares_channel channel, const struct address *a)
{
	char text[ADDRESS_TEXT_MAX], place[ADDRESS_TEXT_MAX + 16];

	address_text(a, text);
	snprintf(place, sizeof(place), a->any.sa_family == AF_INET6 ? "[%s]:%u" : "%s:%u",
		 text, (unsigned)address_port(a));
	return ares_set_servers_ports_csv(channel, place) == ARES_SUCCESS;
}

static bool open_channel(struct dns_server *server, const struct address *a,
			 struct span timeout)
{
	struct ares_options options = {
		.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
		.timeout = (int)span_ms(timeout),
		.tries = 1,
		.sock_state_cb = on_socket,
		.sock_state_cb_data = server,
		.socket_receive_buffer_size = 1 << 20, /* many answers at once */
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		   ARES_OPT_SOCK_STATE_CB | ARES_OPT_SOCK_RCVBUF;

#ifdef ARES_OPT_QUERY_CACHE
	mask |= ARES_OPT_QUERY_CACHE; /* off: the cache is ours */
#endif
	if (ares_init_options(&server->channel, &options, mask) != ARES_SUCCESS)
		return false;
	if (set_address(server->channel, a))
		return true;
	ares_destroy(server->channel);
	return false;
}

struct dns_server *dns_server_new(uv_loop_t *loop, const struct address *a,
				  struct span timeout, const struct dns_server_hook *hook)
{
	struct dns_server *server = calloc(1, sizeof(*server));

	if (server == NULL)
		return NULL;
	server->loop = loop;
	server->hook = *hook;
	if (open_channel(server, a, timeout))
		return server;
	free(server);
	return NULL;
}

void dns_server_free(struct dns_server *server)
{
	if (server == NULL)
		return;
	ares_destroy(server->channel);
	while (server->watchers != NULL)
		unwatch(server, server->watchers->fd);
	free(server);
}

void dns_server_ask(struct dns_server *server, const char *name, int family,
		    void (*replied)(void *user, const struct reply *), void *user)
{
	struct query *q = malloc(sizeof(*q));
	const struct reply none = { .kind = REPLY_INTERNAL };

	if (q == NULL) {
		replied(user, &none);
		return;
	}
	*q = (struct query){ server, family, replied, user };
	server->pending++;
	ares_query(server->channel, name, ns_c_in, family == AF_INET ? ns_t_a : ns_t_aaaa,
		   on_answer, q);
}

size_t dns_server_pending(const struct dns_server *server)
{
	return server->pending;
}

void dns_server_tick(struct dns_server *server)
{
	if (server->pending > 0)
		ares_process_fd(server->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}
