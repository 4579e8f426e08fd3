/* outage.h - servers none of whose services is reached: one story each, not one for each service.
 *
 * The first service whose failure is confirmed while the others fail, too, begins it; when all are
 * confirmed it is told. Called by engine threads; asked by others.
 */
#ifndef MAILVANE_OUTAGE_H
#define MAILVANE_OUTAGE_H

#include "plan.h"

struct outages;

/* NULL: out of memory. */
struct outages *outages_new(void);
void outages_free(struct outages *);

enum outage_change {
	OUTAGE_NONE,       /* tell of the service, as ever */
	OUTAGE_SUPPRESSED, /* its failure is part of one: nothing is to be told of the service */
	OUTAGE_STARTED, /* the last failure is confirmed: tell of the server instead */
	OUTAGE_ENDED,   /* a service is reached again: tell of the server, too */
	OUTAGE_REVOKED, /* it was none: tell of every service whose failure was held */
};

/* What a result, filed in its slot, means for its server. ret_services: how many it has, where
 * the server is to be told of. */
enum outage_change outages_update(struct outages *, const struct plan *,
				  const struct target *, const struct result *,
				  const struct published *, size_t *ret_services);

/* How many services the server has, none of which is reached, as was told; else 0. */
size_t outages_services(struct outages *, const char *server);

/* Servers that are not in the plan are forgotten. */
void outages_retain(struct outages *, const struct plan *);

/* No connection: it failed at its name or before the server could say anything. */
bool outage_is_unreachable(enum state, enum fault, enum phase);

#endif
