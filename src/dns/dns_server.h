/* dns_server.h - one DNS server and the queries to it, by UDP and TCP.
 *
 * Each query has its own UDP socket, so that an attacker who forges an answer must guess
 * the source port as well as the id (RFC 5452 section 9.2). Only if many queries are open
 * do some share a socket.
 *
 * A query is repeated by TCP, on its own connection, if the answer is truncated, or if so
 * many wrong answers arrive that somebody may be guessing.
 */
#ifndef MAILVANE_DNS_SERVER_H
#define MAILVANE_DNS_SERVER_H

#include "dns_reply.h"
#include "instant.h"

#include <uv.h>

/* turn_done is called after each turn of the loop in which a socket was read or written. */
struct dns_server_hook {
	void (*turn_done)(void *user);
	void *user;
};

struct dns_server;
struct dns_channel;

/* One query to one server. The caller owns the storage and keeps it until the reply or
 * until the query is cancelled. */
struct dns_query {
	/* The caller sets it. It is called exactly once; the reply is valid during the
	 * call. */
	void (*replied)(struct dns_query *, const struct dns_reply *);

	/* The caller may read it: the query was sent by TCP. */
	bool by_tcp;

	/* From here on for dns_server.c only. */
	struct dns_server *server;   /* NULL: not open */
	struct dns_channel *channel; /* NULL: it waits for a connection */
	struct dns_query *next, **at;
	struct instant deadline;
	enum dns_type type;
	uint16_t id;
	char name[DNS_NAME_MAX];
};

/* Returns NULL if memory fails. The loop must outlive the server. */
struct dns_server *dns_server_new(uv_loop_t *, const struct address *, struct span timeout,
				  const struct dns_server_hook *);
/* Replies to every open query with REPLY_CANCELLED. NULL does nothing. Must not be called
 * from within a reply. */
void dns_server_free(struct dns_server *);

/* From now on queries ask for the AD bit (RFC 6840 section 5.7), and the bit is trusted. */
void dns_server_trust(struct dns_server *);
bool dns_server_is_trusted(const struct dns_server *);

const struct address *dns_server_address(const struct dns_server *);

/* Sends the query. The reply may come before this returns, and comes after at most twice
 * the timeout (once for UDP, once for TCP) if dns_server_tick is called. The name is
 * absolute; "" is the root. */
void dns_server_query(struct dns_server *, const char *name, enum dns_type,
		      struct dns_query *);
/* Cancels the query: there will be no reply. Does nothing if it is not open. */
void dns_query_cancel(struct dns_query *);

/* How many queries have no reply yet. */
size_t dns_server_pending(const struct dns_server *);

/* Ends the queries whose time is over. */
void dns_server_tick(struct dns_server *, struct instant now);

#endif
