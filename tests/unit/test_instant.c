#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "instant.h"

#include <math.h>

static void parses_spans(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{ "500ms", 500 },          { "10s", 10000 },      { "5m", 300000 },
		{ "1h", 3600000 },         { "21d", 1814400000 }, { "1.5h", 5400000 },
		{ "0.1s", 100 },           { "0.25m", 15000 },    { "007s", 7000 },
		{ "3650d", 315360000000 },
	};
	static const char *const bad[] = {
		"",     "10",   "s",    "10 s", " 10s",  "10s ",    "-1s",
		"+1s",  "1e3s", "0s",   "0.0d", "1.s",   ".5s",     "1.2.3s",
		"10S",  "1M",   "1w",   "1sm",  "3651d", "3650.1d", "99999999999999999999s",
		"1s2m", "0x1s", "10ss",
	};
	struct span s = { 7 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (span_parse(view_of(bad[i]), &s))
			fail_msg("'%s' was taken", bad[i]);
	assert_int_equal(s.ns, 7);
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_true(span_parse(view_of(good[i].text), &s));
		assert_int_equal(s.ns, good[i].ms * 1000000);
	}
}

static void writes_spans(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} spans[] = {
		{ 0, "0ms" },        { 850, "850ms" },
		{ 1000, "1s" },      { 12345, "12s 345ms" },
		{ 720000, "12m" },   { 3599999, "59m 59s" },
		{ 86400000, "1d" },  { 273600000 + 59000, "3d 4h" },
		{ -7200000, "-2h" }, { INT64_MIN / 1000000, "-106751d 23h" },
	};
	char dst[SPAN_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(spans); i++)
		assert_string_equal(span_text(span_of_ms(spans[i].ms), dst), spans[i].text);
	assert_string_equal(span_text((struct span){ INT64_MIN }, dst), "-106751d 23h");
	assert_string_equal(span_text((struct span){ -1 }, dst), "0ms");
}

static void writes_moments(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} moments[] = {
		{ 0, "never" },
		{ 1, "1970-01-01T00:00:00Z" },
		{ -1, "1969-12-31T23:59:59Z" },
		{ 1795313459999, "2026-11-22T02:10:59Z" },
		{ 253402300799000, "9999-12-31T23:59:59Z" },
		{ INT64_MAX, "292278994-08-17T07:12:55Z" },
	};
	char dst[MOMENT_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(moments); i++)
		assert_string_equal(moment_text((struct moment){ moments[i].ms }, dst),
				    moments[i].text);
}

static void saturates(void **state)
{
	struct instant end = { INT64_MAX }, start = { INT64_MIN };

	(void)state;
	assert_true(instant_plus(end, (struct span){ 1 }).ns == INT64_MAX);
	assert_true(instant_plus(start, (struct span){ -1 }).ns == INT64_MIN);
	assert_true(span_between(start, end).ns == INT64_MAX);
	assert_true(span_between(end, start).ns == INT64_MIN);
	assert_int_equal(span_between((struct instant){ 3 }, (struct instant){ 5 }).ns, 2);
	/* A certificate that ends in the year 9999 (RFC 5280 section 4.1.2.5). */
	assert_true(
	    moment_between((struct moment){ 1 }, (struct moment){ 253402300799000 }).ns ==
	    INT64_MAX);
	assert_int_equal(
	    moment_between((struct moment){ 3000 }, (struct moment){ 2000 }).ns,
	    -1000000000);
	assert_true(span_of_seconds(1e300).ns == INT64_MAX);
	assert_true(span_of_seconds(-1e300).ns == INT64_MIN);
	assert_true(span_of_seconds(NAN).ns == INT64_MIN);
	assert_int_equal(span_of_seconds(1.5).ns, 1500000000);
	assert_true(span_seconds((struct span){ 2500000000 }) == 2.5);
}

static void rounds_timers_up(void **state)
{
	(void)state;
	assert_int_equal(span_ms((struct span){ 1 }), 1);
	assert_int_equal(span_ms((struct span){ 1000000 }), 1);
	assert_int_equal(span_ms((struct span){ 1000001 }), 2);
	assert_int_equal(span_ms((struct span){ 0 }), 0);
	assert_int_equal(span_ms((struct span){ -5 }), 0);
}

static void clocks_run(void **state)
{
	struct instant before = instant_now();

	(void)state;
	assert_false(instant_before(instant_now(), before));
	assert_true(instant_before(before, instant_plus(before, span_of_ms(1))));
	assert_true(moment_now().ms > 1700000000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_spans),     cmocka_unit_test(writes_spans),
		cmocka_unit_test(writes_moments),   cmocka_unit_test(saturates),
		cmocka_unit_test(rounds_timers_up), cmocka_unit_test(clocks_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
