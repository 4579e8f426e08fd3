/* guests.h - who is connected, and who has to leave: limits and deadlines of HTTP connections.
 *
 * A rule book without sockets or a clock. Nobody is locked out by others: where there is no
 * room, a newcomer displaces the longest silent connection of whoever has the most. Callers
 * of this machine have some places to themselves.
 */
#ifndef MAILVANE_GUESTS_H
#define MAILVANE_GUESTS_H

#include "instant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
	GUESTS_MAX = 512,
	GUESTS_LOCAL = 64, /* of these, for loopback and Unix sockets alone */
	GUESTS_PER_ADDRESS = 128,
	/* Told to leave, and not gone yet. */
	GUESTS_LEAVING = 128,

	/* From the connection to the end of the first request, TLS handshake included. */
	GUESTS_ASK_S = 10,
	/* From an answer to the end of the next request: a scrape a minute keeps its connection. */
	GUESTS_IDLE_S = 120,
	/* An answer, sent to its last byte; and how long one is safe from being displaced. */
	GUESTS_ANSWER_S = 300,
	GUESTS_ANSWER_SAFE_S = 10,

	/* Heavy answers at once, from afar and on this machine, where a proxy may speak for
	 * many. One that takes longer than it is safe waits for its reader, and counts no more. */
	GUESTS_HEAVY_FAR = 4,
	GUESTS_HEAVY_LOCAL = 16,
};

/* Who: an IPv4 address, a /64 of IPv6, a user of this machine behind a Unix socket. */
struct guest_name {
	uint8_t family, bytes[8];
	bool local;
};

enum guest_state {
	GUEST_ENTERING, /* accepted, and not yet known to the server */
	GUEST_ASKING,   /* the first request is not complete */
	GUEST_SERVED,   /* the answer is not complete */
	GUEST_IDLE,     /* answered: the next request is not complete */
	GUEST_LEAVING,  /* told to leave */
};

struct guest {
	int fd;
	enum guest_state state;
	struct guest_name name;
	bool heavy;           /* what it is SERVED */
	size_t many;          /* of the name, without those that are LEAVING */
	struct instant since; /* of the state */
};

struct guests {
	struct guest list[GUESTS_MAX + GUESTS_LEAVING];
	size_t n;
};

/* The name of the other end; fd is asked for the user behind a Unix socket. */
struct guest_name guest_name_of(const struct sockaddr *, int fd);

/* Too many are LEAVING: wait for them before anyone is let in. */
bool guests_full(const struct guests *);

/* Whether one more of that name may come in, and who has to leave for it: -1, or a descriptor,
 * which is LEAVING from now on. */
bool guests_room(struct guests *, struct guest_name, struct instant now, int *ret_leaves);

/* ENTERING. What had the descriptor before is forgotten. Only
 * when not full. */
void guests_add(struct guests *, int fd, struct guest_name, struct instant now);
/* Nothing, if the descriptor is not known or is LEAVING. */
void guests_mark(struct guests *, int fd, enum guest_state, struct instant now);
void guests_remove(struct guests *, int fd);

/* Whether the guest, who is SERVED, may be served something heavy beside what others of its name
 * are; it counts, and its answer begins, from then on. */
bool guests_may_burden(struct guests *, int fd, struct instant now);

/* One that is past its deadline, LEAVING from now on; -1: none. */
int guests_overdue(struct guests *, struct instant now);

#endif
