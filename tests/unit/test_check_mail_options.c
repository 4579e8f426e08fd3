#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check_mail_options.h"

#include <string.h>

enum { ARGS_MAX = 60 };

static char error[REFUSAL_MAX];

/* The words of one line as arguments; the line must outlive the options. */
static bool parse(char *line, struct check_mail_options *ret_options)
{
	static char program[] = "check_mail";
	char *argv[ARGS_MAX] = { program }, *rest = line;
	int argc = 1;

	for (char *word; (word = strsep(&rest, " ")) != NULL;)
		if (*word != '\0')
			argv[argc++] = word;
	optind = 0;
	error[0] = '\0';
	return options_parse(argc, argv, ret_options, error);
}

static void reads_all_it_knows(void **state)
{
	char line[] =
	    "-H mail.example.com -s imaps --port=1993 --tls implicit --name m.test "
	    "--ca-file ca.pem --user u --password-file p --state-dir d -t 2.5 -6 --ehlo "
	    "me.test";
	struct check_mail_options o;

	(void)state;
	assert_true(parse(line, &o));
	assert_string_equal(o.host, "mail.example.com");
	assert_int_equal(o.service_count, 1);
	assert_true(view_equal(o.services[0], "imaps"));
	assert_int_equal(o.port, 1993);
	assert_true(o.tls_given);
	assert_int_equal(o.tls, TLS_MODE_IMPLICIT);
	assert_string_equal(o.name, "m.test");
	assert_string_equal(o.ca_file, "ca.pem");
	assert_string_equal(o.user, "u");
	assert_string_equal(o.password_file, "p");
	assert_string_equal(o.state_dir, "d");
	assert_int_equal(o.timeout.ns, 2500000000);
	assert_int_equal(o.addresses, ADDRESS_IPV6);
	assert_string_equal(o.ehlo_name, "me.test");
}

static void gathers_pins(void **state)
{
	char two[] = "-H h --pin sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU= --pin "
		     "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9";
	char bad[] = "-H h --pin sha256/47DEQpj8HBSa";
	struct check_mail_options o;

	(void)state;
	assert_true(parse(two, &o));
	assert_int_equal(o.pin_count, 2);
	assert_int_equal(o.pins[0].sha256[0], 0xe3);
	assert_int_equal(o.pins[1].sha256[31], 0xe9);
	assert_false(parse(bad, &o));
	assert_non_null(strstr(error, "--pin"));
	assert_non_null(strstr(error, "openssl pkey"));
}

static void gathers_sixteen_pins(void **state)
{
	static const char pin[] =
	    " --pin 5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9";
	char line[17 * sizeof(pin) + 8], again[sizeof(line)];
	struct check_mail_options o;

	(void)state;
	strcpy(line, "-H h");
	for (unsigned i = 0; i < PINS_MAX; i++)
		strcat(line, pin);
	strcat(strcpy(again, line), pin);
	assert_true(parse(line, &o));
	assert_int_equal(o.pin_count, PINS_MAX);
	assert_false(parse(again, &o));
	assert_non_null(strstr(error, "too many"));
}

static bool takes(const char *text)
{
	static char line[256];
	struct check_mail_options o;

	strcpy(line, "-H h ");
	strcat(line, text);
	return parse(line, &o);
}

static void takes_a_file_of_names_alone(void **state)
{
	struct check_mail_options o;
	char line[] = "-H h --names-file f --names-at-once 64";

	(void)state;
	assert_true(parse(line, &o));
	assert_string_equal(o.names_file, "f");
	assert_int_equal(o.names_at_once, 64);
	assert_true(takes("--names-file f -4 -t 60 --state cert_name=warning --json"));
	assert_false(takes("--names-file f --names-at-once 65"));
	assert_false(takes("--names-file f --names-at-once 0"));
	assert_false(takes("--names-at-once 5"));
	assert_false(takes("--names-file f --name a.example"));
	assert_false(takes("--names-file f --user u --password-file p"));
	assert_false(takes("--names-file f --to a@b.example"));
	assert_false(takes("--names-file f -w 3"));
	assert_false(takes("--names-file f -c tls=1"));
	assert_false(takes("--names-file f --expect-capability SIZE"));
	assert_false(takes("--names-file f --expect-auth-after-tls"));
	assert_false(takes("--names-file f --addresses each"));
}

static void takes_mechanisms(void **state)
{
	(void)state;
	assert_true(takes("--user u --password-file p --mechanism SCRAM-SHA-256"));
	assert_true(takes("--user u --password-file p --mechanism best"));
	assert_true(takes("--user u --token-file t"));
	assert_true(takes("--user u --token-file t --mechanism xoauth2"));
	assert_true(takes("--user u --mechanism EXTERNAL --client-cert c --client-key k"));
	assert_false(takes("--user u --mechanism EXTERNAL"));
	assert_false(takes("--user u --mechanism EXTERNAL --client-cert c --client-key k "
			   "--password-file p"));
	assert_false(takes("--user u --password-file p --token-file t"));
	assert_false(takes("--user u --password-file p --mechanism OAUTHBEARER"));
	assert_false(takes("--user u --token-file t --mechanism PLAIN"));
	assert_false(takes("--user u --password-file p --mechanism NTLM"));
	assert_false(takes("--mechanism PLAIN"));
	assert_false(takes("--token-file t"));
}

