#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check_mailvane_options.h"

#include <string.h>

enum { ARGUMENTS_MAX = 10 };

static bool parse(const char *const *arguments, struct check_mailvane_options *q,
		  char *error)
{
	char *argv[ARGUMENTS_MAX + 2] = { (char *)(uintptr_t) "check_mailvane" };
	int argc = 1;

	for (; arguments[argc - 1] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)arguments[argc - 1];
	optind = 0;
	return check_mailvane_options_parse(argc, argv, q, error);
}
#define PARSE(q, error, ...) parse((const char *const[]){ __VA_ARGS__, NULL }, (q), (error))

static void refuses(const char *why, const char *const *arguments)
{
	char error[REFUSAL_MAX] = "";
	struct check_mailvane_options q;

	assert_false(parse(arguments, &q, error));
	if (strstr(error, why) == NULL)
		fail_msg("'%s' does not say '%s'", error, why);
}
#define REFUSES(why, ...) refuses((why), (const char *const[]){ __VA_ARGS__, NULL })

static void a_server_is_enough(void **state)
{
	char error[REFUSAL_MAX];
	struct check_mailvane_options q;

	(void)state;
	assert_true(PARSE(&q, error, "--server", "mx1"));
	assert_string_equal(q.server, "mx1");
	assert_string_equal(q.url, "http://127.0.0.1:19025");
	assert_null(q.service);
	assert_int_equal(q.max_age.ns, 0);
	assert_true(span_ms(q.timeout) < 1000);
}

static void every_option_is_taken(void **state)
{
	char error[REFUSAL_MAX];
	struct check_mailvane_options q;

	(void)state;
	assert_true(PARSE(&q, error, "--url=unix:/x", "-H", "mx1", "--service", "imaps",
			  "--max-age", "90", "-t", "250ms"));
	assert_string_equal(q.url, "unix:/x");
	assert_string_equal(q.service, "imaps");
	assert_int_equal(span_ms(q.max_age), 90000);
	assert_int_equal(span_ms(q.timeout), 250);
	assert_true(PARSE(&q, error, "--help"));
	assert_true(q.help);
	assert_true(PARSE(&q, error, "-V"));
	assert_true(q.version);
}

static void a_mistake_is_named_with_its_remedy(void **state)
{
	(void)state;
	REFUSES("did you mean --server?", "--sever", "mx1");
	REFUSES("did you mean --max-age?", "--server", "mx1", "--maxage=5");
	REFUSES("it needs a value", "--server");
	REFUSES("--server NAME", "--service", "imaps");
	REFUSES("--server NAME", "--server", "");
	REFUSES("stray argument 'mx1'", "mx1");
	REFUSES("seconds or a number with a unit", "--server", "a", "--max-age", "old");
	REFUSES("seconds or a number with a unit", "--server", "a", "--max-age", "");
	REFUSES("seconds or a number with a unit", "--server", "a", "-t", "0");
	REFUSES("seconds or a number with a unit", "--server", "a", "-t",
		"1111111111111111111111111111111111111111");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_is_enough),
		cmocka_unit_test(every_option_is_taken),
		cmocka_unit_test(a_mistake_is_named_with_its_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
