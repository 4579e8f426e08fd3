/* outage.h - servers none of whose services can be reached: reported once, not once for
 * each service.
 *
 * An outage begins with the first service whose failure is confirmed while all others of
 * the server fail, too. It is reported when the failures of all services are confirmed.
 * Engine threads update it; any thread may read it.
 */
#ifndef MAILVANE_OUTAGE_H
#define MAILVANE_OUTAGE_H

#include "plan.h"

struct outages;

/* NULL: out of memory. outages_free(NULL) does nothing. */
struct outages *outages_new(void);
void outages_free(struct outages *);

enum outage_change {
	OUTAGE_NONE,       /* report the service itself */
	OUTAGE_SUPPRESSED, /* the failure is part of an outage: do not report the service */
	/* the failure of the last service is confirmed: report the server instead */
	OUTAGE_STARTED,
	/* a service can be reached again: report the server and the service */
	OUTAGE_ENDED,
	/* it was no outage after all: report each service that was suppressed */
	OUTAGE_REVOKED,
};

/* To be called for each result after it is in the target's slot. Returns what to report.
 * Sets *ret_services to the number of services of the server for OUTAGE_STARTED and
 * OUTAGE_ENDED. */
enum outage_change outages_update(struct outages *, const struct plan *,
				  const struct target *, const struct result *,
				  const struct published *, size_t *ret_services);

/* Number of services of a server whose outage was reported; 0: there is no such outage. */
size_t outages_services(struct outages *, const char *server);

/* Removes servers that are not in the plan. */
void outages_retain(struct outages *, const struct plan *);

/* Returns true if a probe with this outcome made no connection: it failed at DNS or
 * connect. */
bool outage_is_unreachable(enum state, enum fault, enum phase);

#endif
