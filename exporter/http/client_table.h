/* client_table.h - who is connected, what each connection does, and which one has to leave.
 *
 * A table without sockets or a clock. A connection has one row from accept to close, and with it
 * at most one request; the row is always in one of these states:
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
 * Whatever ends a request (answered, client gone, displaced, overdue, server stopping) is a move
 * to IDLE or CLOSING, and client_table_remove follows the latter. Nobody is locked out by
 * others: where there is no room, a new connection displaces one of whoever has the most. Clients
 * of this machine have some rows to themselves.
 */
#ifndef MAILVANE_CLIENT_TABLE_H
#define MAILVANE_CLIENT_TABLE_H

#include "client_name.h"
#include "instant.h"

#include <stddef.h>

enum {
	CLIENTS_MAX = 512,
	CLIENTS_LOCAL = 64, /* of these, for loopback and Unix sockets alone */
	CLIENTS_PER_NAME = 128,
	CLIENTS_CLOSING = 128, /* more rows, for those that are not closed yet */
	CLIENTS_ROWS = CLIENTS_MAX + CLIENTS_CLOSING,

	/* Seconds a request may take to arrive; an answer, from the complete request to its last
	 * byte; a connection may be kept unused: a scrape a minute keeps its connection. */
	CLIENT_RECEIVE_S = 10,
	CLIENT_ANSWER_S = 300,
	CLIENT_QUEUE_S = 60,
	CLIENT_IDLE_S = 120,
	/* How long an answer is safe from being displaced. */
	CLIENT_SAFE_S = 10,

	/* Large answers at once for one name, from afar and on this machine, where a proxy may
	 * speak for many. One that takes longer than it is safe waits for its reader, and counts no
	 * more. */
	CLIENT_LARGE_REMOTE = 4,
	CLIENT_LARGE_LOCAL = 16,
};

enum client_state {
	CLIENT_FREE, /* no row */
	CLIENT_RECEIVING,
	CLIENT_ANSWERING,
	CLIENT_QUEUED,
	CLIENT_SUSPENDED,
	CLIENT_IDLE,
	CLIENT_CLOSING,
	CLIENT_STATES,
};

/* The word of the metric mailvane_http_slots. */
const char *client_state_word(unsigned state);

struct request;
struct rules;

struct client {
	int fd;
	enum client_state state;
	struct client_name name;
	bool large;        /* the answer under way is a large one */
	bool half_closed;  /* nothing more comes from there; perhaps nobody reads either */
	size_t name_count; /* rows of the name, without those that are CLOSING */
	struct instant since; /* of RECEIVING and IDLE; otherwise when the answer began */

	/* Of whoever fills the table. */
	struct request *request; /* NULL: none has begun */
	struct rules *rules;     /* NULL: not with TLS */
};

struct client_table {
	struct client rows[CLIENTS_ROWS];
	size_t n; /* in use */
};

/* Too many are CLOSING: nobody can be let in before they are closed. */
bool client_table_full(const struct client_table *);
/* Whether one more of that name may come in, and who has to leave for it; NULL: nobody. */
bool client_table_admit(struct client_table *, struct client_name, struct instant now,
			struct client **ret_leaves);
/* RECEIVING; only when not full. The pointer is good until client_table_remove. */
struct client *client_table_add(struct client_table *, int fd, struct client_name,
				struct instant now);
void client_table_remove(struct client_table *, struct client *);

/* False, and nothing changes, where the picture above has no such move. */
bool client_table_move(struct client_table *, struct client *, enum client_state,
		       struct instant now);

/* Whether the client may have a large answer beside what others of its name have; from then on it
 * counts, and its answer begins. */
bool client_table_may_answer_large(struct client_table *, struct client *,
				   struct instant now);
/* The QUEUED ones in the order of their turns. How many; all fit into list. */
size_t client_table_queue(struct client_table *, struct client *list[CLIENTS_ROWS]);

/* One that is past its deadline; NULL: none. */
struct client *client_table_overdue(struct client_table *, struct instant now);

void client_table_count(const struct client_table *, unsigned ret_count[CLIENT_STATES]);

#endif
