#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arguments.h"

#include <string.h>

enum { ARGS_MAX = 60 };

static char error[ARGUMENTS_ERROR_MAX];

/* A command line with '|' between its words, the first is the plugin's name. */
static enum arguments_result parse(char *line, struct arguments *a)
{
	char *argv[ARGS_MAX], *rest = line;
	int argc = 0;

	for (char *word; (word = strsep(&rest, "|")) != NULL;)
		argv[argc++] = word;
	argv[argc] = NULL;
	error[0] = '\0';
	assert_non_null(plugin_find(argv[0]));
	return arguments_parse(plugin_find(argv[0]), argv[0], argc, argv, a, error);
}

/* Ends the test when the line, which is kept, is refused. */
static struct arguments good(const char *line)
{
	static char kept[600];
	struct arguments a;

	strncpy(kept, line, sizeof(kept) - 1);
	if (parse(kept, &a) != ARGUMENTS_OK)
		fail_msg("%s: %s", line, error);
	return a;
}

static const char *bad(const char *line)
{
	struct arguments a;
	char copy[600];

	strncpy(copy, line, sizeof(copy) - 1);
	copy[sizeof(copy) - 1] = '\0';
	if (parse(copy, &a) != ARGUMENTS_BAD)
		fail_msg("%s was taken", line);
	return error;
}

static void knows_its_names(void **state)
{
	char service[PLUGIN_SERVICE_MAX];

	(void)state;
	assert_int_equal(plugin_find("check_smtp")->family, PLUGIN_SMTP);
	assert_int_equal(plugin_find("check_pop3")->port, 110);
	assert_int_equal(plugin_find("check_imap4")->port, 143);
	assert_int_equal(plugin_find("check_simap")->port, 993);
	assert_int_equal(plugin_find("check_spop")->port, 995);
	assert_int_equal(plugin_find("check_ssmtp")->port, 465);
	assert_true(plugin_find("check_ssmtp")->tls);
	assert_null(plugin_find("check_tcp"));
	assert_null(plugin_find("check_classic"));
	assert_null(plugin_find("imap"));
	assert_null(plugin_find(""));
	assert_string_equal(plugin_basename("/usr/lib/check_pop"), "check_pop");
	assert_string_equal(plugin_service("check_imap4", service), "IMAP4");
	assert_string_equal(plugin_service("check_i|\n", service), "I__");
}

/* Word for word what Icinga 2 makes of its template library's commands with every variable
 * set: in the order of the options' names, -q and -E of the wrong kind with a value. */
static void takes_icinga_smtp(void **state)
{
	struct arguments a = good("check_smtp|-4|-A|LOGIN|-C|NOOP|-D|30,14|-F|mon.test|-H|"
				  "192.0.2.1|-P|secret|-R|250|-S|-U|probe|-c|10|-e|220|-f|"
				  "a@b.test|-p|2525|-q|true|-t|20|-w|5");

	(void)state;
	assert_string_equal(a.host, "192.0.2.1");
	assert_int_equal(a.family, FAMILY_IPV4);
	assert_string_equal(a.authtype, "LOGIN");
	assert_string_equal(a.commands.texts[0], "NOOP");
	assert_string_equal(a.responses.texts[0], "250");
	assert_int_equal(a.cert_warning, 30);
	assert_int_equal(a.cert_critical, 14);
	assert_string_equal(a.fqdn, "mon.test");
	assert_string_equal(a.authpass, "secret");
	assert_string_equal(a.authuser, "probe");
	assert_string_equal(a.from, "a@b.test");
	assert_int_equal(a.port, 2525);
	assert_int_equal(a.timeout, 20);
	assert_true(a.flags & ARGUMENTS_STARTTLS);
	assert_true(a.flags & ARGUMENTS_QUIT_FAILURE_IGNORED);
	assert_true(a.critical.end == 10 && a.warning.end == 5);
	assert_true(a.flags & ARGUMENTS_WARNING && a.flags & ARGUMENTS_CRITICAL);
}

static void takes_icinga_tcp_family(void **state)
{
	static const char *const names[] = { "check_ssmtp", "check_imap", "check_simap",
					     "check_pop", "check_spop" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char line[400];
		struct arguments a;

		strcpy(line, names[i]);
		strcat(line,
		       "|-4|-6|-A|-D|30,14|-E|true|-H|mail.test|-M|crit|-S|-c|10|-d|1|"
		       "-e|OK|-j|-m|900|-p|1143|-q|a LOGOUT\\r\\n|-r|warn|-s|a NOOP\\r\\n|"
		       "-t|20|-w|5");
		a = good(line);
		assert_string_equal(a.host, "mail.test");
		assert_int_equal(a.family, FAMILY_IPV6);
		assert_true(a.flags & ARGUMENTS_ESCAPE);
		assert_true(a.flags & ARGUMENTS_ALL);
		assert_true(a.flags & ARGUMENTS_JAIL);
		assert_true(a.flags & ARGUMENTS_TLS);
		assert_int_equal(a.mismatch, STATE_CRITICAL);
		assert_int_equal(a.refuse, STATE_WARNING);
		assert_int_equal(a.delay, 1);
		assert_int_equal(a.maxbytes, 900);
		assert_int_equal(a.port, 1143);
		assert_string_equal(a.quit, "a LOGOUT\\r\\n");
		assert_string_equal(a.send, "a NOOP\\r\\n");
		assert_int_equal(a.timeout, 20);
		assert_int_equal(a.cert_critical, 14);
	}
}

