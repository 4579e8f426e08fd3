/* client_table.h - all connections, the state of each, and which one is closed when there
 * is no room.
 *
 * The table knows no sockets and no clock. Used by the web thread only. A connection has
 * one row from accept to close, and at most one request at a time. The row is always in one
 * of these states:
 *
 *   state      what happens                                     next
 *   RECEIVING  a request is not complete (TLS handshake, too)   ANSWERING IDLE CLOSING
 *   ANSWERING  its answer is made piece by piece and sent       QUEUED SUSPENDED IDLE CLOSING
 *   QUEUED     it waits for its turn at a large answer          ANSWERING CLOSING
 *   SUSPENDED  it waits for another thread: a password hash,    ANSWERING CLOSING
 *              a probe, a reload, the next event
 *   IDLE       answered; the next request has not begun         RECEIVING CLOSING
 *   CLOSING    shut down; libmicrohttpd closes it next          the row is free
 *
 * Every end of a request (answered, client gone, connection evicted, deadline over,
 * exporter ending) is a move to IDLE or CLOSING; client_table_remove follows CLOSING. No
 * client can lock out others: if there is no room, a new connection evicts one of the
 * client that has most. Some rows are reserved for clients on this machine.
 */
#ifndef MAILVANE_CLIENT_TABLE_H
#define MAILVANE_CLIENT_TABLE_H

#include "client_name.h"
#include "instant.h"

#include <stddef.h>

enum {
	CLIENTS_MAX = 512,
	CLIENTS_LOCAL = 64, /* of CLIENTS_MAX, reserved for loopback and Unix sockets */
	CLIENTS_PER_NAME = 128,
	CLIENTS_CLOSING = 128, /* additional rows, for connections that are closing */
	CLIENTS_ROWS = CLIENTS_MAX + CLIENTS_CLOSING,

	/* Deadlines in seconds: for a request to arrive; for an answer, from the
	 * complete request to its last byte; for a connection without a request, long
	 * enough to keep the connection of a scrape each minute. */
	CLIENT_RECEIVE_S = 10,
	CLIENT_ANSWER_S = 300,
	CLIENT_QUEUE_S = 60,
	CLIENT_IDLE_S = 120,
	/* Seconds in which an answer cannot be evicted. */
	CLIENT_SAFE_S = 10,

	/* Large answers at once for one client: remote, and on this machine, where it
	 * may be a proxy. An answer that takes longer than CLIENT_SAFE_S waits for its
	 * reader and is no longer counted. */
	CLIENT_LARGE_REMOTE = 4,
	CLIENT_LARGE_LOCAL = 16,
};

enum client_state {
	CLIENT_FREE, /* the row is not used */
	CLIENT_RECEIVING,
	CLIENT_ANSWERING,
	CLIENT_QUEUED,
	CLIENT_SUSPENDED,
	CLIENT_IDLE,
	CLIENT_CLOSING,
	CLIENT_STATES,
};

/* The label value of the metric mailvane_http_slots. */
const char *client_state_word(unsigned state);

struct request;
struct rules;

struct client {
	int fd;
	enum client_state state;
	struct client_name name;
	bool large;        /* the current answer is a large one */
	bool half_closed;  /* the client sends nothing more, and may not read either */
	size_t name_count; /* rows of this client that are not CLOSING */
	/* begin of RECEIVING or IDLE; in other states, begin of the answer */
	struct instant since;

	/* Set by connection.c and request.c. */
	struct request *request; /* NULL: there is no request */
	struct rules *rules;     /* the rules that its TLS began with; NULL: no TLS */
};

struct client_table {
	struct client rows[CLIENTS_ROWS];
	size_t n; /* rows in use */
};

/* True: no row is free until closing connections are closed. */
bool client_table_full(const struct client_table *);
/* Returns whether one more connection of that client is admitted. *ret_leaves: the
 * connection to close for it; NULL: none. */
bool client_table_admit(struct client_table *, struct client_name, struct instant now,
			struct client **ret_leaves);
/* Adds a row in state RECEIVING; the table must not be full. The pointer is valid until
 * client_table_remove. */
struct client *client_table_add(struct client_table *, int fd, struct client_name,
				struct instant now);
void client_table_remove(struct client_table *, struct client *);

/* False, and nothing changes, if the table above has no such move. */
bool client_table_move(struct client_table *, struct client *, enum client_state,
		       struct instant now);

/* Returns whether the client may get a large answer now, and counts it from then on. */
bool client_table_may_answer_large(struct client_table *, struct client *,
				   struct instant now);
/* Puts the QUEUED rows into list, oldest first. Returns their number. */
size_t client_table_queue(struct client_table *, struct client *list[CLIENTS_ROWS]);

/* A row whose deadline is over; NULL: there is none. */
struct client *client_table_overdue(struct client_table *, struct instant now);

void client_table_count(const struct client_table *, unsigned ret_count[CLIENT_STATES]);

#endif
