/* dns_server.c - c-ares and its sockets on the loop.
 *
 * c-ares carries bytes only: questions are made and answers read by dns_message, so that nothing
 * of what a server says is lost. Its sockets are opened here, to count what comes in by them.
 */
#include "dns_server.h"

/* Versions from 1.28 on deprecate what 1.18 has; both must compile. */
#define CARES_NO_DEPRECATED
#include <ares.h>

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* Datagrams that are read before others have their turn, and that a socket may bring without an
 * answer among them: then somebody floods us. */
enum { DATAGRAMS_AT_ONCE = 64, UNWANTED_MAX = 512 };

enum { DATAGRAM_MAX = 512 };

enum { RECEIVE_BUFFER = 1 << 20 }; /* many answers at once */

struct watcher {
	uv_poll_t poll;
	struct line *line;
	struct watcher *next;
	ares_socket_t fd;
	int interest;
};

/* The questions by TCP that have a connection each, so that one without an answer holds up no
 * other; those beyond share one. */
enum { CONNECTIONS_MAX = 64 };

/* UDP or a TCP connection to the server. */
struct line {
	struct dns_server *server;
	ares_channel channel;
	unsigned budget, unwanted; /* UDP */
	unsigned users;            /* TCP: without any it is closed */
	struct line *next;         /* TCP */
};

struct dns_server {
	uv_loop_t *loop;
	struct address address;
	struct span timeout;
	struct line udp, *connections;
	unsigned connection_count;
	struct watcher *watchers;
	struct dns_server_hook hook;
	size_t pending;
	bool trusted;
};

struct query {
	struct dns_server *server;
	void (*replied)(void *user, const struct reply *);
	void *user;
	enum dns_type type;
	int question_n;
	unsigned char question[DNS_QUESTION_MAX];
	char name[DNS_NAME_MAX];
	struct line *tcp; /* NULL: by UDP so far */
	bool *ret_tcp;
};

/* --- sockets --------------------------------------------------------------------------- */

static void sweep(struct dns_server *);

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct watcher *w = poll->data;
	struct line *line = w->line;
	bool failed = status < 0;
	struct dns_server_hook hook = line->server->hook;

	line->budget = DATAGRAMS_AT_ONCE;
	ares_process_fd(line->channel,
			failed || (events & UV_READABLE) ? w->fd : ARES_SOCKET_BAD,
			failed || (events & UV_WRITABLE) ? w->fd : ARES_SOCKET_BAD);
	/* libuv has stopped to poll a socket in error; c-ares may want to go on. */
	if (failed && !uv_is_closing((uv_handle_t *)poll))
		uv_poll_start(poll, w->interest, on_poll);
	sweep(line->server);
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

static struct watcher *watcher_of(struct line *line, ares_socket_t fd)
{
	struct dns_server *server = line->server;
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
	w->line = line;
	w->fd = fd;
	w->next = server->watchers;
	server->watchers = w;
	return w;
}

/* Called by c-ares, the last time (both false) before it closes the socket. */
static void on_socket(void *user, ares_socket_t fd, int readable, int writable)
{
	struct line *line = user;
	struct watcher *w;

	if (!readable && !writable) {
		unwatch(line->server, fd);
		return;
	}
	w = watcher_of(line, fd);
	if (w == NULL)
		return;
	w->interest = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);
	uv_poll_start(&w->poll, w->interest, on_poll);
}

