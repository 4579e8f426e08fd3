/* dns_server.c - questions on their sockets ("lines"), matched with what comes back.
 *
 * A question is in exactly one list: of its line, of those that wait for a TCP connection, or of
 * those being replied to. A reply may ask and cancel others, so nothing is held across one.
 */
#include "dns_server.h"

#include "dns_socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* UDP sockets; questions beyond join one of them, unless it has as many as it may. */
enum { UDP_LINES_MAX = 64, UDP_QUERIES_MAX = 64 };

/* TCP connections, each with one question. Further questions wait; then those connections end
 * that have not had an answer for so long. */
enum { TCP_LINES_MAX = 64, TCP_PATIENCE_MS = 1000 };

/* Messages to a line that answer none of its questions; with more, somebody floods us. By TCP
 * they come from the server itself. */
enum { UNWANTED_UDP_MAX = 256, UNWANTED_TCP_MAX = 16 };

struct dns_line {
	struct dns_socket socket; /* first, so that a socket is its line */
	struct dns_server *server;
	struct dns_line *next, **at;
	struct dns_query *queries;
	unsigned query_count, unwanted;
	struct instant opened;
};

struct dns_server {
	uv_loop_t *loop;
	struct address address;
	struct span timeout;
	struct dns_line *udp, *tcp;
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

static void close_line(struct dns_line *line)
{
	struct dns_server *server = line->server;

	if (line->socket.fd < 0)
		return;
	*line->at = line->next;
	if (line->next != NULL)
		line->next->at = line->at;
	server->udp_count -= !line->socket.tcp;
	server->tcp_count -= line->socket.tcp;
	dns_socket_close(&line->socket);
}

/* From whichever list it is in. A line without questions is closed. */
static void unlink_query(struct dns_query *q)
{
	struct dns_line *line = q->line;

	if (q->server->waiting_end == &q->next)
		q->server->waiting_end = q->at;
	*q->at = q->next;
	if (q->next != NULL)
		q->next->at = q->at;
	q->line = NULL;
	if (line != NULL && --line->query_count == 0)
		close_line(line);
}

static void enter_line(struct dns_line *line, struct dns_query *q)
{
	q->line = line;
	line->query_count++;
	link_query(&line->queries, q);
}

static void wait_for_line(struct dns_server *server, struct dns_query *q)
{
	q->next = NULL;
	q->at = server->waiting_end;
	*server->waiting_end = q;
	server->waiting_end = &q->next;
}

/* --- replies --------------------------------------------------------------------------- */

/* It is in no list. */
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

static enum reply_kind kind_of_error(int error)
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

/* All questions of a line that is of no more use. */
static void dns_server_end_line(struct dns_line *line, enum reply_kind kind)
{
	struct dns_query *ended = NULL, *q;

	while ((q = line->queries) != NULL) {
		unlink_query(q);
		link_query(&ended, q);
	}
	close_line(line);
	while ((q = ended) != NULL)
		reply_kind(q, kind);
}

/* --- sending --------------------------------------------------------------------------- */

static int send_query(struct dns_line *line, const struct dns_query *q)
{
	unsigned char question[DNS_QUESTION_MAX];
	size_t n = dns_question(question, q->id, q->name, q->type, line->server->trusted);

	return n > 0 ? dns_socket_send(&line->socket, question, n) : EINVAL;
}

static const struct dns_socket_events line_events;

static int open_line(struct dns_server *server, bool tcp, struct dns_line **ret_line)
{
	struct dns_line *line = calloc(1, sizeof(*line));
	struct dns_line **list = tcp ? &server->tcp : &server->udp;
	int error = ENOMEM;

	if (line != NULL)
		error = dns_socket_open(&line->socket, server->loop, &server->address, tcp,
					&line_events);
	if (error != 0) {
		free(line);
		return error;
	}
	line->server = server;
	line->opened = instant_now();
	line->next = *list;
	line->at = list;
	if (line->next != NULL)
		line->next->at = &line->next;
	*list = line;
	server->udp_count += !tcp;
	server->tcp_count += tcp;
	*ret_line = line;
	return 0;
}

static void start_waiting(struct dns_server *server)
{
	while (server->waiting != NULL && server->tcp_count < TCP_LINES_MAX) {
		struct dns_query *q = server->waiting;
		struct dns_line *line;
		int error = open_line(server, true, &line);

		if (error == 0) {
			unlink_query(q);
			enter_line(line, q);
			error = send_query(line, q);
		}
		/* Without a descriptor it waits for one of those that are open. */
		if ((error == EMFILE || error == ENFILE) && server->tcp_count > 0)
			return;
		if (error != 0)
			reply_kind(q, kind_of_error(error));
	}
}

/* It has just left its UDP line. */
static void ask_by_tcp(struct dns_query *q)
{
	q->by_tcp = true;
	q->deadline = instant_plus(instant_now(), q->server->timeout);
	wait_for_line(q->server, q);
	start_waiting(q->server);
}

/* --- receiving ------------------------------------------------------------------------- */

static void leave_flood(struct dns_line *line)
{
	struct dns_query *flooded = NULL, *q;

	if (line->socket.tcp) {
		dns_server_end_line(line, REPLY_FLOODED);
		return;
	}
	while ((q = line->queries) != NULL) {
		unlink_query(q);
		link_query(&flooded, q);
	}
	close_line(line);
	while ((q = flooded) != NULL) {
		unlink_query(q);
		ask_by_tcp(q);
	}
}

static void count_unwanted(struct dns_line *line)
{
	unsigned max = line->socket.tcp ? UNWANTED_TCP_MAX : UNWANTED_UDP_MAX;

	if (++line->unwanted > max)
		leave_flood(line);
}

static struct dns_query *query_of(const struct dns_line *line, uint16_t id)
{
	struct dns_query *q = line->queries;

