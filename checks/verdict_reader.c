/* verdict_reader.c - see standing.h. */
#include "verdict_reader.h"

#include "view.h"

#include <string.h>

enum { INTERVALS = 3, STATES = 4 };

static const char first_line[] = "mailvane verdict 1\n";

static bool take_number(struct view *line, uint64_t max, uint64_t *ret_number)
{
	struct view word;

	return view_next_word(line, &word) && view_number(word, max, ret_number);
}

/* Whose age is the larger share of what it may be? */
static double share(struct span age, struct span limit)
{
	return (double)age.ns / (double)limit.ns;
}

static bool take_result(struct verdict *s, struct view line, struct span max_age)
{
	const uint64_t ms_max = INT64_MAX / 1000000;
	uint64_t age_ms, interval_ms;
	struct span age, limit;

	if (!take_number(&line, ms_max, &age_ms) ||
	    !take_number(&line, ms_max / INTERVALS, &interval_ms) || interval_ms == 0)
		return false;
	age = span_of_ms((int64_t)age_ms);
	limit = max_age.ns > 0 ? max_age : span_of_ms((int64_t)interval_ms * INTERVALS);
	if (s->results++ == 0 || share(age, limit) > share(s->age, s->limit)) {
		s->age = age;
		s->limit = limit;
		s->interval = span_of_ms((int64_t)interval_ms);
		s->service = view_trim(line);
	}
	return true;
}

static bool verdict_reader_take_line(struct verdict *s, struct view line,
				     struct span max_age)
{
	struct view word;
	uint64_t state;

	if (!view_next_word(&line, &word))
		return false;
	if (view_equal(word, "result"))
		return take_result(s, line, max_age);
	if (view_equal(word, "pending")) {
		if (s->pending.n == 0)
			s->pending = view_trim(line);
		return true;
	}
	if (!view_equal(word, "state") || !take_number(&line, STATES - 1, &state))
		return false;
	s->state = (unsigned)state;
	return true;
}

bool verdict_reader_read(struct view body, struct span max_age, struct verdict *ret_verdict)
{
	struct verdict s = { .state = STATES };

	if (body.n < strlen(first_line) ||
	    memcmp(body.p, first_line, strlen(first_line)) != 0)
		return false;
	body = view_skip(body, strlen(first_line));
	for (;;) {
		const char *end = body.n > 0 ? memchr(body.p, '\n', body.n) : NULL;
		struct view line = { body.p, 0 };

		if (end == NULL)
			return false;
		line.n = (size_t)(end - body.p);
		body = view_skip(body, line.n + 1);
		if (line.n == 0)
			break;
		if (!verdict_reader_take_line(&s, line, max_age))
			return false;
	}
	s.report = body;
	if (s.state == STATES || (s.results == 0 && s.pending.n == 0) ||
	    (s.results > 0 && (body.n == 0 || body.p[body.n - 1] != '\n')))
		return false;
	*ret_verdict = s;
	return true;
}

bool exporter_verdict_is_stale(const struct verdict *s)
{
	return s->results > 0 && s->age.ns > s->limit.ns;
}