static void takes_states(void **state)
{
	char line[] = "-H h --state tempfail=ok --state=rejected/greeting=Warning";
	struct check_mail_options o;

	(void)state;
	assert_true(parse(line, &o));
	assert_int_equal(o.states.count, 2);
	assert_int_equal(o.states.rows[0].fault, FAULT_TEMPFAIL);
	assert_int_equal(o.states.rows[0].phase, PHASE_COUNT);
	assert_int_equal(o.states.rows[0].state, STATE_OK);
	assert_int_equal(o.states.rows[1].fault, FAULT_REJECTED);
	assert_int_equal(o.states.rows[1].phase, PHASE_GREETING);
	assert_int_equal(o.states.rows[1].state, STATE_WARNING);
}

static void takes_lists_of_services(void **state)
{
	char line[] = "-H h -s smtp,imaps -s pop3s";
	struct check_mail_options o;

	(void)state;
	assert_true(parse(line, &o));
	assert_int_equal(o.service_count, 3);
	assert_true(view_equal(o.services[1], "imaps"));
	assert_true(view_equal(o.services[2], "pop3s"));
	assert_int_equal(o.timeout.ns, 10000000000);
	assert_int_equal(o.addresses, ADDRESS_FIRST);
}

static void says_what_is_wrong_and_what_to_do(void **state)
{
	static const struct {
		const char *line, *says;
	} bad[] = {
		{ "-s smtp", "-H HOST" },
		{ "-H h -s smtp --timout 3", "--timeout" },
		{ "-H h -s smtp -x", "--help" },
		{ "-H h --state tempfail", "tempfail=ok" },
		{ "-H h --state tempfial=ok", "did you mean tempfail?" },
		{ "-H h --state rejected/greting=ok", "did you mean greeting?" },
		{ "-H h --state tempfail=okk", "did you mean OK?" },
		{ "-H h --state ok=critical", "no fault" },
		{ "-H h --state cert_expired/auth=ok", "phase tls only" },
		{ "-H h --state closed=ok --state closed/auth=ok --state closed=warning",
		  "twice" },
		{ "-H h -s smtp -p 0", "1 to 65535" },
		{ "-H h -s smtp -p 65536", "1 to 65535" },
		{ "-H h -s smtp -p x", "1 to 65535" },
		{ "-H h -s smtp,imap -p 25", "one service only" },
		{ "-H h -s smtp --tls maybe", "opportunistic" },
		{ "-H h -s smtp -t 0", "more than 0" },
		{ "-H h -s smtp -t 1x", "more than 0" },
		{ "-H h -s smtp -t 99999", "3600" },
		{ "-H h -s smtp -4 -6", "only one" },
		{ "-H h -s smtp --user u", "--password-env" },
		{ "-H h --user u --password-file f --password-env E", "one of" },
		{ "-H h -s smtp --password-file f", "belong together" },
		{ "-H h -p 25", "one service only" },
		{ "-H h -w x", "range" },
		{ "-H h -w tsl=1", "before '='" },
		{ "-H h -c 2:1", "range" },
		{ "-H h --cert-warning 21", "25% or 21d" },
		{ "-H h --cert-critical 0%", "25% or 21d" },
		{ "-H h --addresses all", "each" },
		{ "-H h --address-state bad", "critical" },
		{ "-H h --source host", "IP address" },
		{ "-H h --tls-min TLSv1.4", "TLSv1.3" },
		{ "-H h --client-cert c", "belong together" },
		{ "-H h --from a", "--to" },
		{ "-H h --expect-code 550", "--to" },
		{ "-H h --to b --expect-code 1", "first digit" },
		{ "-H h --to b --expect-code 999", "first digit" },
		{ "-H h --password-fd x --user u", "descriptor" },
		{ "--explain timeuot", "timeout" },
		{ "-H h -s smtp stray", "stray" },
		{ "-H", "needs a value" },
		{ "-H h -s smtp --tls", "needs a value" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct check_mail_options o = { .port = 7 };
		char line[160];

		strcpy(line, bad[i].line);
		if (parse(line, &o))
			fail_msg("accepted: %s", bad[i].line);
		if (strstr(error, bad[i].says) == NULL)
			fail_msg("%s: says '%s', not '%s'", bad[i].line, error,
				 bad[i].says);
		assert_int_equal(o.port, 7);
	}
}

static void reads_expectations_and_limits(void **state)
{
	char line[] =
	    "-H h --addresses each --address-state critical --source 192.0.2.9 "
	    "--tls-min 1.3 --obsolete-tls --cert-warning 25% --cert-critical 3d --from a@b "
	    "--to c@d "
	    "--expect-code 5 --expect-capability SIZE --expect-capability STARTTLS "
	    "--expect-auth-after-tls -w 2,tls=0.5 -c tls=1:3 -vv --json";
	struct check_mail_options o;

	(void)state;
	if (!parse(line, &o))
		fail_msg("%s", error);
	assert_int_equal(o.addresses, ADDRESS_EACH);
	assert_int_equal(o.address_state, STATE_CRITICAL);
	assert_int_equal(o.source.any.sa_family, AF_INET);
	assert_int_equal(o.tls_min, TLS_VERSION_1_3);
	assert_true(o.legacy_tls);
	assert_true(o.cert_warning_given && o.cert_warning.share > 0.24);
	assert_true(o.cert_critical_given && o.cert_critical.left.ns > 0);
	assert_string_equal(o.envelope.to, "c@d");
	assert_int_equal(o.envelope.expect_code, 5);
	assert_int_equal(o.expected_count, 2);
	assert_true(o.expect_auth_after_tls && o.json);
	assert_int_equal(o.verbosity, 2);
	assert_true(o.limits.warning[LIMIT_WHOLE].given);
	assert_true(o.limits.warning[PHASE_TLS].given);
	assert_string_equal(o.limits.critical[PHASE_TLS].text, "1:3");
	assert_false(o.limits.critical[LIMIT_WHOLE].given);
}

static void help_needs_nothing_else(void **state)
{
	char line[] = "--help", version[] = "-V";
	struct check_mail_options o;

	(void)state;
	assert_true(parse(line, &o));
	assert_true(o.help);
	assert_true(parse(version, &o));
	assert_true(o.version);
}

/* A mistyped host pages nobody: it is UNKNOWN, with what to write instead. */
static void a_host_is_no_url_and_has_no_port(void **state)
{
	static const struct {
		const char *host, *says;
	} cases[] = {
		{ "mail.example.com:25", "-H mail.example.com -p 25" },
		{ "[2001:db8::1]:993", "-H [2001:db8::1] -p 993" },
		{ "192.0.2.1:25", "-H 192.0.2.1 -p 25" },
		{ "https://mail.example.com", "not a URL: -H mail.example.com" },
		{ "imaps://u@mail.example.com:993/x", "not a URL: -H mail.example.com" },
		{ "smtp://[2001:db8::1]:25", "not a URL: -H 2001:db8::1" },
		{ "/run/dovecot/lmtp", "not a path" },
		{ "mail.example.com/24", "not a path" },
		{ "probe@example.com", "without a user: -H example.com" },
		{ "a.example,b.example", "not several" },
		{ "mail.example.com;", "such characters" },
		{ "\xe2\x80\x9cmail\xe2\x80\x9d<", "such characters" },
		{ "mail\tx", "such characters" },
		{ "2001:db8:::1", "no IPv6 address" },
		{ "mail.example.com:imap", "no IPv6 address" },
		{ "", "no host" },
	};
	static const char *const good[] = { "mail.example.com", "mail.example.com.",
					    "my_host.example",  "localhost",
					    "192.0.2.1",        "2001:db8::1",
					    "[2001:db8::1]",    "fe80::1%lo" };
	struct check_mail_options o;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char program[] = "check_mail", option[] = "-H", host[64];
		char *argv[] = { program, option, host, NULL };

		strcpy(host, cases[i].host);
		optind = 0;
		if (options_parse(3, argv, &o, error) ||
		    strstr(error, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].host, error);
	}
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		char line[64] = "-H ";

		strcat(line, good[i]);
		if (!parse(line, &o))
			fail_msg("%s: %s", good[i], error);
	}
}

