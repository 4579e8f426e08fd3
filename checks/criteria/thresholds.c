/* thresholds.c - thresholds by phase. */
#include "thresholds.h"

#include <string.h>

static bool limit_name(struct view name, size_t *ret_index)
{
	enum phase phase;

	if (view_equal(name, "time")) {
		*ret_index = LIMIT_WHOLE;
		return true;
	}
	if (!phase_from_name(name, &phase))
		return false;
	*ret_index = phase;
	return true;
}

static const char *thresholds_name_of(size_t index)
{
	return index == LIMIT_WHOLE ? "time" : phase_name((enum phase)index);
}

static bool limit_parse(struct limit *limits, const char *option, struct view part,
			char error[REFUSAL_MAX])
{
	const char *equals = part.n > 0 ? memchr(part.p, '=', part.n) : NULL;
	struct view name = { part.p, equals != NULL ? (size_t)(equals - part.p) : 0 };
	struct view value = equals != NULL ? view_skip(part, name.n + 1) : part;
	struct limit limit = { .given = true };
	size_t index = LIMIT_WHOLE;

	if (equals != NULL && !limit_name(name, &index))
		return refusal(
		    error, option, part.p,
		    "before '=' stands time, dns, connect, greeting, capability, starttls, "
		    "tls, auth, mailbox or quit");
	if (value.n >= sizeof(limit.text))
		return refusal(error, option, part.p, "that is too long for a range");
	memcpy(limit.text, value.p, value.n);
	if (!range_parse(limit.text, &limit.range))
		return refusal(error, option, part.p,
			       "a range in seconds is needed, as 2, 0.5:3, ~:5 or @1:2");
	limits[index] = limit;
	return true;
}

bool thresholds_parse(struct limit limits[LIMITS_COUNT], const char *option,
		      const char *text, char error[REFUSAL_MAX])
{
	struct view rest = view_of(text);

	for (;;) {
		const char *comma = rest.n > 0 ? memchr(rest.p, ',', rest.n) : NULL;
		size_t n = comma != NULL ? (size_t)(comma - rest.p) : rest.n;

		if (!limit_parse(limits, option, (struct view){ rest.p, n }, error))
			return false;
		if (comma == NULL)
			return true;
		rest = view_skip(rest, n + 1);
	}
}

static bool broken(const struct limit *l, struct span took)
{
	return l->given && took.ns >= 0 && range_alerts(&l->range, span_seconds(took));
}

static void raise_to(struct finding *f, enum state state, size_t index, struct span took,
		     const struct limit *limit)
{
	long long us = took.ns / 1000;
	struct buffer b;

	if (state_worse(f->result.state, state) == f->result.state)
		return;
	f->result.state = state;
	if (index != LIMIT_WHOLE)
		f->result.phase = (enum phase)index;
	buffer_init(&b, f->remark, sizeof(f->remark));
	buffer_format(&b, "works, but %s took %lld.%06llds, outside of %s%s",
		      index == LIMIT_WHOLE ? "all" : thresholds_name_of(index),
		      us / 1000000, us % 1000000, limit->text,
		      state == STATE_CRITICAL ? " (critical)" : " (warning)");
	buffer_string(&b);
}

void thresholds_judge(const struct limits *limits, struct finding *f)
{
	for (size_t i = LIMITS_COUNT; i-- > 0;) {
		struct span took = i == LIMIT_WHOLE ? f->result.took : f->result.phases[i];

		if (broken(&limits->critical[i], took))
			raise_to(f, STATE_CRITICAL, i, took, &limits->critical[i]);
		else if (broken(&limits->warning[i], took))
			raise_to(f, STATE_WARNING, i, took, &limits->warning[i]);
	}
}

void thresholds_show(const struct limits *limits, struct report_limits *ret_shown)
{
	for (size_t i = 0; i < LIMITS_COUNT; i++) {
		const struct limit *w = &limits->warning[i], *c = &limits->critical[i];

		ret_shown->warning[i] = w->given ? w->text : NULL;
		ret_shown->critical[i] = c->given ? c->text : NULL;
	}
}

static bool is_upper_limit(const struct limit *l)
{
	return l->given && !l->range.inside && l->range.start <= 0;
}

bool thresholds_check(const struct limits *l, char error[REFUSAL_MAX])
{
	for (size_t i = 0; i < LIMITS_COUNT; i++) {
		const struct limit *w = &l->warning[i], *c = &l->critical[i];
		char what[120];
		struct buffer b;

		if (!is_upper_limit(w) || !is_upper_limit(c) ||
		    w->range.end <= c->range.end)
			continue;
		buffer_init(&b, what, sizeof(what));
		buffer_format(&b, "--warning %s=%s is above --critical",
			      thresholds_name_of(i), w->text);
		return refusal(error, buffer_string(&b), c->text,
			       "a warning would never be seen; exchange them");
	}
	return true;
}

bool thresholds_any(const struct limits *l)
{
	for (size_t i = 0; i < LIMITS_COUNT; i++)
		if (l->warning[i].given || l->critical[i].given)
			return true;
	return false;
}
