/* encoder.h - writes lines of Prometheus's text format 0.0.4 and of OpenMetrics 1.0, one
 * family after the other.
 *
 * The heading of a family is written before its first sample, so a family without samples
 * writes nothing. The subject gives the labels that name the target.
 */
#ifndef MAILVANE_ENCODER_H
#define MAILVANE_ENCODER_H

#include "buffer.h"
#include "histogram.h"
#include "negotiation.h"
#include "plan.h"
#include "strbuf.h"

/* Longer label values are cut, because some come from servers. */
enum { LABEL_VALUE_MAX = 1024 };

/* An info has the value 1 and labels with texts; it is a gauge in text 0.0.4. */
enum metric_kind { COUNTER, GAUGE, INFO, HISTOGRAM };

/* The name of the kind in OpenMetrics, such as "counter". */
const char *metric_kind_name(enum metric_kind);

/* The labels of a family. If there is one label with few known values they are written
 * out only once, for encoder_word; otherwise value is NULL and encoder_labels gives the
 * labels. */
struct words {
	const char *label; /* "phase", "fault, phase" */
	const char *(*value)(unsigned);
	unsigned first, last;
};

enum { WORDS_MAX = 16, WORD_TEXT_MAX = 64, METRIC_NAME_MAX = 96, SERVICE_TEXT_MAX = 128 };

struct family {
	/* name of the samples, with "_total" and "_info"; of a histogram without
	 * "_bucket" and the like */
	const char *name;
	const char *help;
	enum metric_kind kind;
	const char *unit;          /* the unit in the name: "seconds", "bytes"; "": none */
	const struct words *words; /* NULL: no labels but the subject's */
};

/* To be initialised with `out` and `format`, all else zero. */
struct encoder {
	struct strbuf *out;
	enum text_format format;
	struct moment created; /* when the subject's counters began; ms 0: not known */

	/* Private: parts of lines, written out once. They are copied in blocks, so there
	 * is more room than text. */
	const struct family *family;
	bool headed;            /* the heading of the family is written */
	struct view name, stem; /* name of the samples; the same without its ending */
	char name_text[METRIC_NAME_MAX];
	const struct target *target;
	const struct address *address;
	bool of_server;        /* true: samples have no label for the service */
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

/* Sets what the next samples are about; valid until the next call. address NULL: no
 * address label; target NULL, as at the start: the exporter itself. */
void encoder_subject(struct encoder *, const struct target *, const struct address *);
/* Sets the server of the target as the subject: no labels for service and address. */
void encoder_server(struct encoder *, const struct target *);

/* Begins a family, which must outlive the encoder, and ends the one before. */
void encoder_family(struct encoder *, const struct family *);
/* Ends the text; no family may follow. */
void encoder_end(struct encoder *);

/* A decimal number without floating point: `units` / 10^`decimals`. */
struct number {
	int64_t units;
	unsigned decimals; /* at most 9 */
};

static inline struct number number_of(int64_t whole)
{
	return (struct number){ whole, 0 };
}

/* Adds a sample with the subject's labels only. */
void encoder_number(struct encoder *, struct number);
/* Adds a sample with one of the family's words as label. */
void encoder_word(struct encoder *, unsigned word, struct number);
/* Adds a sample with `count` labels more. */
void encoder_labels(struct encoder *, const struct label *, size_t count, struct number);
/* Adds a histogram, with one label more than the subject's (NULL: none). */
void encoder_histogram(struct encoder *, const struct label *, const struct histogram *);
/* Adds a sample from a double: "0.25", "1795313459.123", "NaN", "+Inf". */
void encoder_double(struct encoder *, double);

#endif