static void no_value_may_be_empty(void **state)
{
	static const char *const options[] = { "--name=",    "--ca-file=", "--user=",
					       "--service=", "--port=",    "--ehlo=" };
	struct check_mail_options o;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		char line[64] = "-H mail.example.com ";

		strcat(line, options[i]);
		assert_false(parse(line, &o));
		assert_non_null(strstr(error, "it is empty"));
	}
}

/* The warning would never be seen. */
static void a_warning_is_not_above_its_critical_limit(void **state)
{
	char swapped[] = "-H a -w 5 -c 2", phase[] = "-H a -w tls=5 -c tls=2";
	char right[] = "-H a -w 2 -c 5", same[] = "-H a -w 2 -c 2",
	     range[] = "-H a -w 3:5 -c 2";
	struct check_mail_options o;

	(void)state;
	assert_false(parse(swapped, &o));
	assert_non_null(strstr(error, "above"));
	assert_false(parse(phase, &o));
	assert_true(parse(right, &o));
	assert_true(parse(same, &o));
	assert_true(parse(range, &o));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_it_knows),
		cmocka_unit_test(gathers_pins),
		cmocka_unit_test(gathers_sixteen_pins),
		cmocka_unit_test(takes_states),
		cmocka_unit_test(takes_a_file_of_names_alone),
		cmocka_unit_test(takes_mechanisms),
		cmocka_unit_test(takes_lists_of_services),
		cmocka_unit_test(says_what_is_wrong_and_what_to_do),
		cmocka_unit_test(reads_expectations_and_limits),
		cmocka_unit_test(help_needs_nothing_else),
		cmocka_unit_test(a_host_is_no_url_and_has_no_port),
		cmocka_unit_test(no_value_may_be_empty),
		cmocka_unit_test(a_warning_is_not_above_its_critical_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
