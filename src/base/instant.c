/* instant.c - the clocks, and spans as people write them. */
#include "instant.h"

#include "buffer.h"

#include <time.h>

enum { NS_PER_MS = 1000000, NS_PER_S = 1000000000 };

#define SPAN_PARSE_MAX_NS (INT64_C(3650) * 86400 * NS_PER_S)

/* Largest first. */
static const struct unit {
	const char *name;
	int64_t ns;
} units[] = {
	{ "d", INT64_C(86400) * NS_PER_S },
	{ "h", INT64_C(3600) * NS_PER_S },
	{ "m", INT64_C(60) * NS_PER_S },
	{ "s", NS_PER_S },
	{ "ms", NS_PER_MS },
};

struct instant instant_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (struct instant){ (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec };
}

struct moment moment_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (struct moment){ (int64_t)t.tv_sec * 1000 + t.tv_nsec / NS_PER_MS };
}

struct instant instant_plus(struct instant i, struct span s)
{
	struct instant sum;

	if (__builtin_add_overflow(i.ns, s.ns, &sum.ns))
		sum.ns = s.ns < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

bool instant_before(struct instant a, struct instant b)
{
	return a.ns < b.ns;
}

struct span span_between(struct instant a, struct instant b)
{
	struct span s;

	if (__builtin_sub_overflow(b.ns, a.ns, &s.ns))
		s.ns = b.ns < a.ns ? INT64_MIN : INT64_MAX;
	return s;
}

struct span moment_between(struct moment a, struct moment b)
{
	int64_t ms;

	if (__builtin_sub_overflow(b.ms, a.ms, &ms))
		ms = b.ms < a.ms ? INT64_MIN : INT64_MAX;
	return span_of_ms(ms);
}

struct span span_of_ms(int64_t ms)
{
	struct span s;

	if (__builtin_mul_overflow(ms, (int64_t)NS_PER_MS, &s.ns))
		s.ns = ms < 0 ? INT64_MIN : INT64_MAX;
	return s;
}

struct span span_of_seconds(double seconds)
{
	double ns = seconds * NS_PER_S;

	if (!(ns > -9e18))
		return (struct span){ INT64_MIN };
	if (ns > 9e18)
		return (struct span){ INT64_MAX };
	return (struct span){ (int64_t)ns };
}

double span_seconds(struct span s)
{
	return (double)s.ns / NS_PER_S;
}

uint64_t span_ms(struct span s)
{
	if (s.ns <= 0)
		return 0;
	return (uint64_t)s.ns / NS_PER_MS + ((uint64_t)s.ns % NS_PER_MS != 0);
}

static const struct unit *unit_find(struct view name)
{
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		struct view v = view_of(units[i].name);

		/* "M" is not a minute: nobody knows whether it is a month. */
		if (v.n == name.n && name.p[0] == v.p[0] && name.p[v.n - 1] == v.p[v.n - 1])
			return &units[i];
	}
	return NULL;
}

static size_t digits(struct view v)
{
	size_t n = 0;

	while (n < v.n && v.p[n] >= '0' && v.p[n] <= '9')
		n++;
	return n;
}

bool span_parse(struct view text, struct span *ret_span)
{
	size_t n = digits(text);
	struct view rest = view_skip(text, n);
	double fraction = 0, weight = 1;
	const struct unit *unit;
	uint64_t whole;
	int64_t ns;

	if (!view_number((struct view){ text.p, n }, SPAN_PARSE_MAX_NS / NS_PER_MS, &whole))
		return false;
	if (rest.n > 0 && rest.p[0] == '.') {
		rest = view_skip(rest, 1);
		if (digits(rest) == 0)
			return false;
		for (; digits(rest) > 0; rest = view_skip(rest, 1))
			fraction += (rest.p[0] - '0') * (weight /= 10);
	}
	unit = unit_find(rest);
	if (!unit || whole > (uint64_t)(SPAN_PARSE_MAX_NS / unit->ns))
		return false;
	ns = (int64_t)whole * unit->ns + (int64_t)(fraction * (double)unit->ns + 0.5);
	if (ns <= 0 || ns > SPAN_PARSE_MAX_NS)
		return false;
	ret_span->ns = ns;
	return true;
}

const char *span_text(struct span s, char dst[SPAN_TEXT_MAX])
{
	uint64_t left = s.ns < 0 ? 0 - (uint64_t)s.ns : (uint64_t)s.ns;
	struct buffer b;
	size_t i = 0;

	buffer_init(&b, dst, SPAN_TEXT_MAX);
	while (i + 1 < ARRAY_SIZE(units) && left < (uint64_t)units[i].ns)
		i++;
	if (s.ns < 0 && left >= NS_PER_MS)
		buffer_text(&b, "-");
	buffer_format(&b, "%llu%s", (unsigned long long)(left / (uint64_t)units[i].ns),
		      units[i].name);
	left %= (uint64_t)units[i].ns;
	if (i + 1 < ARRAY_SIZE(units) && left >= (uint64_t)units[i + 1].ns)
		buffer_format(&b, " %llu%s",
			      (unsigned long long)(left / (uint64_t)units[i + 1].ns),
			      units[i + 1].name);
	return buffer_string(&b);
}

const char *moment_text(struct moment m, char dst[MOMENT_TEXT_MAX])
{
	/* Rounded down, so that the second before 1970 is not the one behind it. */
	time_t seconds = m.ms / 1000 - (m.ms % 1000 < 0);
	struct buffer b;
	struct tm tm;

	if (m.ms != 0 && gmtime_r(&seconds, &tm) &&
	    strftime(dst, MOMENT_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
		return dst;
	buffer_init(&b, dst, MOMENT_TEXT_MAX);
	buffer_text(&b, "never");
	return buffer_string(&b);
}
