#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "certificate_line.h"
#include "printout.h"

#include <string.h>

/* 2027-02-20 00:36:25 UTC */
static const int64_t END_MS = 1803083785000;

static char line[CERTIFICATE_LINE_MAX];

/* As seen so many seconds before the end. */
static enum state seen(int64_t left, int warning, int critical)
{
	struct certificate c = { .subject = (char *)(uintptr_t) "CN=m.test,O=X",
				 .not_after = { END_MS } };

	return certificate_line(&c, (struct moment){ END_MS - left * 1000 }, warning,
				critical, line);
}

static void speaks_like_the_classics(void **state)
{
	static const struct {
		int64_t left;
		int warning, critical;
		enum state state;
		const char *line;
	} rows[] = {
		/* clang-format off */
		{ 31 * 86400,     30, 10, STATE_OK,       "OK - Certificate 'm.test' will expire on Sat Feb 20 00:36:25 2027 +0000." },
		{ 31 * 86400 - 1, 30, 10, STATE_WARNING,  "WARNING - Certificate 'm.test' expires in 30 day(s) (Sat Feb 20 00:36:25 2027 +0000)." },
		{ 11 * 86400 - 1, 30, 10, STATE_CRITICAL, "CRITICAL - Certificate 'm.test' expires in 10 day(s) (Sat Feb 20 00:36:25 2027 +0000)." },
		{ 86400,          30, 0,  STATE_WARNING,  "WARNING - Certificate 'm.test' expires in 1 day(s) (Sat Feb 20 00:36:25 2027 +0000)." },
		{ 7200,           30, 0,  STATE_CRITICAL, "CRITICAL - Certificate 'm.test' expires in 2 hours (Sat Feb 20 00:36:25 2027 +0000)" },
		{ 3599,           0,  0,  STATE_CRITICAL, "CRITICAL - Certificate 'm.test' expires in 59 minutes (Sat Feb 20 00:36:25 2027 +0000)" },
		{ 0,              0,  0,  STATE_CRITICAL, "CRITICAL - Certificate 'm.test' just expired (Sat Feb 20 00:36:25 2027 +0000)." },
		{ -1,             0,  0,  STATE_CRITICAL, "CRITICAL - Certificate 'm.test' expired on Sat Feb 20 00:36:25 2027 +0000." },
		{ -1000 * 86400,  30, 10, STATE_CRITICAL, "CRITICAL - Certificate 'm.test' expired on Sat Feb 20 00:36:25 2027 +0000." },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(seen(rows[i].left, rows[i].warning, rows[i].critical),
				 rows[i].state);
		assert_string_equal(line, rows[i].line);
	}
}

static void a_date_that_is_none(void **state)
{
	struct certificate c = { .subject = (char *)(uintptr_t) "CN=m" };

	(void)state;
	assert_int_equal(certificate_line(&c, (struct moment){ END_MS }, 1, 1, line),
			 STATE_CRITICAL);
	assert_string_equal(line, "CRITICAL - Wrong time format in certificate.");
}

static void finds_the_common_name(void **state)
{
	static const char *const names[][2] = {
		{ "CN=mail.example.com,O=Example", "mail.example.com" },
		{ "O=Example\\,CN=fake,CN=real", "real" },
		{ "CN=second,OU=x,CN=first", "first" },
		{ "CN=a+CN=b", "b" },
		{ "CN=a\\,b\\+c\\\\", "a,b+c\\" },
		{ "CN=a|b=1;2", "a/b=1;2" },
		{ "O=no name", "Unknown CN" },
		{ "CN=", "" },
		{ "", "Unknown CN" },
		{ "CN=end\\", "end\\" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct certificate c = { .subject = (char *)(uintptr_t)names[i][0] };
		char name[CERTIFICATE_NAME_MAX];

		assert_string_equal(certificate_name(&c, name), names[i][1]);
	}
}

/* --- printout -------------------------------------------------------------------------- */

static struct arguments arguments_of(const char *name)
{
	return (struct arguments){ .plugin = plugin_find(name), .timeout = 10 };
}

static void puts_time_behind_the_last_line(void **state)
{
	struct arguments a = arguments_of("check_smtp");
	struct printout o;

	(void)state;
	printout_init(&o, &a);
	printout_line(&o, "first");
	printout_line(&o, "SMTP OK - %d", 7);
	printout_time(&o, (struct span){ 1565000 });
	assert_string_equal(printout_text(&o),
			    "first\nSMTP OK - 7|time=0.001565s;;;0.000000\n");
}

static void shows_thresholds(void **state)
{
	struct arguments a = arguments_of("check_imap");
	struct printout o;

	(void)state;
	a.flags = ARGUMENTS_WARNING | ARGUMENTS_CRITICAL;
	assert_true(range_parse("5", &a.warning) && range_parse("1:9", &a.critical));
	printout_init(&o, &a);
	printout_line(&o, "x");
	printout_time(&o, (struct span){ 1000000000 });
	assert_string_equal(
	    printout_text(&o),
	    "x|time=1.000000s;5.000000;1.000000:9.000000;0.000000;10.000000\n");
	printout_clear(&o);
	printout_line(&o, "x");
	printout_time_unjudged(&o, (struct span){ 1000000000 });
	assert_string_equal(printout_text(&o),
			    "x|time=1.000000s;0.000000;0.000000;0.000000;10.000000\n");
	assert_int_equal(printout_judge(&a, (struct span){ 500000000 }), STATE_CRITICAL);
	assert_int_equal(printout_judge(&a, (struct span){ 6000000000 }), STATE_WARNING);
	assert_int_equal(printout_judge(&a, (struct span){ 2000000000 }), STATE_OK);
}

static void has_an_unknown_time_when_none_is_known(void **state)
{
	struct arguments a = arguments_of("check_smtp");
	struct printout o;

	(void)state;
	printout_init(&o, &a);
	printout_line(&o, "CRITICAL - Socket timeout after 2 seconds");
	printout_line(&o, "more");
	assert_string_equal(printout_text(&o), "CRITICAL - Socket timeout after 2 "
					       "seconds|time=U;;;0.000000\nmore\n");
}

static void never_overflows(void **state)
{
	struct arguments a = arguments_of("check_smtp");
	struct printout o;
	char long_line[300];

	(void)state;
	memset(long_line, 'x', sizeof(long_line) - 1);
	long_line[sizeof(long_line) - 1] = '\0';
	printout_init(&o, &a);
	for (int i = 0; i < 40; i++)
		printout_line(&o, "%s", long_line);
	assert_in_range(strlen(printout_text(&o)), 3600, PRINTOUT_MAX - 1);
	assert_non_null(strstr(printout_text(&o), "|time=U;;;0.000000\n"));
}

static void makes_words_harmless(void **state)
{
	char said[PRINTOUT_SAID_MAX];

	(void)state;
	printout_said(said, view_of("* OK a|b=1;2;3 \033[31mred\033[0m\r\nnext\x01"));
	assert_string_equal(said, "* OK a/b=1;2;3 red next");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(speaks_like_the_classics),
		cmocka_unit_test(a_date_that_is_none),
		cmocka_unit_test(finds_the_common_name),
		cmocka_unit_test(puts_time_behind_the_last_line),
		cmocka_unit_test(shows_thresholds),
		cmocka_unit_test(has_an_unknown_time_when_none_is_known),
		cmocka_unit_test(never_overflows),
		cmocka_unit_test(makes_words_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
