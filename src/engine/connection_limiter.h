/* gate.h - the budgets of connections: so many in all, so many to one address.
 *
 * Servers limit connections per client, and a shared host serves thousands of names. A connection
 * for which there is no place waits in a line; the wait is not the server's fault. One gate per
 * engine thread: a server's targets share a thread, so its address is counted in one place.
 *
 * Ranks keep services that hang from holding up those that answer. At an address, as in all, a
 * free place goes to the line of the first rank that may take it; a line that was passed over
 * LIMITER_PASSED_OVER_MAX times comes next, so that nothing waits for ever. Ranks but the first leave
 * places free for those before them:
 *
 *   rank              of an address                 in all
 *   LIMITER_ORDINARY     all places                    all
 *   LIMITER_ON_DEMAND    half                          half
 *   LIMITER_SLOW         half                          three quarters
 *   LIMITER_LOW_PRIORITY       all but one                   half
 *   all but ordinary  all but one                   three quarters
 *
 * At least one place each. A humble connection never goes before an ordinary one.
 */
#ifndef MAILVANE_CONNECTION_LIMITER_H
#define MAILVANE_CONNECTION_LIMITER_H

#include "address.h"

enum limiter_rank {
	LIMITER_ORDINARY,     /* a target of the schedule */
	LIMITER_ON_DEMAND,    /* somebody asked for it */
	LIMITER_SLOW,         /* its last probe ended in a timeout, and so may this one */
	LIMITER_LOW_PRIORITY, /* a customer name, a look for old TLS: can wait */
	LIMITER_RANKS,
};

enum { LIMITER_PASSED_OVER_MAX = 4 };

struct address_queue;

/* One connection that wants in. The caller's storage; zeroed before use. */
struct limiter_ticket {
	/* Said later when connection_limiter_enter was false; never from within a call of the gate. */
	void (*admitted)(struct limiter_ticket *);
	struct address_queue *address_queue;
	struct limiter_ticket *next;
	int where;
	enum limiter_rank rank;
};

struct limiter_queue {
	struct limiter_ticket *first, **last;
};

/* Places of one kind, and who waits for them. */
struct connection_limiter_places {
	unsigned taken[LIMITER_RANKS];
	unsigned
	    passed_over[LIMITER_RANKS]; /* in a row, while somebody of the rank waited */
	struct limiter_queue lines[LIMITER_RANKS];
};

struct limiter {
	unsigned max, per_address_max;
	unsigned inside, waiting;
	struct address_queue **table;
	size_t address_queues; /* in the table: of those inside or waiting */
	struct connection_limiter_places
	    places;                 /* in all, for those that have one at their address */
	struct limiter_queue ready; /* admitted, not yet told */
};

/* False: out of memory. */
bool connection_limiter_init(struct limiter *, unsigned max, unsigned per_address_max);
void connection_limiter_fini(struct limiter *);
void connection_limiter_set_limits(struct limiter *, unsigned max,
				   unsigned per_address_max);

/* True: come in. False: wait for `admitted`. */
bool connection_limiter_enter(struct limiter *, struct limiter_ticket *,
			      const struct address *);

/* Out again, or out of the line. Harmless for a ticket never used. */
void connection_limiter_leave(struct limiter *, struct limiter_ticket *);

/* Somebody waits for a place at the address of this one, which is inside. */
bool connection_limiter_is_wanted(const struct limiter_ticket *);

/* Tells those who were admitted since; call it from the loop, not from a callback. True when
 * somebody was told. */
bool limiter_callback(struct limiter *);

#endif