	while (q != NULL && q->id != id)
		q = q->next;
	return q;
}

static void take_answer(struct dns_query *q, enum dns_sense sense,
			struct dns_answer *answer)
{
	struct dns_reply r = { .tcp = q->by_tcp };

	if (!q->by_tcp && sense == DNS_SENSE && answer->truncated) {
		unlink_query(q);
		ask_by_tcp(q);
		return;
	}
	dns_reply_read(&r, sense, answer, q->server->trusted);
	unlink_query(q);
	deliver_reply(q, &r);
	dns_reply_fini(&r);
}

static void on_line_heard(struct dns_socket *s, struct view message)
{
	struct dns_line *line = (struct dns_line *)s;
	struct dns_query *q = NULL;
	enum dns_sense sense = DNS_FOREIGN;
	struct dns_answer answer;
	uint16_t id;

	if (dns_message_id(message, &id))
		q = query_of(line, id);
	if (q != NULL)
		sense = dns_answer_read(message, q->name, q->type, &answer);
	if (sense == DNS_FOREIGN)
		count_unwanted(line);
	else
		take_answer(q, sense, &answer);
}

static void on_line_failed(struct dns_socket *s, int error)
{
	dns_server_end_line((struct dns_line *)s, kind_of_error(error));
}

static void on_line_worked(struct dns_socket *s)
{
	struct dns_server *server = ((struct dns_line *)s)->server;
	struct dns_server_hook hook = server->hook;

	start_waiting(server);
	hook.worked(hook.user);
}

static void on_line_closed(struct dns_socket *s)
{
	free(s);
}

static const struct dns_socket_events line_events = {
	on_line_heard,
	on_line_failed,
	on_line_worked,
	on_line_closed,
};

/* --- asking ---------------------------------------------------------------------------- */

/* One that is open, from a random place on; NULL: all are full. */
static struct dns_line *shared_line(const struct dns_server *server, unsigned random)
{
	struct dns_line *line = server->udp;

	for (unsigned n = server->udp_count > 0 ? random % server->udp_count : 0; n > 0;
	     n--)
		line = line->next;
	for (unsigned n = server->udp_count; n > 0; n--) {
		if (line->query_count < UDP_QUERIES_MAX)
			return line;
		line = line->next != NULL ? line->next : server->udp;
	}
	return NULL;
}

static int udp_line(struct dns_server *server, unsigned random, struct dns_line **ret_line)
{
	int error = EMFILE;

	if (server->udp_count < UDP_LINES_MAX)
		error = open_line(server, false, ret_line);
	if (error != EMFILE && error != ENFILE)
		return error;
	*ret_line = shared_line(server, random);
	return *ret_line != NULL ? 0 : error;
}

/* Returns 0 or an errno. */
static int ask_by_udp(struct dns_server *server, struct dns_query *q)
{
	struct {
		uint16_t id, line;
	} random;
	struct dns_line *line;
	int error = -uv_random(NULL, NULL, &random, sizeof(random), 0, NULL);

	if (error == 0)
		error = udp_line(server, random.line, &line);
	if (error != 0)
		return error;
	q->id = random.id;
	while (query_of(line, q->id) != NULL)
		q->id++;
	unlink_query(q);
	enter_line(line, q);
	return send_query(line, q);
}

void dns_server_ask(struct dns_server *server, const char *name, enum dns_type type,
		    struct dns_query *q)
{
	size_t n = strlen(name);
	int error = EINVAL;

	q->server = server;
	q->line = NULL;
	q->by_tcp = false;
	q->type = type;
	q->deadline = instant_plus(instant_now(), server->timeout);
	server->pending++;
	wait_for_line(server, q);
	if (server->closing) {
		reply_kind(q, REPLY_CANCELLED);
		return;
	}
	if (n < sizeof(q->name)) {
		memcpy(q->name, name, n + 1);
		error = ask_by_udp(server, q);
	}
	if (error != 0)
		reply_kind(q, error == EINVAL ? REPLY_INTERNAL : kind_of_error(error));
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

static void take_late_queries(struct dns_query *q, struct instant now,
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

static void take_late_lines(struct dns_line *line, struct instant now,
			    struct dns_query **late)
{
	struct dns_line *next;

	for (; line != NULL; line = next) {
		next = line->next;
		take_late_queries(line->queries, now, late);
	}
}

/* Connections that hold up others: their questions have had their time. */
static void hurry_connections(struct dns_server *server, struct instant now)
{
	for (struct dns_line *line = server->tcp; line != NULL; line = line->next)
		if (!instant_before(
			now, instant_plus(line->opened, span_of_ms(TCP_PATIENCE_MS))))
			for (struct dns_query *q = line->queries; q != NULL; q = q->next)
				q->deadline = now;
}

void dns_server_tick(struct dns_server *server, struct instant now)
{
	struct dns_query *late = NULL;

	if (server->pending == 0)
		return;
	if (server->waiting != NULL)
		hurry_connections(server, now);
	take_late_lines(server->udp, now, &late);
	take_late_lines(server->tcp, now, &late);
	take_late_queries(server->waiting, now, &late);
	while (late != NULL)
		reply_kind(late, REPLY_SILENT);
	start_waiting(server);
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
		dns_server_end_line(server->udp, REPLY_CANCELLED);
	while (server->tcp != NULL)
		dns_server_end_line(server->tcp, REPLY_CANCELLED);
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
