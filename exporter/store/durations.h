/* durations.h - histograms of how long probes took: one for each service over all servers, and
 * one for each target that wants its own.
 *
 * Counted by the engine threads under a lock that is held for a few stores; nothing is allocated
 * there.
 */
#ifndef MAILVANE_DURATIONS_H
#define MAILVANE_DURATIONS_H

#include "histogram.h"

struct durations;

/* NULL: out of memory. */
struct durations *durations_new(void);
/* NULL does nothing. */
void durations_free(struct durations *);

/* Goes over to the services and targets of a plan, which it holds. What is counted of those in
 * both stays, unless the limits are others. By one thread at a time. Out of memory: nothing
 * changes. */
void durations_load(struct durations *, struct plan *);

/* A probe has ended. From any thread; what is in no plan is passed over. */
void durations_put(struct durations *, const struct target *, struct span took);

/* Copies the one of a target. False: it has none. From any thread; NULL has none of anything. */
bool durations_of(struct durations *, const struct target *,
		  struct histogram *ret_histogram);

enum { SERVICE_NAME_MAX = 65 };

struct service_durations {
	char service[SERVICE_NAME_MAX];
	struct histogram histogram;
};

/* Copies those of the services, sorted by name, for the caller to free. Returns how many. */
size_t durations_of_services(struct durations *, struct service_durations **ret_list);

#endif
