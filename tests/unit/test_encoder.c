#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "encoder.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct family family = { "mailvane_x", "Help with \\ and\n\"newline\".", GAUGE,
				      "", NULL };
static const struct service service = { .name = "imaps" };

static struct strbuf out;

static const char *written(void)
{
	strbuf_put(&out, (struct view){ "", 1 });
	return out.p;
}

static struct encoder start(const struct family *of)
{
	struct encoder e = { .out = &out };

	strbuf_clear(&out);
	encoder_family(&e, of);
	return e;
}

static void heads_a_family_once_and_only_with_samples(void **state)
{
	static const struct family counter = { "mailvane_y_total", "Y.", COUNTER, "",
					       NULL };
	struct encoder e = start(&family);

	(void)state;
	encoder_family(&e, &counter);
	encoder_number(&e, number_of(1));
	encoder_number(&e, number_of(2));
	encoder_family(&e, &family);
	encoder_number(&e, number_of(3));
	encoder_end(&e);
	assert_string_equal(written(),
			    "# HELP mailvane_y_total Y.\n"
			    "# TYPE mailvane_y_total counter\n"
			    "mailvane_y_total 1\n"
			    "mailvane_y_total 2\n"
			    "# HELP mailvane_x Help with \\\\ and\\n\"newline\".\n"
			    "# TYPE mailvane_x gauge\n"
			    "mailvane_x 3\n");
}

static void writes_openmetrics(void **state)
{
	static const struct family counter = { "x_seconds_total", "Y.", COUNTER, "seconds",
					       NULL };
	static const struct family info = { "z_info", "Z.", INFO, "", NULL };
	struct encoder e = start(&counter);

	(void)state;
	e.format = TEXT_OPENMETRICS;
	encoder_number(&e, number_of(1));
	e.created.ms = 1795262400500;
	encoder_labels(&e, &(struct label){ "k", "v" }, 1, number_of(2));
	encoder_family(&e, &info);
	encoder_labels(&e, &(struct label){ "k", "v" }, 1, number_of(1));
	encoder_family(&e, &family);
	encoder_number(&e, number_of(3));
	encoder_end(&e);
	assert_string_equal(written(),
			    "# TYPE x_seconds counter\n"
			    "# UNIT x_seconds seconds\n"
			    "# HELP x_seconds Y.\n"
			    "x_seconds_total 1\n"
			    "x_seconds_total{k=\"v\"} 2\n"
			    "x_seconds_created{k=\"v\"} 1795262400.5\n"
			    "# TYPE z info\n"
			    "# HELP z Z.\n"
			    "z_info{k=\"v\"} 1\n"
			    "# TYPE mailvane_x gauge\n"
			    "# HELP mailvane_x Help with \\\\ and\\n\\\"newline\\\".\n"
			    "mailvane_x 3\n"
			    "# EOF\n");
}

static void writes_histograms(void **state)
{
	static const struct family family_of = { "x_seconds", "X.", HISTOGRAM, "seconds",
						 NULL };
	const struct histogram h = {
		.buckets = { 3, { span_of_ms(50), span_of_ms(1000), span_of_ms(2500) } },
		.counts = { 1, 2, 0, 4 },
		.sum_us = 12500000,
		.made = { 1795262400500 }
	};
	struct encoder e = start(&family_of);

	(void)state;
	encoder_histogram(&e, &(struct label){ "service", "imap" }, &h);
	assert_string_equal(written(), "# HELP x_seconds X.\n"
				       "# TYPE x_seconds histogram\n"
				       "x_seconds_bucket{service=\"imap\",le=\"0.05\"} 1\n"
				       "x_seconds_bucket{service=\"imap\",le=\"1.0\"} 3\n"
				       "x_seconds_bucket{service=\"imap\",le=\"2.5\"} 3\n"
				       "x_seconds_bucket{service=\"imap\",le=\"+Inf\"} 7\n"
				       "x_seconds_count{service=\"imap\"} 7\n"
				       "x_seconds_sum{service=\"imap\"} 12.5\n");
	e = start(&family_of);
	e.format = TEXT_OPENMETRICS;
	encoder_histogram(&e, NULL, &h);
	encoder_family(&e, &family);
	encoder_number(&e, number_of(1));
	assert_string_equal(written(),
			    "# TYPE x_seconds histogram\n"
			    "# UNIT x_seconds seconds\n"
			    "# HELP x_seconds X.\n"
			    "x_seconds_bucket{le=\"0.05\"} 1\n"
			    "x_seconds_bucket{le=\"1.0\"} 3\n"
			    "x_seconds_bucket{le=\"2.5\"} 3\n"
			    "x_seconds_bucket{le=\"+Inf\"} 7\n"
			    "x_seconds_count 7\n"
			    "x_seconds_sum 12.5\n"
			    "x_seconds_created 1795262400.5\n"
			    "# TYPE mailvane_x gauge\n"
			    "# HELP mailvane_x Help with \\\\ and\\n\\\"newline\\\".\n"
			    "mailvane_x 1\n");
}

