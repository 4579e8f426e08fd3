/* dns_server.h - one DNS server, asked by UDP and TCP.
 *
 * Each question has a UDP socket of its own, so that whoever wants to forge its answer must guess
 * the source port as well as the id (RFC 5452 section 9.2); the next question has another. Only
 * when many are under way do some share one. What one name's answer is like has no effect on the
 * questions for other names.
 *
 * When the answer is truncated, or so many answers to other questions come in that somebody may
 * be guessing, the question is asked again by TCP, on a connection of its own.
 */
#ifndef MAILVANE_DNS_SERVER_H
#define MAILVANE_DNS_SERVER_H

#include "dns_reply.h"
#include "instant.h"

#include <uv.h>

/* Called after each turn in which a socket was read or written. */
struct dns_server_hook {
	void (*worked)(void *user);
	void *user;
};

struct dns_server;
struct dns_line;

/* One question to one server. The caller's storage, which must stay until the reply or until it
 * is cancelled. */
struct dns_query {
	/* The caller's to set: exactly one reply comes, lent for the call. */
	void (*replied)(struct dns_query *, const struct dns_reply *);

	/* To read: it goes or went by TCP. */
	bool by_tcp;

	/* The server's. */
	struct dns_server *server; /* NULL: not under way */
	struct dns_line *line;     /* NULL: it waits for a connection */
	struct dns_query *next, **at;
	struct instant deadline;
	enum dns_type type;
	uint16_t id;
	char name[DNS_NAME_MAX];
};

/* NULL: out of memory. The loop must outlive it. */
struct dns_server *dns_server_new(uv_loop_t *, const struct address *, struct span timeout,
				  const struct dns_server_hook *);
/* Every question is replied to with REPLY_CANCELLED. NULL does nothing. Not from within a
 * reply. */
void dns_server_free(struct dns_server *);

/* From now on it is asked to say what it has validated (RFC 6840 section 5.7), and believed. */
void dns_server_trust(struct dns_server *);
bool dns_server_is_trusted(const struct dns_server *);

const struct address *dns_server_address(const struct dns_server *);

/* The reply comes perhaps before this returns, and not later than twice the timeout, once for
 * each of UDP and TCP, if dns_server_tick is called. The name is absolute; "" is the root. */
void dns_server_ask(struct dns_server *, const char *name, enum dns_type,
		    struct dns_query *);
/* The reply will not come. Does nothing if the question is not under way. */
void dns_query_cancel(struct dns_query *);

/* Questions without a reply. */
size_t dns_server_pending(const struct dns_server *);

/* Ends what has waited for too long. */
void dns_server_tick(struct dns_server *, struct instant now);

#endif
