/* test_scenario.c - mistakes in a scenario are told with file, line and what to do; how the
 * program starts and ends. */
#include "simulator.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/mailsim-test-XXXXXX";

static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen(in_dir(name), "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* Runs `mailsim OPTIONS DIR/scenario` and returns its exit status; what it says, without the
 * directory, goes to `said`. */
static int run(const char *options, const char *scenario, char *said, size_t cap)
{
	char command[1024];
	FILE *from;
	size_t n;

	write_file("scenario", scenario);
	snprintf(command, sizeof(command), "cd %s || exit 99; %s %s scenario 2>&1", dir,
		 MAILSIM_PATH, options);
	from = popen(command, "re");
	assert_non_null(from);
	n = fread(said, 1, cap - 1, from);
	said[n] = '\0';
	return WEXITSTATUS(pclose(from));
}

static void test_mistakes(void **state)
{
	/* clang-format off */
	static const struct {
		const char *scenario, *said;
	} cases[] = {
		{ "", "scenario:0: no listener; write: listen smtp 127.0.0.1:0\n" },
		{ "\n# x\nlisen smtp 127.0.0.1:0",
		  "scenario:3: unknown line 'lisen'; did you mean 'listen'?\n" },
		{ "listen smpt 127.0.0.1:0",
		  "scenario:1: unknown protocol 'smpt'; did you mean 'smtp'?\n" },
		{ "listen smtp", "scenario:1: write: listen PROTOCOL ADDRESS:PORT [KEY=VALUE]...\n" },
		{ "listen smtp 192.0.2.1:25", "scenario:1: '192.0.2.1:25' is not on the loopback "
		  "interface; only 127.0.0.0/8 and [::1] may be used\n" },
		{ "listen smtp 0.0.0.0:25", "scenario:1: '0.0.0.0:25' is not on the loopback "
		  "interface; only 127.0.0.0/8 and [::1] may be used\n" },
		{ "listen smtp [::]:25", "scenario:1: '[::]:25' is not on the loopback "
		  "interface; only 127.0.0.0/8 and [::1] may be used\n" },
		{ "listen smtp localhost:25", "scenario:1: 'localhost:25' is not on the loopback "
		  "interface; only 127.0.0.0/8 and [::1] may be used\n" },
		{ "listen smtp 127.0.0.1", "scenario:1: '127.0.0.1' has no port; write "
		  "127.0.0.1:2525, port 0 picks one\n" },
		{ "listen smtp 127.0.0.1:65536", "scenario:1: '127.0.0.1:65536' is not an address "
		  "with a port from 0 to 65535\n" },
		{ "listen smtp 127.0.0.9-8:0", "scenario:1: '127.0.0.9-8:0': a range of addresses "
		  "ends with the last number, 127.0.0.1-50:2525\n" },
		{ "listen smtp 127.0.0.1:0 tls=opportunistic", "scenario:1: unknown tls mode "
		  "'opportunistic'; known are:\n    none\n    starttls\n    implicit\n" },
		{ "listen smtp 127.0.0.1:0 tls", "scenario:1: 'tls' needs a value: tls=...\n" },
		{ "listen smtp 127.0.0.1:0 tls-max=1.4",
		  "scenario:1: unknown TLS version '1.4'; did you mean '1.0'?\n" },
		{ "listen smtp 127.0.0.1:0 every=x",
		  "scenario:1: 'x' is not a number from 0 to 1000000\n" },
		{ "listen smtp 127.0.0.1:0 name=a\nlisten smtp 127.0.0.1:0 name=a",
		  "scenario:2: the name 'a' is taken by line 1\n" },
		{ "listen smtp 127.0.0.1:0 fault=clos",
		  "scenario:1: unknown fault 'clos'; did you mean 'close'?\n" },
		{ "listen smtp 127.0.0.1:0 fault=close@foo", "scenario:1: fault 'close@foo' of a "
		  "listener for smtp: phases are connect greeting capability starttls tls auth "
		  "mailbox quit\n" },
		{ "listen smtp 127.0.0.1:0 fault=delay", "scenario:1: fault 'delay' of a listener "
		  "for smtp: it needs milliseconds: NAME:500 or NAME@PHASE:500\n" },
		{ "listen smtp 127.0.0.1:0 fault=delay:1s", "scenario:1: fault 'delay:1s' of a "
		  "listener for smtp: behind the colon stand milliseconds, up to a day of them\n" },
		{ "listen smtp 127.0.0.1:0 fault=preauth", "scenario:1: fault 'preauth' of a "
		  "listener for smtp: this protocol has no such fault\n" },
		{ "listen imap 127.0.0.1:0 fault=teaser:5", "scenario:1: fault 'teaser:5' of a "
		  "listener for imap: only SMTP has greetings of several lines\n" },
		{ "reply EHLO \"502 no\"",
		  "scenario:1: this line belongs to a listener, and there is none above it\n" },
		{ "listen smtp 127.0.0.1:0\nreply EHLO 502 no",
		  "scenario:2: one text too many; put it in double quotes\n" },
		{ "listen smtp 127.0.0.1:0\nreply EHLO \"502 no\" wen=tls",
		  "scenario:2: unknown key 'wen'; did you mean 'when'?\n" },
		{ "listen smtp 127.0.0.1:0\nreply EHLO \"502 no",
		  "scenario:2: the closing quote is missing\n" },
		{ "listen smtp 127.0.0.1:0\nreply EHLO \"\\q\"",
		  "scenario:2: unknown escape; known are \\r \\n \\t \\0 \\xHH \\\\ \\\"\n" },
		{ "listen smtp 127.0.0.1:0\nuser a", "scenario:2: write: user NAME PASSWORD\n" },
		{ "listen smtp 127.0.0.1:0\ncertificate a good from=-3d", "scenario:2: give both "
		  "from= and until=, the earlier first, as in from=-10d until=20d\n" },
		{ "listen smtp 127.0.0.1:0\ncertificate a good from=x until=1d",
		  "scenario:2: 'x' is not a time; write -3d, 12h, 30m or 90s\n"
		  "scenario:2: give both from= and until=, the earlier first, as in from=-10d "
		  "until=20d\n" },
	};
	/* clang-format on */
	char said[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int status = run("--check", cases[i].scenario, said, sizeof(said));

		assert_string_equal(said, cases[i].said);
		assert_int_equal(status, 2);
	}
}

/* What cannot be seen in the file alone. */
static void test_start(void **state)
{
	char said[4096], scenario[128];
	struct simulator *sim;

	(void)state;
	assert_int_equal(run("", "listen smtp 127.0.0.1:0 tls=implicit cert=expird name=a",
			     said, sizeof(said)),
			 1);
	assert_string_equal(said,
			    "mailsim: unknown certificate 'expird'; did you mean expired\n"
			    "mailsim: listener a (line 1) has no certificate\n");
	assert_int_equal(run("--threads 0", "listen smtp 127.0.0.1:0", said, sizeof(said)),
			 2);
	assert_string_equal(said,
			    "mailsim: --threads wants a number from 1 to 64, not '0'\n");
	assert_int_equal(
	    run("--ca-dir /dev/null/x", "listen smtp 127.0.0.1:0", said, sizeof(said)), 1);
	assert_string_equal(said, "mailsim: /dev/null/x: Not a directory\n");

	sim = simulator_start("listen smtp 127.0.0.1:0 name=a");
	snprintf(scenario, sizeof(scenario), "listen smtp 127.0.0.1:%u name=b",
		 simulator_port(sim, "a"));
	for (int threads = 1; threads <= 2; threads++) {
		assert_int_equal(
		    run(threads == 1 ? "" : "--threads 2", scenario, said, sizeof(said)),
		    1);
		assert_non_null(
		    strstr(said, "listener b: cannot listen on 127.0.0.1 port "));
		assert_non_null(strstr(said, "Address already in use"));
	}
	assert_int_equal(simulator_stop(sim), 0);
}

static void test_examples(void **state)
{
	char said[4096];

	(void)state;
	assert_int_equal(
	    run("--check " MAILSIM_DIR "/example.conf 2>&1 #", "", said, sizeof(said)), 0);
	assert_string_equal(said, "");
	assert_int_equal(
	    run("--check " MAILSIM_DIR "/demo.conf 2>&1 #", "", said, sizeof(said)), 0);
	assert_string_equal(said, "");
}

/* --help names every kind and fault; --version the version. */
static void test_help(void **state)
{
	char said[8192];

	(void)state;
	assert_int_equal(run("--help", "", said, sizeof(said)), 0);
	assert_non_null(strstr(said, "  endless-reply\n"));
	assert_non_null(strstr(said, "  login-down\n"));
	assert_non_null(strstr(said, "  missing-intermediate "));
	assert_int_equal(run("--version", "", said, sizeof(said)), 0);
	assert_int_equal(strncmp(said, "mailsim ", 8), 0);
	assert_int_equal(run("--nonsense", "", said, sizeof(said)), 2);
}

/* The files of a run, threads, SIGUSR1. */
static void test_files(void **state)
{
	char said[4096], expected[128];
	unsigned port = 0;
	FILE *file;

	(void)state;
	assert_int_equal(
	    run("--threads 2 --ports-file ports --counters counters --name "
		"a.test --name b.test "
		"--ca-dir ca --with-parent scenario > out & "
		"for i in $(seq 500); do grep -q ready out && break; sleep 0.01; done; "
		"kill -USR1 $!; "
		"for i in $(seq 500); do test -s counters && break; sleep 0.01; done; "
		"kill $!; wait $!; : #",
		"listen smtp 127.0.0.1-3:0 name=a\n", said, sizeof(said)),
	    0);
	assert_string_equal(said, "");
	file = fopen(in_dir("ports"), "re");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "a smtp 127.0.0.1-3 %u none\n%15s", &port, said), 2);
	fclose(file);
	assert_string_equal(said, "ready");
	assert_in_range(port, 1, 65535);
	file = fopen(in_dir("counters"), "re");
	assert_non_null(file);
	assert_non_null(fgets(said, sizeof(said), file));
	fclose(file);
	strcpy(expected, "listener=a now=0 peak=0 connections=0 ");
	assert_int_equal(strncmp(said, expected, strlen(expected)), 0);
}

static int start(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL;
}

static int stop(void **state)
{
	static const char *const names[] = { "scenario",  "ports", "counters",
					     "ca/ca.pem", "out",   "ca" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		remove(in_dir(names[i]));
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes), cmocka_unit_test(test_start),
		cmocka_unit_test(test_examples), cmocka_unit_test(test_help),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