static ares_socket_t open_socket(int family, int type, int protocol, void *user)
{
	const int on = 1, size = RECEIVE_BUFFER;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

	(void)user;
	if (fd >= 0 && type == SOCK_DGRAM)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	else if (fd >= 0)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static int close_socket(ares_socket_t fd, void *user)
{
	(void)user;
	return close(fd);
}

static int connect_socket(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t n,
			  void *user)
{
	(void)user;
	return connect(fd, to, n);
}

/* c-ares would read on for as long as there is something, and a flood has no end. */
static ares_ssize_t receive(ares_socket_t fd, void *dst, size_t cap, int flags,
			    struct sockaddr *from, ares_socklen_t *from_n, void *user)
{
	struct line *line = user;
	bool udp = line == &line->server->udp;
	ares_ssize_t n;

	if (udp && line->unwanted > UNWANTED_MAX) {
		errno = ECONNRESET;
		return -1;
	}
	if (udp && line->budget == 0) {
		errno = EWOULDBLOCK;
		return -1;
	}
	n = recvfrom(fd, dst, cap, flags, from, from_n);
	if (n >= 0 && udp) {
		line->budget--;
		line->unwanted++;
	}
	return n;
}

static ares_ssize_t send_all(ares_socket_t fd, const struct iovec *parts, int count,
			     void *user)
{
	struct msghdr message = { .msg_iov = (struct iovec *)(uintptr_t)parts,
				  .msg_iovlen = (size_t)count };

	(void)user;
	return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static const struct ares_socket_functions socket_functions = {
	open_socket, close_socket, connect_socket, receive, send_all,
};

/* --- replies --------------------------------------------------------------------------- */

static enum reply_kind kind_of(int status, const struct line *line)
{
	switch (status) {
	case ARES_ENOMEM:
		return REPLY_INTERNAL;
	case ARES_ETIMEOUT:
		return REPLY_SILENT;
	case ARES_ECONNREFUSED:
		return line->unwanted > UNWANTED_MAX ? REPLY_FLOODED : REPLY_UNREACHABLE;
	case ARES_ECANCELLED:
	case ARES_EDESTRUCTION:
		return REPLY_CANCELLED;
	default:
		return REPLY_BROKEN;
	}
}

static enum reply_kind kind_of_rcode(enum dns_rcode rcode)
{
	switch (rcode) {
	case DNS_NOERROR:
		return REPLY_NO_ADDRESS;
	case DNS_FORMERR:
		return REPLY_FORMERR;
	case DNS_SERVFAIL:
		return REPLY_SERVFAIL;
	case DNS_NXDOMAIN:
		return REPLY_NO_NAME;
	case DNS_NOTIMP:
		return REPLY_NOTIMP;
	case DNS_REFUSED:
		return REPLY_REFUSED;
	default:
		return REPLY_BROKEN;
	}
}

/* False: not the length of an address. */
static bool put_address(struct reply *r, enum dns_type type, struct view rdata)
{
	struct address *a = &r->addresses[r->count];

	if (rdata.n != (type == DNS_A ? sizeof(a->v4.sin_addr) : sizeof(a->v6.sin6_addr)))
		return false;
	if (r->count == REPLY_ADDRESSES_MAX) {
		r->more++;
		return true;
	}
	r->count++;
	*a = (struct address){ .any.sa_family = type == DNS_A ? AF_INET : AF_INET6 };
	memcpy(type == DNS_A ? (void *)&a->v4.sin_addr : &a->v6.sin6_addr, rdata.p,
	       rdata.n);
	return true;
}

/* Whoever takes the reply holds the set. */
static void take_tlsa(struct reply *r, const struct dns_answer *answer)
{
	if (r->kind > REPLY_NO_ADDRESS)
		return;
	r->tlsa = tlsa_set_new(answer);
	if (r->tlsa == NULL)
		r->kind = REPLY_BROKEN;
	else if (r->tlsa->count > 0)
		r->kind = REPLY_ADDRESSES;
}

static void take_records(struct reply *r, const struct dns_answer *answer)
{
	struct view rdata;
	size_t at = 0;

	r->ttl = answer->ttl;
	memcpy(r->name, answer->name, sizeof(r->name));
	if (answer->type == DNS_TLSA) {
		take_tlsa(r, answer);
		return;
	}
	while (r->kind <= REPLY_NO_ADDRESS && dns_answer_next(answer, &at, &rdata))
		r->kind =
		    put_address(r, answer->type, rdata) ? REPLY_ADDRESSES : REPLY_BROKEN;
}

static void take_answer(struct reply *r, const struct query *q, struct view message)
{
	struct dns_answer answer;

	switch (dns_answer_read(message, q->name, q->type, &answer)) {
	case DNS_SENSE:
		r->kind = answer.truncated ? REPLY_BROKEN : kind_of_rcode(answer.rcode);
		r->secure = q->server->trusted && answer.authentic;
		take_records(r, &answer);
		return;
	case DNS_ALIAS_LOOP:
		r->kind = REPLY_ALIAS_LOOP;
		return;
	default:
		r->kind = REPLY_BROKEN;
	}
}

/* By its TC bit, or by c-ares, which cuts what is longer than a datagram may be (RFC 1035 section
 * 4.2.1). */
static bool is_truncated(struct view message)
{
	return message.n >= DATAGRAM_MAX || (message.n > 2 && (message.p[2] & 0x02) != 0);
}

static bool send_by_tcp(struct query *);

/* True: the question goes by TCP, too. */
static bool asks_by_tcp(struct query *q, int status, struct view message)
{
	struct dns_server *server = q->server;
	bool flooded = status == ARES_ECONNREFUSED && server->udp.unwanted > UNWANTED_MAX;

	if (q->tcp != NULL ||
	    (!flooded && (status != ARES_SUCCESS || !is_truncated(message))))
		return false;
	return send_by_tcp(q);
}

static void on_answer(void *user, int status, int timeouts, unsigned char *p, int n)
{
	struct query *q = user;
	struct dns_server *server = q->server;
	struct view message = { (const char *)p, p != NULL && n > 0 ? (size_t)n : 0 };
	struct reply r = { .ttl = INT32_MAX };

	(void)timeouts;
	if (asks_by_tcp(q, status, message))
		return;
	r.tcp = q->tcp != NULL;
	if (status == ARES_SUCCESS)
		take_answer(&r, q, message);
	else
		r.kind = kind_of(status, &server->udp);
	if (q->tcp != NULL)
		q->tcp->users--;
	else if (status == ARES_SUCCESS)
		server->udp.unwanted = 0;
	server->pending--;
	q->replied(q->user, &r);
	tlsa_set_release(r.tlsa);
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

static bool open_line(struct line *line)
{
	struct dns_server *server = line->server;
	bool tcp = line != &server->udp;
	struct ares_options options = {
		.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES |
			 ARES_FLAG_IGNTC | (tcp ? ARES_FLAG_USEVC : 0),
		.timeout = (int)span_ms(server->timeout),
		.tries = 1,
		.sock_state_cb = on_socket,
		.sock_state_cb_data = line,
	};
	int mask =
	    ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;

#ifdef ARES_OPT_QUERY_CACHE
	mask |= ARES_OPT_QUERY_CACHE; /* off: the cache is ours */
#endif
	if (ares_init_options(&line->channel, &options, mask) != ARES_SUCCESS)
		return false;
	ares_set_socket_functions(line->channel, &socket_functions, line);
	if (set_address(line->channel, &server->address))
		return true;
	ares_destroy(line->channel);
	return false;
}

struct dns_server *dns_server_new(uv_loop_t *loop, const struct address *a,
				  struct span timeout, const struct dns_server_hook *hook)
{
	struct dns_server *server = calloc(1, sizeof(*server));

	if (server == NULL)
		return NULL;
	server->loop = loop;
	server->address = *a;
	server->timeout = timeout;
	server->hook = *hook;
	server->udp.server = server;
	if (open_line(&server->udp))
		return server;
	free(server);
	return NULL;
}

static void close_connections(struct dns_server *server, bool all)
{
	for (struct line **at = &server->connections; *at != NULL;) {
		struct line *line = *at;

		if (line->users > 0 && !all) {
			at = &line->next;
			continue;
		}
		*at = line->next;
		server->connection_count--;
		ares_destroy(line->channel);
		free(line);
	}
}

/* Not from within c-ares. */
static void sweep(struct dns_server *server)
{
	if (server->connection_count > 0)
		close_connections(server, false);
}

void dns_server_free(struct dns_server *server)
{
	if (server == NULL)
		return;
	ares_destroy(server->udp.channel);
	close_connections(server, true);
	while (server->watchers != NULL)
		unwatch(server, server->watchers->fd);
	free(server);
}

void dns_server_trust(struct dns_server *server)
{
	server->trusted = true;
}

bool dns_server_is_trusted(const struct dns_server *server)
{
	return server->trusted;
}

const struct address *dns_server_address(const struct dns_server *server)
{
	return &server->address;
}

static struct line *connection_of(struct dns_server *server)
{
	struct line *line;

	if (server->connection_count == CONNECTIONS_MAX)
		return server->connections;
	line = calloc(1, sizeof(*line));
	if (line == NULL)
		return NULL;
	line->server = server;
	if (!open_line(line)) {
		free(line);
		return NULL;
	}
	line->next = server->connections;
	server->connections = line;
	server->connection_count++;
	return line;
}

/* The answer may come before this returns. False: nothing was sent. */
static bool send_by_tcp(struct query *q)
{
	q->tcp = connection_of(q->server);
	if (q->tcp == NULL)
		return false;
	*q->ret_tcp = true;
	q->tcp->users++;
	ares_send(q->tcp->channel, q->question, q->question_n, on_answer, q);
	return true;
}

static struct query *query_new(struct dns_server *server, const char *name,
			       enum dns_type type)
{
	struct query *q = malloc(sizeof(*q));
	uint16_t id;

	if (q == NULL)
		return NULL;
	*q = (struct query){ .server = server, .type = type };
	if (uv_random(NULL, NULL, &id, sizeof(id), 0, NULL) == 0)
		q->question_n =
		    (int)dns_question(q->question, id, name, type, server->trusted);
	if (q->question_n > 0 && strlen(name) < sizeof(q->name)) {
		memcpy(q->name, name, strlen(name) + 1);
		return q;
	}
	free(q);
	return NULL;
}

void dns_server_ask(struct dns_server *server, const char *name, enum dns_type type,
		    bool *ret_tcp, void (*replied)(void *user, const struct reply *),
		    void *user)
{
	struct query *q = query_new(server, name, type);
	const struct reply none = { .kind = REPLY_INTERNAL };

	if (q == NULL) {
		replied(user, &none);
		return;
	}
	q->ret_tcp = ret_tcp;
	q->replied = replied;
	q->user = user;
	server->pending++;
	/* A flood does not last for ever: each question sees for itself. */
	if (server->udp.unwanted > UNWANTED_MAX)
		server->udp.unwanted = 0;
	ares_send(server->udp.channel, q->question, q->question_n, on_answer, q);
}

size_t dns_server_pending(const struct dns_server *server)
{
	return server->pending;
}

void dns_server_tick(struct dns_server *server)
{
	if (server->pending == 0)
		return;
	server->udp.budget = DATAGRAMS_AT_ONCE;
	ares_process_fd(server->udp.channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	for (struct line *line = server->connections; line != NULL; line = line->next)
		ares_process_fd(line->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	sweep(server);
}
