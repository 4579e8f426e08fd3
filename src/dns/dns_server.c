/* dns_server.c - sends queries by their sockets ("channels") and matches answers with
 * queries.
 *
 * A query is in exactly one list: of its channel, of those that wait for a TCP connection,
 * or of those that are being replied to. A replied() callback may send and cancel queries,
 * so no pointer to a query or channel is used after it.
 */
#include "dns_server.h"

#include "dns_socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The most UDP sockets; further queries share one of them, up to UDP_QUERIES_MAX on
 * each. */
enum { UDP_CHANNELS_MAX = 64, UDP_QUERIES_MAX = 64 };

/* The most TCP connections, each for one query. While queries wait for one, connections end
 * that have had no answer for TCP_PATIENCE_MS. */
enum { TCP_CHANNELS_MAX = 64, TCP_PATIENCE_MS = 1000 };

/* How many messages on a channel may answer none of its queries; more of them are an
 * attack. By TCP they come from the server itself, so few are enough. */
enum { UNWANTED_UDP_MAX = 256, UNWANTED_TCP_MAX = 16 };

struct dns_channel {
	struct dns_socket socket; /* first, so that a socket is its line */
	struct dns_server *server;
	struct dns_channel *next, **at;
	struct dns_query *queries;
	unsigned query_count, unwanted;
	struct instant opened;
};

struct dns_server {
	uv_loop_t *loop;
	struct address address;
	struct span timeout;
	struct dns_channel *udp, *tcp;
	unsigned udp_count, tcp_count;
	struct dns_query *waiting, **waiting_end; /* for a connection */
	struct dns_server_hook hook;
	size_t pending;
	bool trusted, closing;
};

/* --- lists ----------------------------------------------------------------------------- */

static void link_query(struct dns_query **list, struct dns_query *q)
{
	q->next = *list;
	q->at = list;
	if (q->next != NULL)
		q->next->at = &q->next;
	*list = q;
}

static void close_channel(struct dns_channel *channel)
{
	struct dns_server *server = channel->server;

	if (channel->socket.fd < 0)
		return;
	*channel->at = channel->next;
	if (channel->next != NULL)
		channel->next->at = channel->at;
	server->udp_count -= !channel->socket.tcp;
	server->tcp_count -= channel->socket.tcp;
	dns_socket_close(&channel->socket);
}

/* Removes the query from the list it is in. A channel without queries is closed. */
static void unlink_query(struct dns_query *q)
{
	struct dns_channel *channel = q->channel;

	if (q->server->waiting_end == &q->next)
		q->server->waiting_end = q->at;
	*q->at = q->next;
	if (q->next != NULL)
		q->next->at = q->at;
	q->channel = NULL;
	if (channel != NULL && --channel->query_count == 0)
		close_channel(channel);
}

static void add_query_to_channel(struct dns_channel *channel, struct dns_query *q)
{
	q->channel = channel;
	channel->query_count++;
	link_query(&channel->queries, q);
}

static void queue_query_for_tcp(struct dns_server *server, struct dns_query *q)
{
	q->next = NULL;
	q->at = server->waiting_end;
	*server->waiting_end = q;
	server->waiting_end = &q->next;
}

/* --- replies --------------------------------------------------------------------------- */

/* The query is in no list. */
static void deliver_reply(struct dns_query *q, const struct dns_reply *r)
{
	q->server->pending--;
	q->server = NULL;
	q->replied(q, r);
}

static void reply_kind(struct dns_query *q, enum reply_kind kind)
{
	const struct dns_reply r = { .kind = kind, .tcp = q->by_tcp, .ttl = INT32_MAX };

	unlink_query(q);
	deliver_reply(q, &r);
}

static enum reply_kind reply_kind_of_errno(int error)
{
	switch (error) {
	case ENOMEM:
	case ENOBUFS:
	case EMFILE:
	case ENFILE:
		return REPLY_INTERNAL;
	case EPROTO:
		return REPLY_BROKEN;
	default:
		return REPLY_UNREACHABLE;
	}
}

/* Closes the channel and replies to all its queries. */
static void end_channel(struct dns_channel *channel, enum reply_kind kind)
{
	struct dns_query *ended = NULL, *q;

	while ((q = channel->queries) != NULL) {
		unlink_query(q);
		link_query(&ended, q);
	}
	close_channel(channel);
	while ((q = ended) != NULL)
		reply_kind(q, kind);
}

/* --- sending --------------------------------------------------------------------------- */

static int send_query(struct dns_channel *channel, const struct dns_query *q)
{
	unsigned char question[DNS_QUESTION_MAX];
	size_t n =
	    dns_question(question, q->id, q->name, q->type, channel->server->trusted);

	return n > 0 ? dns_socket_send(&channel->socket, question, n) : EINVAL;
}

