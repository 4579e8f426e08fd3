/* listener.h - what a part of the daemon is told of results and of changes of state.
 *
 * The sink calls all listeners, on an engine thread, which must not be kept: copy and return.
 * Whatever is lent is lent for the call. To keep something new of results (a writer to disk), write
 * its calls and add a row to the table of listeners in exporter.c.
 */
#ifndef MAILVANE_LISTENER_H
#define MAILVANE_LISTENER_H

#include "engine.h"
#include "outage.h"
#include "resolver_outage.h"

/* A probe has ended, and its result is in the target's slot. */
struct filed_result {
	const struct target *target;
	const struct result *result;
	const struct published *published; /* what it changed */
	/* It belongs to an outage that is reported once: not to be reported on its own. */
	bool in_outage;
};

/* An outage of a whole server has started, ended, or was none. */
struct server_change {
	enum outage_change change;
	const struct plan *plan;
	const struct target *target; /* one of the server's; its result made the change */
	const struct result *result;
	size_t services; /* that the server has */
};

/* An outage of our own name servers has started or ended. */
struct resolver_report {
	enum resolver_change change;
	const struct target *target;
	const struct result *result;
};

/* NULL: the listener does not need that. For one result the order is resolver, server, result. */
struct listener_calls {
	void (*result)(void *user, const struct filed_result *);
	void (*server)(void *user, const struct server_change *);
	void (*resolver)(void *user, const struct resolver_report *);
	/* As in engine.h, of customer names. */
	void (*name)(void *user, const struct target *, const struct name_result *,
		     const struct name_results_change *);
	void (*names_skipped)(void *user, uint64_t count);
};

struct listener {
	const struct listener_calls *calls;
	void *user;
};

/* Calls for each service of the server. */
void server_change_each_service(const struct server_change *,
				void (*call)(void *user, const struct target *),
				void *user);

#endif
