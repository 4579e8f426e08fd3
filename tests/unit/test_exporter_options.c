#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exporter_options.h"

#include <string.h>

static char storage[512];
static struct buffer error;
static struct exporter_options options;

static bool parse(const char *const *arguments)
{
	char *argv[20] = { (char *)(uintptr_t) "mailvane_exporter" };
	int argc = 1;

	for (; arguments[argc - 1]; argc++)
		argv[argc] = (char *)(uintptr_t)arguments[argc - 1];
	argv[argc] = NULL;
	buffer_init(&error, storage, sizeof(storage));
	return exporter_options_parse(argc, argv, &options, &error);
}
#define PARSE(...) parse((const char *const[]){ __VA_ARGS__, NULL })

static void refused(bool parsed, const char *why)
{
	assert_false(parsed);
	assert_string_equal(buffer_string(&error), why);
}

static void takes_values_in_both_ways(void **state)
{
	(void)state;
	assert_true(PARSE("--config.file=a=b.conf"));
	assert_string_equal(options.config_file, "a=b.conf");
	assert_int_equal(options.listen_n, 1);
	assert_string_equal(options.listen[0], ":19025");
	assert_false(options.once || options.config_check || options.help ||
		     options.version);
	assert_true(
	    PARSE("--config.file", "m.conf", "--web.listen-address", "[::1]:0", "--once"));
	assert_string_equal(options.config_file, "m.conf");
	assert_int_equal(options.listen_n, 1);
	assert_string_equal(options.listen[0], "[::1]:0");
	assert_true(options.once);
	assert_true(PARSE("--config.check", "--config.file=m.conf"));
	assert_true(options.config_check);
}

static void an_address_may_be_given_again(void **state)
{
	const char *many[SOCKETS_MAX + 2] = { NULL };

	(void)state;
	assert_true(PARSE("--config.file=m.conf", "--web.listen-address=:1",
			  "--web.listen-address", "unix:x"));
	assert_int_equal(options.listen_n, 2);
	assert_string_equal(options.listen[0], ":1");
	assert_string_equal(options.listen[1], "unix:x");
	for (size_t i = 0; i <= SOCKETS_MAX; i++)
		many[i] = "--web.listen-address=:1";
	refused(parse(many), "--web.listen-address can be given 16 times at most");
}

static void the_log_has_a_level_and_a_format(void **state)
{
	(void)state;
	assert_true(PARSE("--config.file=m.conf"));
	assert_int_equal(options.log_level, LOG_INFO);
	assert_int_equal(options.log_style, LOG_LOGFMT);
	assert_true(
	    PARSE("--config.file=m.conf", "--log.level=debug", "--log.format", "json"));
	assert_int_equal(options.log_level, LOG_DEBUG);
	assert_int_equal(options.log_style, LOG_JSON);
	refused(PARSE("--config.file=m.conf", "--log.level=warning"),
		"--log.level=warning: debug, info, warn or error");
	refused(PARSE("--config.file=m.conf", "--log.format=JSON"),
		"--log.format=JSON: logfmt or json");
}

static void needs_a_configuration_unless_it_only_talks(void **state)
{
	(void)state;
	assert_true(PARSE("--help"));
	assert_true(options.help);
	assert_true(PARSE("--version"));
	assert_true(options.version);
	refused(PARSE("--once"),
		"--config.file=FILE is needed: it says what to probe; see --help");
}

static void says_what_was_meant(void **state)
{
	(void)state;
	refused(PARSE("--config.fiel=x"),
		"unknown option '--config.fiel': did you mean '--config.file'?");
	refused(PARSE("-config.file=x"),
		"unknown option '-config.file': did you mean '--config.file'?");
	refused(PARSE("--Once"), "unknown option '--Once': did you mean '--once'?");
	refused(PARSE("--listen"), "unknown option '--listen'; see --help");
	refused(PARSE("--"), "unknown option '--'; see --help");
	refused(PARSE("m.conf"), "'m.conf' is not an option; see --help");
	refused(PARSE(""), "'' is not an option; see --help");
	refused(PARSE("--\x1b[31mred"), "unknown option '--red'; see --help");
}

static void says_how_a_value_is_given(void **state)
{
	(void)state;
	refused(PARSE("--config.file"), "--config.file needs a value: --config.file=FILE");
	refused(PARSE("--config.file="), "--config.file needs a value: --config.file=FILE");
	refused(PARSE("--config.file=m.conf", "--once=yes"), "--once takes no value");
}

static void helps_with_every_option(void **state)
{
	char text[16384];
	struct buffer help;

	(void)state;
	buffer_init(&help, text, sizeof(text));
	exporter_options_help(&help);
	assert_false(help.full);
	assert_non_null(strstr(buffer_string(&help), "\n  --config.file=FILE\n"));
	assert_non_null(strstr(help.p, "\n  --once\n      Probe"));
	for (const char *line = help.p, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		assert_true(end - line <= 80);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_values_in_both_ways),
		cmocka_unit_test(an_address_may_be_given_again),
		cmocka_unit_test(the_log_has_a_level_and_a_format),
		cmocka_unit_test(needs_a_configuration_unless_it_only_talks),
		cmocka_unit_test(says_what_was_meant),
		cmocka_unit_test(says_how_a_value_is_given),
		cmocka_unit_test(helps_with_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