static void has_the_old_defaults(void **state)
{
	struct arguments a = good("check_imap|-v");

	(void)state;
	assert_string_equal(a.host, "127.0.0.1");
	assert_false(a.flags & ARGUMENTS_HOST_GIVEN);
	assert_int_equal(a.port, 143);
	assert_int_equal(a.timeout, 10);
	assert_int_equal(a.timeout_state, STATE_CRITICAL);
	assert_int_equal(a.refuse, STATE_CRITICAL);
	assert_int_equal(a.mismatch, STATE_WARNING);
	assert_string_equal(a.expect.texts[0], "* OK");
	assert_true(a.flags & ARGUMENTS_EXACT);
	assert_false(good("check_imap|-e|x").flags & ARGUMENTS_EXACT);
	assert_int_equal(good("check_smtp|-v").port, 25);
	assert_int_equal(good("check_smtp|-t|0").timeout, 0);
}

static void takes_the_old_spellings(void **state)
{
	struct arguments a = good("check_smtp|-H|h|-to|3|-wt|1|-ct|2");

	(void)state;
	assert_int_equal(a.timeout, 3);
	assert_true(a.warning.end == 1 && a.critical.end == 2);
}

static void takes_the_host_as_operand(void **state)
{
	(void)state;
	assert_string_equal(good("check_imap|mail.test|-p|9").host, "mail.test");
	assert_string_equal(good("check_imap|-p|9|mail.test").host, "mail.test");
	assert_string_equal(good("check_imap|-p|9|--|mail.test").host, "mail.test");
	assert_string_equal(good("check_smtp|-H|a|b").host, "a");
	assert_string_equal(good("check_smtp|-q|mail.test").host, "mail.test");
	assert_string_equal(good("check_smtp|-q|mail.test|-p|9").host, "mail.test");
	assert_string_equal(good("check_smtp|-q|true|mail.test").host, "mail.test");
	assert_string_equal(good("check_imap|-E|true|-p|9|mail.test").host, "mail.test");
	assert_false(good("check_imap|mail.test").flags & ARGUMENTS_HOST_GIVEN);
	assert_true(good("check_imap|-H|mail.test").flags & ARGUMENTS_HOST_GIVEN);
	assert_string_equal(good("check_imap|[::1]").host, "[::1]");
	assert_string_equal(good("check_imap|/run/imap.sock").host, "/run/imap.sock");
}

/* What stands behind the host was not read by the classics. */
static void reads_what_follows_the_host(void **state)
{
	struct arguments a = good("check_smtp|mail.test|-D|30|-p|26");

	(void)state;
	assert_true(a.flags & ARGUMENTS_CERTIFICATE);
	assert_true(a.flags & ARGUMENTS_STARTTLS);
	assert_int_equal(a.port, 26);
}

static void certificate_never_without_tls(void **state)
{
	(void)state;
	assert_true(good("check_smtp|-D|30").flags & ARGUMENTS_STARTTLS);
	assert_true(good("check_smtp|-D|30|-s").flags & ARGUMENTS_TLS);
	assert_false(good("check_smtp|-D|30|-s").flags & ARGUMENTS_STARTTLS);
	assert_int_equal(good("check_smtp|-D|30|-s").port, 465);
	assert_int_equal(good("check_smtp|-s|-p|2465").port, 2465);
	assert_true(good("check_imap|-D|30").flags & ARGUMENTS_TLS);
	assert_false(good("check_imap|-D|30|--starttls").flags & ARGUMENTS_TLS);
	assert_true(good("check_imap|--verify").flags & ARGUMENTS_TLS);
	assert_true(good("check_smtp|--ca-file|x").flags & ARGUMENTS_VERIFY);
	assert_true(good("check_simap|-v").flags & ARGUMENTS_TLS);
}

