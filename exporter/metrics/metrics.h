/* metrics.h - the table of all metrics: name, type, unit, help and the function that reads
 * it.
 *
 * Conventions: https://prometheus.io/docs/practices/naming/. A new metric is one row.
 */
#ifndef MAILVANE_METRICS_H
#define MAILVANE_METRICS_H

#include "encoder.h"
#include "health.h"
#include "server_health.h"

/* What a set of samples is about. */
enum scope {
	SCOPE_EXPORTER,
	SCOPE_TARGET, /* a target; known without a result */
	/* a counter of a record; 0 before the first result, so that rate() sees the
	 * first increase */
	SCOPE_TALLY,
	/* a record: the last result of a target or of one of its addresses */
	SCOPE_RECORD,
	SCOPE_SERVER,       /* all targets of a server together */
	SCOPE_NAME_RESULTS, /* a target with customers' names */
};

struct name_results_subject;

/* Where samples are read from. Pointers that the scope does not have are NULL. */
struct subject {
	const struct health *health;
	const struct target *target;
	const struct record_figures *record; /* SCOPE_TALLY: may be NULL */
	const struct server_health *server;
	const struct name_results_subject *name_results;
};

struct metric {
	struct family family;
	enum scope scope;
	unsigned parts; /* bits of enum figures_part: which parts of a record are read */
	/* Writes the samples of the subject; there may be none. */
	void (*read)(struct encoder *, const struct subject *);
};

extern const struct metric metrics[];
extern const size_t metric_count;

#endif
