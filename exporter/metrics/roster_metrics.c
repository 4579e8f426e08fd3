/* roster_metrics.c - counts are there from the start, as 0; times only when they are known. */
#include "roster_metrics.h"

#include <stdlib.h>
#include <string.h>

static const char *state_word(unsigned state)
{
	static const char *const words[] = { "ok", "warning", "critical", "unknown" };

	return words[state];
}

static const char *fault_word(unsigned fault)
{
	return fault_name((enum fault)fault);
}

const struct words roster_state_words = { "state", state_word, 0, STATE_COUNT - 1 };
const struct words roster_fault_words = { "fault", fault_word, FAULT_TLS_HANDSHAKE,
					  CERT_FAULT_LAST };
const struct words roster_name_labels = { .label = "name, fault" };

/* --- subjects ----------------------------------------------------------------------------- */

static size_t wrong(const struct roster_summary *s)
{
	return s->announced[STATE_WARNING] + s->announced[STATE_CRITICAL] +
	       s->announced[STATE_UNKNOWN];
}

static size_t shown(const struct roster_subject *r)
{
	size_t n = wrong(&r->summary);

	return n < r->room ? n : r->room;
}

void roster_subject_next(struct roster_subject *r, const struct hosting *next)
{
	const struct hosting *before = r->hosting;
	size_t taken = before != NULL ? shown(r) : 0;

	roster_subject_fini(r);
	if (before != NULL && strcmp(before->target->server, next->target->server) == 0)
		r->room -= taken;
	else
		r->room = NAME_SERIES_MAX;
	r->hosting = next;
	roster_summary(next->roster, &r->summary);
}

void roster_subject_fini(struct roster_subject *r)
{
	if (r->hosting != NULL)
		roster_summary_fini(&r->summary);
	r->hosting = NULL;
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

static void put_span(struct encoder *e, struct span span)
{
	encoder_number(e, (struct number){ span.ns, 9 });
}

void roster_read_total(struct encoder *e, const struct subject *s)
{
	put_count(e, s->roster->summary.total);
}

void roster_read_asked(struct encoder *e, const struct subject *s)
{
	put_count(e, s->roster->summary.asked);
}

void roster_read_confirmed(struct encoder *e, const struct subject *s)
{
	for (unsigned i = 0; i < STATE_COUNT; i++)
		encoder_word(e, i, number_of((int64_t)s->roster->summary.announced[i]));
}

/* What every certificate can be found guilty of, and what else was found. */
void roster_read_faults(struct encoder *e, const struct subject *s)
{
	for (unsigned f = FAULT_TLS_HANDSHAKE; f <= CERT_FAULT_LAST; f++) {
		size_t count = s->roster->summary.faults[f];
		bool always = f == FAULT_TLS_HANDSHAKE ||
			      (f >= CERT_FAULT_FIRST && f <= FAULT_CERT_PURPOSE);

		if (always || count > 0)
			encoder_word(e, f, number_of((int64_t)count));
	}
}

void roster_read_without_own(struct encoder *e, const struct subject *s)
{
	put_count(e, s->roster->summary.without_own);
}

void roster_read_earliest(struct encoder *e, const struct subject *s)
{
	put_moment(e, s->roster->summary.earliest);
}

void roster_read_oldest(struct encoder *e, const struct subject *s)
{
	put_moment(e, roster_oldest(s->roster->hosting->roster));
}

void roster_read_interval(struct encoder *e, const struct subject *s)
{
	put_span(e, s->roster->hosting->interval);
}

void roster_read_behind(struct encoder *e, const struct subject *s)
{
	put_span(e, s->roster->summary.behind);
}

void roster_read_paused(struct encoder *e, const struct subject *s)
{
	put_count(e, s->roster->summary.paused.ms != 0);
}

void roster_read_asks(struct encoder *e, const struct subject *s)
{
	encoder_number(e, number_of((int64_t)s->roster->summary.asks));
}

void roster_read_names(struct encoder *e, const struct subject *s)
{
	static const struct roster_question question = { .states = ROSTER_WRONG,
							 .announced = true };
	size_t max = shown(s->roster);
	struct roster_name *names = max > 0 ? calloc(max, sizeof(*names)) : NULL;
	size_t count = 0;

	if (names != NULL)
		count =
		    roster_find(s->roster->hosting->roster, &question, names, max, NULL);
	for (size_t i = 0; i < count; i++) {
		const struct label labels[] = { { "name", names[i].name },
						{ "fault", fault_name(names[i].fault) } };

		encoder_labels(e, labels, ARRAY_SIZE(labels),
			       number_of(names[i].announced));
	}
	if (names != NULL)
		roster_names_fini(names, count);
	free(names);
}

void roster_read_hidden(struct encoder *e, const struct subject *s)
{
	put_count(e, wrong(&s->roster->summary) - shown(s->roster));
}