static void has_both_shapes_of_sni(void **state)
{
	struct arguments a = good("check_smtp|--sni|-H|mail.test");

	(void)state;
	assert_true(a.flags & ARGUMENTS_SNI);
	assert_string_equal(a.host, "mail.test");
	a = good("check_imap|--sni|mail.test|-H|192.0.2.1");
	assert_string_equal(a.sni, "mail.test");
	assert_true(a.flags & ARGUMENTS_TLS);
	a = good("check_imap|-N|mail.test|-H|192.0.2.1");
	assert_string_equal(a.sni, "mail.test");
	assert_false(a.flags & ARGUMENTS_TLS);
	assert_false(good("check_imap|--sni|m|--starttls").flags & ARGUMENTS_TLS);
}

static void takes_a_state_for_the_timeout(void **state)
{
	(void)state;
	assert_int_equal(good("check_imap|-t|3:WARNING").timeout_state, STATE_WARNING);
	assert_int_equal(good("check_imap|-t|3:3").timeout_state, STATE_UNKNOWN);
	assert_int_equal(good("check_smtp|-t|3:ok").timeout_state, STATE_OK);
	assert_non_null(strstr(bad("check_imap|-t|3:4"), "Timeout state must be"));
	assert_non_null(strstr(bad("check_imap|-t|3:"), "Timeout state must be"));
}

static void strips_the_brackets_of_from(void **state)
{
	struct arguments a = good("check_smtp|-f|<a@b>|-r");

	(void)state;
	assert_int_equal(a.from_n, 3);
	assert_memory_equal(a.from, "a@b", 3);
	assert_true(a.flags & ARGUMENTS_PROXY);
	assert_int_equal(good("check_smtp|-f|").from_n, 0);
	assert_non_null(good("check_smtp|-f|").from);
	assert_null(good("check_smtp|-v").from);
}

static void says_what_is_wrong(void **state)
{
	static const char *const lines[][2] = {
		/* clang-format off */
		{ "check_smtp",                    "Could not parse arguments" },
		{ "check_imap",                    "No arguments found" },
		{ "check_smtp|-p|0",               "Port must be a positive integer" },
		{ "check_smtp|-p|65536",           "Port must be a positive integer" },
		{ "check_smtp|-p|25x",             "Port must be a positive integer" },
		{ "check_smtp|-w|x",               "Warning time must be a positive" },
		{ "check_smtp|-c|-1",              "Critical time must be a positive" },
		{ "check_smtp|-t|-1",              "Timeout interval must be a positive integer" },
		{ "check_imap|-t|0",               "Timeout interval must be a positive integer" },
		{ "check_smtp|-D|x",               "Invalid certificate expiration period - x" },
		{ "check_smtp|-D|30,x",            "Invalid certificate expiration period - x" },
		{ "check_imap|-r|bad",             "Refuse must be one of ok, warn, crit" },
		{ "check_imap|-M|bad",             "Mismatch must be one of ok, warn, crit" },
		{ "check_imap|-m|0",               "Maxbytes must be a positive integer" },
		{ "check_imap|-d|x",               "Delay must be a positive integer" },
		{ "check_imap|-x",                 "unknown option - -x" },
		{ "check_imap|-vx",                "unknown option - -x" },
		{ "check_imap|-t",                 "option needs a value - -t" },
		{ "check_imap|--timout|3",         "unknown option, did you mean --timeout? - --timout" },
		{ "check_smtp|--sni=x",            "unknown option, did you mean --sni? - --sni=x" },
		{ "check_ssmtp|--starttls",        "--starttls is not for this plugin: it speaks TLS at once" },
		{ "check_smtp|-s|-S",              "-s (TLS at once) and -S (STARTTLS) exclude each other" },
		{ "check_smtp|-C|A\r\nB",          "A line break cannot be sent to the server - A B" },
		{ "check_smtp|-F|A\nB",            "A line break cannot be sent to the server - A B" },
		{ "check_smtp|-f|A\nB",            "A line break cannot be sent to the server - A B" },
		{ "check_smtp|-H|",                "Invalid hostname/address - " },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_string_equal(bad(lines[i][0]), lines[i][1]);
}

static void stops_at_help(void **state)
{
	char help[] = "check_smtp|-h|-p|x", version[] = "check_pop|-V";
	struct arguments a;

	(void)state;
	assert_int_equal(parse(help, &a), ARGUMENTS_HELP);
	assert_int_equal(parse(version, &a), ARGUMENTS_VERSION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_its_names),
		cmocka_unit_test(takes_icinga_smtp),
		cmocka_unit_test(takes_icinga_tcp_family),
		cmocka_unit_test(has_the_old_defaults),
		cmocka_unit_test(takes_the_old_spellings),
		cmocka_unit_test(takes_the_host_as_operand),
		cmocka_unit_test(reads_what_follows_the_host),
		cmocka_unit_test(certificate_never_without_tls),
		cmocka_unit_test(has_both_shapes_of_sni),
		cmocka_unit_test(takes_a_state_for_the_timeout),
		cmocka_unit_test(strips_the_brackets_of_from),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(stops_at_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
