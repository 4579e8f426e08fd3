/* name_metrics.h - reads the metrics of customers' names: few series for thousands of
 * names, and a series for one name only while it has a confirmed fault. */
#ifndef MAILVANE_NAME_METRICS_H
#define MAILVANE_NAME_METRICS_H

#include "metrics.h"

/* Names of one server with a series of their own, over all its services. */
enum { NAME_SERIES_MAX = 100 };

/* One target with names. To be zeroed at the start. */
struct name_results_subject {
	const struct name_check *name_check;
	struct name_results_summary summary;
	size_t room; /* series of names that the server may still have */
};

/* Moves to a target with names; targets of one server follow each other. To be freed
 * with name_results_subject_fini. */
void name_results_subject_next(struct name_results_subject *, const struct name_check *);
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
