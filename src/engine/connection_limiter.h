/* connection_limiter.h - limits how many connections are open, in all and to one address.
 *
 * Servers limit the connections of a client, and a shared host serves thousands of names. A
 * connection above a limit waits in a queue, first for its address, then for the total; the wait
 * does not count against the server. Each engine thread has one limiter, and all targets of a host
 * belong to one thread.
 *
 * Ranks keep services that hang from blocking those that answer. A connection that ends is
 * replaced by one of the first rank that waits and may be admitted; a rank that was passed over
 * LIMITER_PASSED_OVER_MAX times comes next. Only ordinary connections may use the whole limit:
 *
 *   rank                   to one address   in all
 *   LIMITER_ORDINARY       all              all
 *   LIMITER_ON_DEMAND      half             half
 *   LIMITER_SLOW           half             three quarters
 *   LIMITER_LOW_PRIORITY   all but one      half
 *   all but ordinary       all but one      three quarters
 *
 * Each share is at least one connection. A connection of low priority is never admitted before an
 * ordinary one that waits.
 */
#ifndef MAILVANE_CONNECTION_LIMITER_H
#define MAILVANE_CONNECTION_LIMITER_H

#include "address.h"

enum limiter_rank {
	LIMITER_ORDINARY,  /* a scheduled probe of a target */
	LIMITER_ON_DEMAND, /* a probe on demand */
	LIMITER_SLOW,      /* a scheduled probe of a target that timed out the last time */
	LIMITER_LOW_PRIORITY, /* a customer name, a probe for legacy TLS: it can wait */
	LIMITER_RANKS,
};

enum { LIMITER_PASSED_OVER_MAX = 4 };

struct address_queue;

/* One connection that asks for admission. The caller's storage; zeroed, but for `admitted` and
 * `rank`, before use. */
struct limiter_ticket {
	/* Called by connection_limiter_call_admitted, when connection_limiter_enter was false. */
	void (*admitted)(struct limiter_ticket *);
	struct address_queue *address_queue;
	struct limiter_ticket *next;
	int state; /* 0: neither admitted nor waiting */
	enum limiter_rank rank;
};

struct limiter_queue {
	struct limiter_ticket *first, **last;
};

/* One limit: the connections that count against it and those that wait for it. */
struct limiter_level {
	unsigned admitted[LIMITER_RANKS];
	unsigned
	    passed_over[LIMITER_RANKS]; /* in a row, while a ticket of the rank waited */
	struct limiter_queue queues[LIMITER_RANKS];
};

struct connection_limiter {
	unsigned max, per_address_max;
	unsigned admitted_count, waiting;
	struct address_queue **table; /* hash table of the addresses in use */
	size_t address_queues;        /* how many are in the table */
	struct limiter_level level;   /* the limit in all */
	struct limiter_queue ready;   /* admitted, but `admitted` is not called yet */
};

/* False: out of memory. A limit of 0 counts as 1. */
bool connection_limiter_init(struct connection_limiter *, unsigned max,
			     unsigned per_address_max);
void connection_limiter_fini(struct connection_limiter *);
void connection_limiter_set_limits(struct connection_limiter *, unsigned max,
				   unsigned per_address_max);

/* True: the connection is admitted. False: it waits, and `admitted` will be called. */
bool connection_limiter_enter(struct connection_limiter *, struct limiter_ticket *,
			      const struct address *);

/* Ends an admitted connection, or stops waiting. Does nothing for a ticket that is not in use. */
void connection_limiter_leave(struct connection_limiter *, struct limiter_ticket *);

/* Whether another connection waits for the address of this one, which is admitted. */
bool connection_limiter_has_waiters(const struct limiter_ticket *);

/* Calls `admitted` of the tickets that were admitted since the last call. It is called from the
 * loop, not from a callback. Returns whether there were any. */
bool connection_limiter_call_admitted(struct connection_limiter *);

#endif
