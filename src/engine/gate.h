/* gate.h - the budgets of connections: so many in all, so many to one address.
 *
 * Servers limit connections per client, and a shared host serves thousands of names. A connection
 * for which there is no place waits in a line; the wait is not the server's fault. One gate per
 * engine thread: a server's targets share a thread, so its address is counted in one place.
 *
 * Ranks keep services that hang from holding up those that answer. At an address, as in all, a
 * free place goes to the line of the first rank that may take it; a line that was passed over
 * GATE_PASSED_OVER_MAX times comes next, so that nothing waits for ever. Ranks but the first leave
 * places free for those before them:
 *
 *   rank              of an address                 in all
 *   GATE_ORDINARY     all places                    all
 *   GATE_ON_DEMAND    half                          half
 *   GATE_SLOW         half                          three quarters
 *   GATE_HUMBLE       all but one                   half
 *   all but ordinary  all but one                   three quarters
 *
 * At least one place each. A humble connection never goes before an ordinary one.
 */
#ifndef MAILVANE_GATE_H
#define MAILVANE_GATE_H

#include "address.h"

enum gate_rank {
	GATE_ORDINARY,  /* a target of the schedule */
	GATE_ON_DEMAND, /* somebody asked for it */
	GATE_SLOW,      /* its last probe ended in a timeout, and so may this one */
	GATE_HUMBLE,    /* a customer name, a look for old TLS: can wait */
	GATE_RANKS,
};

enum { GATE_PASSED_OVER_MAX = 4 };

struct gate_crowd;

/* One connection that wants in. The caller's storage; zeroed before use. */
struct gate_ticket {
	/* Said later when gate_enter was false; never from within a call of the gate. */
	void (*admitted)(struct gate_ticket *);
	struct gate_crowd *crowd;
	struct gate_ticket *next;
	int where;
	enum gate_rank rank;
};

struct gate_line {
	struct gate_ticket *first, **last;
};

/* Places of one kind, and who waits for them. */
struct gate_places {
	unsigned taken[GATE_RANKS];
	unsigned passed_over[GATE_RANKS]; /* in a row, while somebody of the rank waited */
	struct gate_line lines[GATE_RANKS];
};

struct gate {
	unsigned max, per_address_max;
	unsigned inside, waiting;
	struct gate_crowd **table;
	size_t crowds;             /* in the table: of those inside or waiting */
	struct gate_places places; /* in all, for those that have one at their address */
	struct gate_line ready;    /* admitted, not yet told */
};

/* False: out of memory. */
bool gate_init(struct gate *, unsigned max, unsigned per_address_max);
void gate_fini(struct gate *);
void gate_set_limits(struct gate *, unsigned max, unsigned per_address_max);

/* True: come in. False: wait for `admitted`. */
bool gate_enter(struct gate *, struct gate_ticket *, const struct address *);

/* Out again, or out of the line. Harmless for a ticket never used. */
void gate_leave(struct gate *, struct gate_ticket *);

/* Somebody waits for a place at the address of this one, which is inside. */
bool gate_is_wanted(const struct gate_ticket *);

/* Tells those who were admitted since; call it from the loop, not from a callback. True when
 * somebody was told. */
bool gate_call(struct gate *);

#endif