static const struct dns_socket_events channel_events;

static int open_channel(struct dns_server *server, bool tcp, struct dns_channel **ret_line)
{
	struct dns_channel *channel = calloc(1, sizeof(*channel));
	struct dns_channel **list = tcp ? &server->tcp : &server->udp;
	int error = ENOMEM;

	if (channel != NULL)
		error = dns_socket_open(&channel->socket, server->loop, &server->address,
					tcp, &channel_events);
	if (error != 0) {
		free(channel);
		return error;
	}
	channel->server = server;
	channel->opened = instant_now();
	channel->next = *list;
	channel->at = list;
	if (channel->next != NULL)
		channel->next->at = &channel->next;
	*list = channel;
	server->udp_count += !tcp;
	server->tcp_count += tcp;
	*ret_line = channel;
	return 0;
}

static void start_queued_queries(struct dns_server *server)
{
	while (server->waiting != NULL && server->tcp_count < TCP_CHANNELS_MAX) {
		struct dns_query *q = server->waiting;
		struct dns_channel *channel;
		int error = open_channel(server, true, &channel);

		if (error == 0) {
			unlink_query(q);
			add_query_to_channel(channel, q);
			error = send_query(channel, q);
		}
		/* Without a free descriptor it waits until an open connection ends. */
		if ((error == EMFILE || error == ENFILE) && server->tcp_count > 0)
			return;
		if (error != 0)
			reply_kind(q, reply_kind_of_errno(error));
	}
}

/* The query has just left its UDP channel. */
static void send_query_by_tcp(struct dns_query *q)
{
	q->by_tcp = true;
	q->deadline = instant_plus(instant_now(), q->server->timeout);
	queue_query_for_tcp(q->server, q);
	start_queued_queries(q->server);
}

/* --- receiving ------------------------------------------------------------------------- */

static void end_flooded_channel(struct dns_channel *channel)
{
	struct dns_query *flooded = NULL, *q;

	if (channel->socket.tcp) {
		end_channel(channel, REPLY_FLOODED);
		return;
	}
	while ((q = channel->queries) != NULL) {
		unlink_query(q);
		link_query(&flooded, q);
	}
	close_channel(channel);
	while ((q = flooded) != NULL) {
		unlink_query(q);
		send_query_by_tcp(q);
	}
}

static void count_unwanted(struct dns_channel *channel)
{
	unsigned max = channel->socket.tcp ? UNWANTED_TCP_MAX : UNWANTED_UDP_MAX;

	if (++channel->unwanted > max)
		end_flooded_channel(channel);
}

static struct dns_query *find_query(const struct dns_channel *channel, uint16_t id)
{
	struct dns_query *q = channel->queries;

	while (q != NULL && q->id != id)
		q = q->next;
	return q;
}

static void take_dns_answer(struct dns_query *q, enum dns_answer_status status,
			    struct dns_answer *answer)
{
	struct dns_reply r = { .tcp = q->by_tcp };

	if (!q->by_tcp && status == DNS_ANSWER_VALID && answer->truncated) {
		unlink_query(q);
		send_query_by_tcp(q);
		return;
	}
	dns_reply_read(&r, status, answer, q->server->trusted);
	unlink_query(q);
	deliver_reply(q, &r);
	dns_reply_fini(&r);
}

static void on_channel_received(struct dns_socket *s, struct view message)
{
	struct dns_channel *channel = (struct dns_channel *)s;
	struct dns_query *q = NULL;
	enum dns_answer_status status = DNS_ANSWER_FOREIGN;
	struct dns_answer answer;
	uint16_t id;

	if (dns_message_id(message, &id))
		q = find_query(channel, id);
	if (q != NULL)
		status = dns_answer_read(message, q->name, q->type, &answer);
	if (status == DNS_ANSWER_FOREIGN)
		count_unwanted(channel);
	else
		take_dns_answer(q, status, &answer);
}

static void on_channel_failed(struct dns_socket *s, int error)
{
	end_channel((struct dns_channel *)s, reply_kind_of_errno(error));
}

static void on_channel_turn_done(struct dns_socket *s)
{
	struct dns_server *server = ((struct dns_channel *)s)->server;
	struct dns_server_hook hook = server->hook;

	start_queued_queries(server);
	hook.turn_done(hook.user);
}

static void on_channel_closed(struct dns_socket *s)
{
	free(s);
}

static const struct dns_socket_events channel_events = {
	on_channel_received,
	on_channel_failed,
	on_channel_turn_done,
	on_channel_closed,
};

/* --- asking ---------------------------------------------------------------------------- */

