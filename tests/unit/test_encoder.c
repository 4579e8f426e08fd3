#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "encoder.h"

#include <math.h>
#include <string.h>

static const struct family family = { "mailvane_x", "Help with \\ and\nnewline.", GAUGE };
static const struct service service = { .name = "imaps" };

static struct draft out;

static const char *written(void)
{
	draft_put(&out, (struct view){ "", 1 });
	return out.p;
}

static struct encoder start(const struct family *of)
{
	struct encoder e = { .out = &out };

	draft_clear(&out);
	encoder_family(&e, of);
	return e;
}

static void heads_a_family_once_and_only_with_samples(void **state)
{
	static const struct family counter = { "mailvane_y_total", "Y.", COUNTER };
	struct encoder e = start(&family);

	(void)state;
	encoder_family(&e, &counter);
	encoder_sample(&e, 1);
	encoder_sample(&e, 2);
	encoder_family(&e, &family);
	encoder_sample(&e, 3);
	assert_string_equal(written(), "# HELP mailvane_y_total Y.\n"
				       "# TYPE mailvane_y_total counter\n"
				       "mailvane_y_total 1\n"
				       "mailvane_y_total 2\n"
				       "# HELP mailvane_x Help with \\\\ and\\nnewline.\n"
				       "# TYPE mailvane_x gauge\n"
				       "mailvane_x 3\n");
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

		encoder_sample1(&e, "k", values[i].value, 1);
		strcat(strcat(expected, values[i].written), "\"} 1\n");
		assert_string_equal(strstr(written(), "\nmailvane_x") + 1, expected);
	}
}

static void cuts_what_a_stranger_made_too_long(void **state)
{
	char value[LABEL_VALUE_MAX * 3];
	struct encoder e = start(&family);

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	encoder_sample1(&e, "k", value, 1);
	assert_true(strlen(written()) < LABEL_VALUE_MAX + 200);
	assert_non_null(strstr(out.p, "xx\xe2\x80\xa6\"} 1\n"));
}

static void names_the_subject_first(void **state)
{
	static const struct label site[] = { { "site", "fra1" }, { "ring", "a\"b" } };
	const struct label own[] = { { "fault", "timeout" }, { "phase", "tls" } };
	const struct target target = {
		.server = "mx1", .service = &service, .labels = site, .label_count = 2
	};
	struct encoder e = start(&family);
	struct address address = { 0 };

	(void)state;
	e.target = &target;
	encoder_samples(&e, own, 2, 1);
	e.address = &address;
	encoder_sample(&e, 2);
	assert_true(address_parse(view_of("2001:db8::1"), 993, &address));
	encoder_sample(&e, 3);
	assert_string_equal(
	    strstr(written(), "\nmailvane_x") + 1,
	    "mailvane_x{server=\"mx1\",service=\"imaps\",site=\"fra1\",ring=\"a\\\"b\","
	    "fault=\"timeout\",phase=\"tls\"} 1\n"
	    "mailvane_x{server=\"mx1\",service=\"imaps\",site=\"fra1\",ring=\"a\\\"b\"} 2\n"
	    "mailvane_x{server=\"mx1\",service=\"imaps\",address=\"2001:db8::1\","
	    "site=\"fra1\",ring=\"a\\\"b\"} 3\n");
}

static void writes_numbers(void **state)
{
	static const struct {
		double value;
		const char *written;
	} numbers[] = {
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

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		draft_clear(&out);
		encoder_number(&out, numbers[i].value);
		assert_string_equal(written(), numbers[i].written);
	}
}

static int free_out(void **state)
{
	(void)state;
	draft_fini(&out);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_a_family_once_and_only_with_samples),
		cmocka_unit_test(escapes_label_values),
		cmocka_unit_test(cuts_what_a_stranger_made_too_long),
		cmocka_unit_test(names_the_subject_first),
		cmocka_unit_test(writes_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, free_out);
}
