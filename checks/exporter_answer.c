/* exporter_answer.c - an HTTP answer, the verdict inside it, its age, and the words for each. */
#include "exporter_answer.h"

#include "exporter_query.h"
#include "plugin_text.h"
#include "verdict_reader.h"

#include <string.h>

enum { UNKNOWN = 3, SHOWN_MAX = 300 };

/* Words from outside, on one line and not too many of them. */
static void answer_put(struct buffer *b, struct view text)
{
	char shown[SHOWN_MAX];

	buffer_text(b, plugin_text_copy(shown, sizeof(shown), text));
}

/* The rest of "MAIL UNKNOWN - ..." is put behind this. */
static void answer_give_up(struct exporter_answer *a, struct buffer *words)
{
	a->code = UNKNOWN;
	buffer_init(words, a->words, sizeof(a->words));
	buffer_text(words, "MAIL UNKNOWN - ");
}

/* Whole milliseconds: no locale writes a comma into them. */
static void answer_put_seconds(struct buffer *b, struct span span)
{
	long long ms = span.ns / 1000000;

	buffer_format(b, "%lld.%03lld", ms / 1000, ms % 1000);
}

/* The last lines; `age` is the one value check_mail does not have. */
static void answer_put_age(struct exporter_answer *a,
			   const struct check_mailvane_options *q, const struct verdict *s)
{
	char age[SPAN_TEXT_MAX], interval[SPAN_TEXT_MAX];
	struct buffer b;

	buffer_init(&b, a->age, sizeof(a->age));
	if (s->pending.n > 0) {
		answer_put(&b, s->pending);
		buffer_text(&b, ": not probed yet\n");
	}
	buffer_format(&b, "probed %s ago, every %s, by the exporter at ",
		      span_text(s->age, age), span_text(s->interval, interval));
	answer_put(&b, view_of(q->url));
	buffer_text(&b, "|age=");
	answer_put_seconds(&b, s->age);
	buffer_text(&b, "s;;");
	answer_put_seconds(&b, s->limit);
	buffer_text(&b, ";0\n");
	a->last = buffer_view(&b);
}

/* The first line without its performance values. */
static struct view summary_of(struct view report)
{
	const char *end = memchr(report.p, '\n', report.n), *bar;

	if (end != NULL)
		report.n = (size_t)(end - report.p);
	bar = memchr(report.p, '|', report.n);
	if (bar != NULL)
		report.n = (size_t)(bar - report.p);
	return report;
}

/* What was known, without values: they are not those of now. */
static void answer_is_stale(struct exporter_answer *a,
			    const struct check_mailvane_options *q, const struct verdict *s)
{
	char age[SPAN_TEXT_MAX], limit[SPAN_TEXT_MAX];
	struct buffer b;

	answer_give_up(a, &b);
	answer_put(&b, view_of(q->server));
	buffer_text(&b, " ");
	answer_put(&b, s->service);
	buffer_format(&b, ": the last verdict is %s old, more than %s; last known:\n",
		      span_text(s->age, age), span_text(s->limit, limit));
	buffer_put(&b, summary_of(s->report));
	if (b.full)
		answer_put(&b, summary_of(s->report));
	a->report = buffer_view(&b);
	answer_put_age(a, q, s);
}

static void answer_is_early(struct exporter_answer *a, const struct verdict *s)
{
	struct buffer b;

	answer_give_up(a, &b);
	answer_put(&b, s->pending);
	buffer_text(&b, ": not probed yet, the exporter has just begun");
	a->report = buffer_view(&b);
}

static void answer_is_verdict(struct exporter_answer *a,
			      const struct check_mailvane_options *q,
			      const struct verdict *s)
{
	if (s->results == 0) {
		answer_is_early(a, s);
	} else if (exporter_verdict_is_stale(s)) {
		answer_is_stale(a, q, s);
	} else {
		a->code = (int)s->state;
		a->report = s->report;
		answer_put_age(a, q, s);
	}
}

static void answer_is_refusal(struct exporter_answer *a, unsigned status, struct view body)
{
	struct buffer b;

	answer_give_up(a, &b);
	buffer_format(&b, "the exporter answers %u: ", status);
	answer_put(&b, body);
	if (status == 401 || status == 403)
		buffer_text(&b, " (ask through its Unix socket, unix:PATH)");
	a->report = buffer_view(&b);
}

static void answer_is_foreign(struct exporter_answer *a,
			      const struct check_mailvane_options *q, const char *before,
			      const char *behind)
{
	struct buffer b;

	answer_give_up(a, &b);
	buffer_text(&b, before);
	answer_put(&b, view_of(q->url));
	buffer_text(&b, behind);
	a->report = buffer_view(&b);
}

void exporter_answer_read(const struct check_mailvane_options *q, struct view http,
			  struct exporter_answer *ret_answer)
{
	struct verdict verdict;
	struct view body;
	unsigned status;

	ret_answer->last = (struct view){ 0 };
	if (!exchange_read(http, &status, &body))
		answer_is_foreign(ret_answer, q, "the answer from ",
				  " is cut off or not HTTP");
	else if (status != 200)
		answer_is_refusal(ret_answer, status, body);
	else if (!verdict_reader_read(body, q->max_age, &verdict))
		answer_is_foreign(ret_answer, q, "what answers at ",
				  " is no mailvane_exporter of this version");
	else
		answer_is_verdict(ret_answer, q, &verdict);
}
