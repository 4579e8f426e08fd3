/* name_metrics.c - metrics of customers' names. Counts begin with 0; times are absent until
 * they are known. */
#include "name_metrics.h"

#include <stdlib.h>
#include <string.h>

static const char *state_word(unsigned state)
{
	static const char *const words[] = { "ok", "warning", "critical", "unknown" };

	return words[state];
}

static const char *name_metrics_fault_word(unsigned fault)
{
	return fault_name((enum fault)fault);
}

const struct words name_results_state_words = { "state", state_word, 0, STATE_COUNT - 1 };
const struct words name_results_fault_words = { "fault", name_metrics_fault_word,
						FAULT_TLS_HANDSHAKE, CERT_FAULT_LAST };
const struct words name_result_labels = { .label = "name, fault" };

/* --- subjects ----------------------------------------------------------------------------- */

static size_t name_metrics_wrong(const struct name_results_summary *s)
{
	return s->announced[STATE_WARNING] + s->announced[STATE_CRITICAL] +
	       s->announced[STATE_UNKNOWN];
}

static size_t name_metrics_shown(const struct name_results_subject *r)
{
	size_t n = name_metrics_wrong(&r->summary);

	return n < r->room ? n : r->room;
}

void name_results_subject_next(struct name_results_subject *r,
			       const struct name_check *next)
{
	const struct name_check *before = r->name_check;
	size_t taken = before != NULL ? name_metrics_shown(r) : 0;

	name_results_subject_fini(r);
	if (before != NULL && strcmp(before->target->server, next->target->server) == 0)
		r->room -= taken;
	else
		r->room = NAME_SERIES_MAX;
	r->name_check = next;
	name_results_summary(next->name_results, &r->summary);
}

void name_results_subject_fini(struct name_results_subject *r)
{
	if (r->name_check != NULL)
		name_results_summary_fini(&r->summary);
	r->name_check = NULL;
}

/* --- rows --------------------------------------------------------------------------------- */

static void put_count(struct encoder *e, size_t count)
{
	encoder_number(e, number_of((int64_t)count));
}

static void put_moment(struct encoder *e, struct moment m)
{
	if (m.ms != 0)
		encoder_number(e, (struct number){ m.ms, 3 });
}

static void name_metrics_put_span(struct encoder *e, struct span span)
{
	encoder_number(e, (struct number){ span.ns, 9 });
}

void name_results_read_total(struct encoder *e, const struct subject *s)
{
	put_count(e, s->name_results->summary.total);
}

void name_results_read_asked(struct encoder *e, const struct subject *s)
{
	put_count(e, s->name_results->summary.asked);
}

void name_results_read_confirmed(struct encoder *e, const struct subject *s)
{
	for (unsigned i = 0; i < STATE_COUNT; i++)
		encoder_word(e, i,
			     number_of((int64_t)s->name_results->summary.announced[i]));
}

/* Faults that every certificate can have are always written; others only if there are
 * some. */
void name_results_read_faults(struct encoder *e, const struct subject *s)
{
	for (unsigned f = FAULT_TLS_HANDSHAKE; f <= CERT_FAULT_LAST; f++) {
		size_t count = s->name_results->summary.faults[f];
		bool always = f == FAULT_TLS_HANDSHAKE ||
			      (f >= CERT_FAULT_FIRST && f <= FAULT_CERT_PURPOSE);

		if (always || count > 0)
			encoder_word(e, f, number_of((int64_t)count));
	}
}

void name_results_read_without_own(struct encoder *e, const struct subject *s)
{
	put_count(e, s->name_results->summary.without_own);
}

void name_results_read_earliest(struct encoder *e, const struct subject *s)
{
	put_moment(e, s->name_results->summary.earliest);
}

void name_results_read_oldest(struct encoder *e, const struct subject *s)
{
	put_moment(e, name_results_oldest(s->name_results->name_check->name_results));
}

void name_results_read_interval(struct encoder *e, const struct subject *s)
{
	name_metrics_put_span(e, s->name_results->name_check->interval);
}

void name_results_read_behind(struct encoder *e, const struct subject *s)
{
	name_metrics_put_span(e, s->name_results->summary.lateness);
}

void name_results_read_paused(struct encoder *e, const struct subject *s)
{
	put_count(e, s->name_results->summary.paused.ms != 0);
}

void name_results_read_asks(struct encoder *e, const struct subject *s)
{
	encoder_number(e, number_of((int64_t)s->name_results->summary.probes));
}

void name_results_read_names(struct encoder *e, const struct subject *s)
{
	static const struct name_results_query question = { .states = NAME_RESULTS_WRONG,
							    .announced = true };
	size_t max = name_metrics_shown(s->name_results);
	struct name_result *names = max > 0 ? calloc(max, sizeof(*names)) : NULL;
	size_t count = 0;

	if (names != NULL)
		count = name_results_find(s->name_results->name_check->name_results,
					  &question, names, max, NULL);
	for (size_t i = 0; i < count; i++) {
		const struct label labels[] = { { "name", names[i].name },
						{ "fault", fault_name(names[i].fault) } };

		encoder_labels(e, labels, ARRAY_SIZE(labels),
			       number_of(names[i].announced));
	}
	if (names != NULL)
		name_result_list_fini(names, count);
	free(names);
}

void name_results_read_hidden(struct encoder *e, const struct subject *s)
{
	put_count(e, name_metrics_wrong(&s->name_results->summary) -
			 name_metrics_shown(s->name_results));
}