static void escapes_label_values(void **state)
{
	static const struct {
		const char *value, *written;
	} values[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "a\"b\\c", "a\\\"b\\\\c" },
		{ "\\\"", "\\\\\\\"" },
		{ "two\nlines", "two lines" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "\xc3\xbc\"\xc3\xbc", "\xc3\xbc\\\"\xc3\xbc" },
		{ "broken \xff", "broken \xef\xbf\xbd" },
		{ "\x1b[2Jx", "x" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct encoder e = start(&family);
		char expected[100] = "mailvane_x{k=\"";

		encoder_labels(&e, &(struct label){ "k", values[i].value }, 1,
			       number_of(1));
		strcat(strcat(expected, values[i].written), "\"} 1\n");
		assert_string_equal(strstr(written(), "\nmailvane_x") + 1, expected);
	}
}

/* Values are looked at eight bytes at a time. */
static void escapes_at_any_place(void **state)
{
	static const char *const odd[][2] = { { "\"", "\\\"" },
					      { "\\", "\\\\" },
					      { "\xff", "\xef\xbf\xbd" },
					      { "\xc3\xbc", "\xc3\xbc" },
					      { "~", "~" },
					      { "\x7f", " " },
					      { "!", "!" } };
	char value[80], expected[160];

	(void)state;
	for (int n = 2; n < 20; n++)
		for (int at = 1; at < n; at++)
			for (size_t k = 0; k < ARRAY_SIZE(odd); k++) {
				struct encoder e = start(&family);

				snprintf(value, sizeof(value), "%.*s%s%.*s", at,
					 "abcdefghijklmnopqrstuvwxyz", odd[k][0], n - at,
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
				snprintf(expected, sizeof(expected),
					 "{k=\"%.*s%s%.*s\"} 1\n", at,
					 "abcdefghijklmnopqrstuvwxyz", odd[k][1], n - at,
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
				encoder_labels(&e, &(struct label){ "k", value }, 1,
					       number_of(1));
				assert_string_equal(strchr(written(), '{'), expected);
			}
}

static void cuts_what_a_stranger_made_too_long(void **state)
{
	char value[LABEL_VALUE_MAX * 3];
	struct encoder e = start(&family);

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	encoder_labels(&e, &(struct label){ "k", value }, 1, number_of(1));
	assert_true(strlen(written()) < LABEL_VALUE_MAX + 200);
	assert_non_null(strstr(out.p, "xx\xe2\x80\xa6\"} 1\n"));
	/* What takes the most room: twice its length. */
	memset(value, '"', sizeof(value) - 1);
	e = start(&family);
	strbuf_fini(&out);
	encoder_labels(&e, &(struct label){ "k", value }, 1, number_of(INT64_MIN));
	assert_non_null(strstr(written(), "\\\"\xe2\x80\xa6\"} -9223372036854775808\n"));
}

static const char *color_word(unsigned color)
{
	return color == 1 ? "red" : "green";
}

static void names_the_subject_first(void **state)
{
	static const struct words colors = { "color", color_word, 1, 2 };
	static const struct family colorful = { "mailvane_x", "X.", GAUGE, "", &colors };
	static const struct label site[] = { { "site", "fra1" }, { "ring", "a\"b" } };
	const struct label own[] = { { "fault", "timeout" }, { "phase", "tls" } };
	const struct target target = {
		.server = "mx1", .service = &service, .labels = site, .label_count = 2
	};
	struct encoder e = start(&colorful);
	struct address address = { 0 };

	(void)state;
	encoder_subject(&e, &target, NULL);
	encoder_labels(&e, own, 2, number_of(1));
	encoder_subject(&e, &target, &address);
	encoder_number(&e, number_of(2));
	encoder_word(&e, 2, number_of(5));
	assert_true(address_parse(view_of("2001:db8::1"), 993, &address));
	encoder_subject(&e, &target, &address);
	encoder_number(&e, number_of(3));
	encoder_subject(&e, NULL, NULL);
	encoder_word(&e, 1, number_of(4));
	assert_string_equal(
	    strstr(written(), "\nmailvane_x") + 1,
	    "mailvane_x{server=\"mx1\",service=\"imaps\",site=\"fra1\",ring=\"a\\\"b\","
	    "fault=\"timeout\",phase=\"tls\"} 1\n"
	    "mailvane_x{server=\"mx1\",service=\"imaps\",site=\"fra1\",ring=\"a\\\"b\"} 2\n"
	    "mailvane_x{server=\"mx1\",service=\"imaps\",site=\"fra1\",ring=\"a\\\"b\","
	    "color=\"green\"} 5\n"
	    "mailvane_x{server=\"mx1\",service=\"imaps\",address=\"2001:db8::1\","
	    "site=\"fra1\",ring=\"a\\\"b\"} 3\n"
	    "mailvane_x{color=\"red\"} 4\n");
	encoder_fini(&e);
}

/* The number of the last line. */
static const char *number_written(void)
{
	assert_true(strlen(written()) > 2);
	out.p[out.n - 2] = '\0';
	return strrchr(out.p, ' ') + 1;
}

static void writes_numbers(void **state)
{
	static const struct {
		double value;
		const char *written;
	} doubles[] = {
		{ 0, "0" },
		{ 1, "1" },
		{ 0.25, "0.25" },
		{ 0.1, "0.1" },
		{ 0.012345678, "0.012345678" },
		{ 1795262400.007, "1795262400.007" },
		{ 123456789012345, "123456789012345" },
		{ -3, "-3" },
		{ NAN, "NaN" },
		{ INFINITY, "+Inf" },
		{ -INFINITY, "-Inf" },
	};
	static const struct {
		struct number number;
		const char *written;
	} numbers[] = {
		{ { 0, 0 }, "0" },
		{ { 7, 0 }, "7" },
		{ { 10, 0 }, "10" },
		{ { 999, 0 }, "999" },
		{ { 1000, 0 }, "1000" },
		{ { 99999, 0 }, "99999" },
		{ { 100000, 0 }, "100000" },
		{ { INT64_MAX, 0 }, "9223372036854775807" },
		{ { INT64_MIN, 0 }, "-9223372036854775808" },
		{ { 1795262400500, 3 }, "1795262400.5" },
		{ { 1795262400007, 3 }, "1795262400.007" },
		{ { 1795262400000, 3 }, "1795262400" },
		{ { -1500, 3 }, "-1.5" },
		{ { 1, 6 }, "0.000001" },
		{ { 250000, 6 }, "0.25" },
		{ { 4294967295, 6 }, "4294.967295" },
		{ { 0, 9 }, "0" },
		{ { 30500000000, 9 }, "30.5" },
		{ { 1, 9 }, "0.000000001" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(doubles); i++) {
		struct encoder e = start(&family);

		encoder_double(&e, doubles[i].value);
		assert_string_equal(number_written(), doubles[i].written);
	}
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct encoder e = start(&family);

		encoder_number(&e, numbers[i].number);
		assert_string_equal(number_written(), numbers[i].written);
	}
}

static int free_out(void **state)
{
	(void)state;
	strbuf_fini(&out);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_a_family_once_and_only_with_samples),
		cmocka_unit_test(writes_openmetrics),
		cmocka_unit_test(writes_histograms),
		cmocka_unit_test(escapes_label_values),
		cmocka_unit_test(escapes_at_any_place),
		cmocka_unit_test(cuts_what_a_stranger_made_too_long),
		cmocka_unit_test(names_the_subject_first),
		cmocka_unit_test(writes_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, free_out);
}
