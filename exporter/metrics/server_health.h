/* server_health.h - whether all targets of one server are unreachable, from their records.
 */
#ifndef MAILVANE_SERVER_HEALTH_H
#define MAILVANE_SERVER_HEALTH_H

#include "plan.h"

/* Zeroed: no server. */
struct server_health {
	const struct target *first; /* first target of the server */
	bool unreachable;           /* every record so far is unreachable */
};

/* True: the target is of another server, which has to be begun next. */
bool server_health_ends(const struct server_health *, const struct target *next);
void server_health_begin(struct server_health *, const struct target *first);

/* Adds the records of a target of the server. A target without records makes the server
 * not unreachable. */
void server_health_add(struct server_health *, const struct record_figures *records,
		       size_t count);

#endif
