/* gate.h - the budgets of connections: so many in all, so many to one address.
 *
 * Servers limit connections per client, and a shared host serves thousands of names. Who finds
 * the gate shut waits in line; the wait is not the server's fault. One gate per engine thread:
 * a server's targets share a thread, so its address is counted in one place.
 */
#ifndef MAILVANE_GATE_H
#define MAILVANE_GATE_H

#include "address.h"

struct gate_crowd;

/* One connection that wants in. The caller's storage; zeroed before use. */
struct gate_ticket {
	/* Said later when gate_enter was false; never from within a call of the gate. */
	void (*admitted)(struct gate_ticket *);
	struct gate_crowd *crowd;
	struct gate_ticket *next;
	int where;
	/* Goes behind all others: it comes in only where none of them waits, and its kind takes
	 * at most all places but one at an address and half of those in all; at least one. */
	bool humble;
};

struct gate_line {
	struct gate_ticket *first, **last;
};

struct gate {
	unsigned max, per_address_max;
	unsigned inside, waiting;
	unsigned humble_inside;
	struct gate_crowd **table;
	size_t crowds; /* in the table: of those inside or waiting */
	struct gate_line line,
	    humble_line;        /* have a place at their address, want one in all */
	struct gate_line ready; /* admitted, not yet told */
};

/* False: out of memory. */
bool gate_init(struct gate *, unsigned max, unsigned per_address_max);
void gate_fini(struct gate *);
void gate_set_limits(struct gate *, unsigned max, unsigned per_address_max);

/* True: come in. False: wait for `admitted`. */
bool gate_enter(struct gate *, struct gate_ticket *, const struct address *);

/* Out again, or out of the line. Harmless for a ticket never used. */
void gate_leave(struct gate *, struct gate_ticket *);

/* Tells those who were admitted since; call it from the loop, not from a callback. True when
 * somebody was told. */
bool gate_call(struct gate *);

#endif
