/* range.c - one pass from left to right. */
#include "range.h"

#include "buffer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 40 };

/* What strtod knows beside decimal numbers (hexadecimal, "inf", blanks) is none of ours. */
static bool range_parse_number(struct view v, double *ret_number)
{
	char text[NUMBER_MAX];
	double number;
	char *end;

	if (v.n == 0 || v.n >= sizeof(text))
		return false;
	memcpy(text, v.p, v.n);
	text[v.n] = '\0';
	if (strspn(text, "0123456789+-.eE") != v.n)
		return false;
	number = strtod(text, &end);
	if (*end != '\0' || !isfinite(number))
		return false;
	*ret_number = number;
	return true;
}

static bool parse_start(struct view v, double *ret_start)
{
	if (v.n == 0)
		return true;
	if (v.n == 1 && *v.p == '~') {
		*ret_start = -INFINITY;
		return true;
	}
	return range_parse_number(v, ret_start);
}

bool range_parse(const char *text, struct range *ret_range)
{
	struct range r = { .start = 0, .end = INFINITY, .inside = *text == '@' };
	struct view end = view_of(text + r.inside), start = end;
	const char *colon = end.n > 0 ? memchr(end.p, ':', end.n) : NULL;

	start.n = 0;
	if (colon != NULL) {
		start.n = (size_t)(colon - end.p);
		end = view_skip(end, start.n + 1);
	}
	if (!parse_start(start, &r.start))
		return false;
	if ((colon == NULL || end.n > 0) && !range_parse_number(end, &r.end))
		return false;
	if (r.start > r.end)
		return false;
	*ret_range = r;
	return true;
}

bool range_alerts(const struct range *r, double value)
{
	bool open = isinf(r->start) && isinf(r->end);
	bool within = open || (value >= r->start && value <= r->end);

	return within == r->inside;
}

/* %f of a large number has hundreds of digits. */
static void range_put_number(struct buffer *b, double number)
{
	buffer_format(b, fabs(number) < 1e20 ? "%f" : "%g", number);
}

const char *range_text(const struct range *r, char dst[RANGE_TEXT_MAX])
{
	struct buffer b;

	buffer_init(&b, dst, RANGE_TEXT_MAX);
	if (r->inside)
		buffer_text(&b, "@");
	if (isinf(r->start)) {
		buffer_text(&b, "~:");
	} else if (r->start != 0 || isinf(r->end)) {
		range_put_number(&b, r->start);
		buffer_text(&b, ":");
	}
	if (!isinf(r->end))
		range_put_number(&b, r->end);
	return buffer_string(&b);
}