/* An open UDP channel with room, searched from a random one on; NULL: all are full. */
static struct dns_channel *channel_to_share(const struct dns_server *server,
					    unsigned random)
{
	struct dns_channel *channel = server->udp;

	for (unsigned n = server->udp_count > 0 ? random % server->udp_count : 0; n > 0;
	     n--)
		channel = channel->next;
	for (unsigned n = server->udp_count; n > 0; n--) {
		if (channel->query_count < UDP_QUERIES_MAX)
			return channel;
		channel = channel->next != NULL ? channel->next : server->udp;
	}
	return NULL;
}

static int choose_udp_channel(struct dns_server *server, unsigned random,
			      struct dns_channel **ret_line)
{
	int error = EMFILE;

	if (server->udp_count < UDP_CHANNELS_MAX)
		error = open_channel(server, false, ret_line);
	if (error != EMFILE && error != ENFILE)
		return error;
	*ret_line = channel_to_share(server, random);
	return *ret_line != NULL ? 0 : error;
}

/* Returns 0 or an errno. */
static int send_query_by_udp(struct dns_server *server, struct dns_query *q)
{
	struct {
		uint16_t id, channel;
	} random;
	struct dns_channel *channel;
	int error = -uv_random(NULL, NULL, &random, sizeof(random), 0, NULL);

	if (error == 0)
		error = choose_udp_channel(server, random.channel, &channel);
	if (error != 0)
		return error;
	q->id = random.id;
	while (find_query(channel, q->id) != NULL)
		q->id++;
	unlink_query(q);
	add_query_to_channel(channel, q);
	return send_query(channel, q);
}

void dns_server_query(struct dns_server *server, const char *name, enum dns_type type,
		      struct dns_query *q)
{
	size_t n = strlen(name);
	int error = EINVAL;

	q->server = server;
	q->channel = NULL;
	q->by_tcp = false;
	q->type = type;
	q->deadline = instant_plus(instant_now(), server->timeout);
	server->pending++;
	queue_query_for_tcp(server, q);
	if (server->closing) {
		reply_kind(q, REPLY_CANCELLED);
		return;
	}
	if (n < sizeof(q->name)) {
		memcpy(q->name, name, n + 1);
		error = send_query_by_udp(server, q);
	}
	if (error != 0)
		reply_kind(q,
			   error == EINVAL ? REPLY_INTERNAL : reply_kind_of_errno(error));
}

void dns_query_cancel(struct dns_query *q)
{
	if (q->server == NULL)
		return;
	unlink_query(q);
	q->server->pending--;
	q->server = NULL;
}

/* --- time ------------------------------------------------------------------------------ */

static void collect_late_queries(struct dns_query *q, struct instant now,
				 struct dns_query **late)
{
	struct dns_query *next;

	for (; q != NULL; q = next) {
		next = q->next;
		if (instant_before(now, q->deadline))
			continue;
		unlink_query(q);
		link_query(late, q);
	}
}

static void collect_late_in_channels(struct dns_channel *channel, struct instant now,
				     struct dns_query **late)
{
	struct dns_channel *next;

	for (; channel != NULL; channel = next) {
		next = channel->next;
		collect_late_queries(channel->queries, now, late);
	}
}

/* Ends the queries of old connections, because others wait for a connection. */
static void expire_old_connections(struct dns_server *server, struct instant now)
{
	for (struct dns_channel *channel = server->tcp; channel != NULL;
	     channel = channel->next)
		if (!instant_before(
			now, instant_plus(channel->opened, span_of_ms(TCP_PATIENCE_MS))))
			for (struct dns_query *q = channel->queries; q != NULL; q = q->next)
				q->deadline = now;
}

void dns_server_tick(struct dns_server *server, struct instant now)
{
	struct dns_query *late = NULL;

	if (server->pending == 0)
		return;
	if (server->waiting != NULL)
		expire_old_connections(server, now);
	collect_late_in_channels(server->udp, now, &late);
	collect_late_in_channels(server->tcp, now, &late);
	collect_late_queries(server->waiting, now, &late);
	while (late != NULL)
		reply_kind(late, REPLY_SILENT);
	start_queued_queries(server);
}

size_t dns_server_pending(const struct dns_server *server)
{
	return server->pending;
}

/* --- the server ------------------------------------------------------------------------ */

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
	server->waiting_end = &server->waiting;
	return server;
}

void dns_server_free(struct dns_server *server)
{
	if (server == NULL)
		return;
	server->closing = true;
	while (server->udp != NULL)
		end_channel(server->udp, REPLY_CANCELLED);
	while (server->tcp != NULL)
		end_channel(server->tcp, REPLY_CANCELLED);
	while (server->waiting != NULL)
		reply_kind(server->waiting, REPLY_CANCELLED);
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
