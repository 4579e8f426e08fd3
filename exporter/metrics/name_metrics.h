/* name_results_metrics.h - how the rows about customers' names are read: few series for thousands of
 * names, and one for each name only while something is confirmed to be wrong with it.
 */
#ifndef MAILVANE_NAME_METRICS_H
#define MAILVANE_NAME_METRICS_H

#include "metrics.h"

/* Names of one server that have a series of their own, at all its services together. */
enum { NAME_SERIES_MAX = 100 };

/* One service that is asked for names; {0} is a beginning. */
struct name_results_subject {
	const struct hosting *hosting;
	struct name_results_summary summary;
	size_t room; /* series of names that are left to the server */
};

/* The next of the plan's; finish it. Those of one server are neighbours. */
void name_results_subject_next(struct name_results_subject *, const struct hosting *);
void name_results_subject_fini(struct name_results_subject *);

extern const struct words name_results_state_words, name_results_fault_words,
    name_result_labels;

void name_results_read_total(struct encoder *, const struct subject *);
void name_results_read_asked(struct encoder *, const struct subject *);
void name_results_read_confirmed(struct encoder *, const struct subject *);
void name_results_read_faults(struct encoder *, const struct subject *);
void name_results_read_without_own(struct encoder *, const struct subject *);
void name_results_read_earliest(struct encoder *, const struct subject *);
void name_results_read_oldest(struct encoder *, const struct subject *);
void name_results_read_interval(struct encoder *, const struct subject *);
void name_results_read_behind(struct encoder *, const struct subject *);
void name_results_read_paused(struct encoder *, const struct subject *);
void name_results_read_asks(struct encoder *, const struct subject *);
void name_results_read_names(struct encoder *, const struct subject *);
void name_results_read_hidden(struct encoder *, const struct subject *);

#endif
