/* encoder.h - the lines of Prometheus's text format 0.0.4 and of OpenMetrics 1.0, one family
 * after the other.
 *
 * A family's heading is written before its first sample, so a family without samples leaves no
 * trace. The labels that say which target is meant come from the subject.
 */
#ifndef MAILVANE_ENCODER_H
#define MAILVANE_ENCODER_H

#include "buffer.h"
#include "histogram.h"
#include "plan.h"
#include "strbuf.h"

/* A label value beyond is cut: some are a stranger's. */
enum { LABEL_VALUE_MAX = 1024 };

enum text_format { TEXT_PROMETHEUS, TEXT_OPENMETRICS };

/* An info's value is 1 and its labels are what it tells: a gauge in text 0.0.4. */
enum metric_kind { COUNTER, GAUGE, INFO, HISTOGRAM };

/* "counter", as OpenMetrics says it. */
const char *metric_kind_name(enum metric_kind);

/* Labels of a family's own. If it is one of few known values they are written out only once, for
 * encoder_word; else value is NULL and the labels are those of encoder_labels. */
struct words {
	const char *label; /* "phase", "fault, phase" */
	const char *(*value)(unsigned);
	unsigned first, last;
};

enum { WORDS_MAX = 16, WORD_TEXT_MAX = 64, METRIC_NAME_MAX = 96, SERVICE_TEXT_MAX = 128 };

struct family {
	const char *name; /* of the samples: "_total" and "_info" are part of it; that of a
			   * histogram is without "_bucket" and the like */
	const char *help;
	enum metric_kind kind;
	const char *unit; /* the end of the name: "seconds", "bytes"; "": it counts */
	const struct words *words; /* NULL: no labels of its own */
};

/* {0} with `out` and `format` is a beginning. */
struct encoder {
	struct strbuf *out;
	enum text_format format;
	struct moment created; /* of the subject's counters; ms 0: not known */

	/* Private: what lines are made of, written out once. Copied in blocks, so that there is
	 * more room than text. */
	const struct family *family;
	bool headed;            /* the heading is written */
	struct view name, stem; /* of the samples; without its ending */
	char name_text[METRIC_NAME_MAX];
	const struct target *target;
	const struct address *address;
	bool of_server;        /* whatever the service */
	struct strbuf subject; /* `{server="mx1",service="imaps"` */
	const struct service *service;
	size_t service_n;
	char service_text[SERVICE_TEXT_MAX]; /* `,service="imaps"` of the service */
	struct words_written {
		size_t n;
		char text[WORD_TEXT_MAX]; /* `,phase="dns"} ` */
	} words[WORDS_MAX];
};

void encoder_fini(struct encoder *);

/* What the following samples are about; lent until the next call. Address NULL: the target has
 * one record for all; target NULL, as at the beginning: the exporter itself. */
void encoder_subject(struct encoder *, const struct target *, const struct address *);
/* About all of a target's server: without service and address. */
void encoder_server(struct encoder *, const struct target *);

/* Starts a family, which must outlive it; ended by the next one. */
void encoder_family(struct encoder *, const struct family *);
/* The end of all: no family may follow. */
void encoder_end(struct encoder *);

/* A number that is not worth a floating point division: `units` / 10^`decimals`. */
struct number {
	int64_t units;
	unsigned decimals; /* at most 9 */
};

static inline struct number number_of(int64_t whole)
{
	return (struct number){ whole, 0 };
}

/* A sample without labels of its own. */
void encoder_number(struct encoder *, struct number);
/* With one of the family's words. */
void encoder_word(struct encoder *, unsigned word, struct number);
/* With `count` labels. */
void encoder_labels(struct encoder *, const struct label *, size_t count, struct number);
/* With one label more than the subject's, or NULL. */
void encoder_histogram(struct encoder *, const struct label *, const struct histogram *);
/* "0.25", "1795313459.123", "NaN", "+Inf". */
void encoder_double(struct encoder *, double);

#endif
