/* server_health.h - what the records of all targets of one server say together. */
#ifndef MAILVANE_SERVER_HEALTH_H
#define MAILVANE_SERVER_HEALTH_H

#include "plan.h"

/* {0}: none. */
struct server_health {
	const struct target *first; /* of its targets */
	bool unreachable;           /* each record so far is */
};

/* True: the target is of another server, which is to be begun. */
bool server_health_ends(const struct server_health *, const struct target *next);
void server_health_begin(struct server_health *, const struct target *first);

/* The records of one of its targets; without any it is not known to be unreachable. */
void server_health_add(struct server_health *, const struct brief *records, size_t count);

#endif
