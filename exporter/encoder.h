/* encoder.h - the lines of Prometheus's text format 0.0.4, one family after the other.
 *
 * A family's HELP and TYPE are written before its first sample, so a family without samples
 * leaves no trace. The labels that say which target is meant come from the subject.
 */
#ifndef MAILVANE_ENCODER_H
#define MAILVANE_ENCODER_H

#include "draft.h"
#include "plan.h"

/* A label value beyond is cut: some are a stranger's. */
enum { LABEL_VALUE_MAX = 1024 };

enum metric_kind { COUNTER, GAUGE };

struct family {
	const char *name, *help;
	enum metric_kind kind;
};

struct encoder {
	struct draft *out;
	const struct family *family;
	bool headed; /* HELP and TYPE are written */

	/* The subject; both NULL: the exporter itself. */
	const struct target *target;
	const struct address *address; /* NULL: the target has one record for all */
};

/* Starts a family; ended by the next one. */
void encoder_family(struct encoder *, const struct family *);

/* Without labels of its own. */
void encoder_sample(struct encoder *, double value);
/* With one. */
void encoder_sample1(struct encoder *, const char *name, const char *label, double value);
/* With `count` of them. */
void encoder_samples(struct encoder *, const struct label *, size_t count, double value);

/* "0.25", "1795313459.123", "NaN", "+Inf". */
void encoder_number(struct draft *, double value);

#endif
