/* durations.h - histograms of probe durations: one for each service over all servers, and
 * one for each target with histogram = true.
 *
 * Engine threads count under a lock that is held for a few stores; they allocate nothing.
 */
#ifndef MAILVANE_DURATIONS_H
#define MAILVANE_DURATIONS_H

#include "histogram.h"
#include "listener.h"

struct durations;

/* NULL: out of memory. */
struct durations *durations_new(void);
/* NULL does nothing. */
void durations_free(struct durations *);

/* Uses the services and targets of a plan, and holds a reference to it. Counts of those
 * that are in both plans stay, unless the bucket limits differ. One thread at a time.
 * Out of memory: nothing changes. */
void durations_load(struct durations *, struct plan *);

/* Counts a probe. Any thread; a target that is not in the plan is ignored. */
void durations_put(struct durations *, const struct target *, struct span took);

/* Copies the histogram of a target. False: it has none, or durations is NULL. Any
 * thread. */
bool durations_of(struct durations *, const struct target *,
		  struct histogram *ret_histogram);

enum { SERVICE_NAME_MAX = 65 };

struct service_durations {
	char service[SERVICE_NAME_MAX];
	struct histogram histogram;
};

/* Copies the histograms of the services, sorted by name, into an array that the caller
 * frees. Returns their number. */
size_t durations_of_services(struct durations *, struct service_durations **ret_list);

/* For the sink: the user is a struct durations. */
extern const struct listener_calls durations_calls;

#endif
