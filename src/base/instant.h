/* instant.h - three kinds of time that must not be mixed.
 *
 * An instant is a reading of the monotonic clock, a span the distance of two instants, a
 * moment a date of the calendar (Unix time). No bare integer is a time.
 */
#ifndef MAILVANE_INSTANT_H
#define MAILVANE_INSTANT_H

#include "view.h"

struct instant {
	int64_t ns; /* CLOCK_MONOTONIC */
};

struct span {
	int64_t ns; /* negative in a result: never reached */
};

struct moment {
	int64_t ms; /* since 1970-01-01 UTC; 0: never */
};

struct instant instant_now(void);
struct moment moment_now(void);

struct instant instant_plus(struct instant, struct span);
bool instant_before(struct instant a, struct instant b);
/* b - a. */
struct span span_between(struct instant a, struct instant b);
/* b - a, at most the longest span: a certificate may end in the year 9999. */
struct span moment_between(struct moment a, struct moment b);

struct span span_of_ms(int64_t ms);
struct span span_of_seconds(double seconds);
double span_seconds(struct span);
/* Rounded up, never negative: fit for a timer that must not fire early. */
uint64_t span_ms(struct span);

/* "500ms", "10s", "5m", "1h", "21d": a number with one fraction at most, and its unit. False
 * (and *ret_span untouched) for anything else, zero and negative included, and above 10 years. */
bool span_parse(struct view, struct span *ret_span);

/* Writes the two largest units, "3d 4h", "12m", "850ms", "-2h", into dst and returns it. */
enum { SPAN_TEXT_MAX = 32 };
const char *span_text(struct span, char dst[SPAN_TEXT_MAX]);

/* "2026-11-22T02:10:59Z" (RFC 3339); "never" for 0 and for what no calendar holds. */
enum { MOMENT_TEXT_MAX = 32 };
const char *moment_text(struct moment, char dst[MOMENT_TEXT_MAX]);

#endif
