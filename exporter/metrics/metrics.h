/* metrics.h - every metric there is, in one table: name, type, unit, help and how it is read.
 *
 * Conventions: https://prometheus.io/docs/practices/naming/. A new metric is one row.
 */
#ifndef MAILVANE_METRICS_H
#define MAILVANE_METRICS_H

#include "encoder.h"
#include "health.h"
#include "server_health.h"

/* What there is one set of samples of. */
enum scope {
	SCOPE_EXPORTER,
	SCOPE_TARGET, /* known without a result */
	SCOPE_TALLY, /* of a record; 0 before the first result, so that rate() sees the first rise */
	SCOPE_RECORD,       /* of a record */
	SCOPE_SERVER,       /* of all targets of a server together */
	SCOPE_NAME_RESULTS, /* of a target that is asked for customers' names */
};

struct name_results_subject;

/* What samples are read from. The pointers that the scope does not have are NULL. */
struct subject {
	const struct health *health;
	const struct target *target;
	const struct brief *record; /* SCOPE_TALLY: may be NULL */
	const struct server_health *server;
	const struct name_results_subject *name_results;
};

struct metric {
	struct family family;
	enum scope scope;
	unsigned parts; /* enum brief_part: what is read of a record beyond its head */
	/* Writes the samples there are, perhaps none. */
	void (*read)(struct encoder *, const struct subject *);
};

extern const struct metric metrics[];
extern const size_t metric_count;

#endif
