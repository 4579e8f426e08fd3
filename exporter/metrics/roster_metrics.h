/* roster_metrics.h - how the rows about customers' names are read: few series for thousands of
 * names, and one for each name only while something is confirmed to be wrong with it.
 */
#ifndef MAILVANE_ROSTER_METRICS_H
#define MAILVANE_ROSTER_METRICS_H

#include "metrics.h"

/* Names of one server that have a series of their own, at all its services together. */
enum { NAME_SERIES_MAX = 100 };

/* One service that is asked for names; {0} is a beginning. */
struct roster_subject {
	const struct hosting *hosting;
	struct roster_summary summary;
	size_t room; /* series of names that are left to the server */
};

/* The next of the plan's; finish it. Those of one server are neighbours. */
void roster_subject_next(struct roster_subject *, const struct hosting *);
void roster_subject_fini(struct roster_subject *);

extern const struct words roster_state_words, roster_fault_words, roster_name_labels;

void roster_read_total(struct encoder *, const struct subject *);
void roster_read_asked(struct encoder *, const struct subject *);
void roster_read_confirmed(struct encoder *, const struct subject *);
void roster_read_faults(struct encoder *, const struct subject *);
void roster_read_without_own(struct encoder *, const struct subject *);
void roster_read_earliest(struct encoder *, const struct subject *);
void roster_read_oldest(struct encoder *, const struct subject *);
void roster_read_interval(struct encoder *, const struct subject *);
void roster_read_behind(struct encoder *, const struct subject *);
void roster_read_paused(struct encoder *, const struct subject *);
void roster_read_asks(struct encoder *, const struct subject *);
void roster_read_names(struct encoder *, const struct subject *);
void roster_read_hidden(struct encoder *, const struct subject *);

#endif
