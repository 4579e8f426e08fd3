/* test_mischief.c - each fault a scenario can ask for. */
#include "client.h"
#include "simulator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define HELLO "220 mail.demo.test ESMTP mailsim\r\n"
#define OFFER                                                                              \
	"250-mail.demo.test\r\n250-SIZE 10240000\r\n250-STARTTLS\r\n"                      \
	"250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n"

static struct simulator *sim;

static struct client *connect_to(const char *listener)
{
	return client_connect("127.0.0.1", simulator_port(sim, listener));
}

static struct client_tls tls(void)
{
	return (struct client_tls){ simulator_ca_file(sim), "mail.demo.test", 0 };
}

static void expect(struct client *c, const char *say, const char *hear)
{
	client_say(c, say);
	assert_string_equal(client_hear(c, hear), hear);
}

static long elapsed_ms(struct timespec from)
{
	struct timespec to;

	clock_gettime(CLOCK_MONOTONIC, &to);
	return (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000;
}

/* --- greetings --- */

static void test_greetings(void **state)
{
	/* clang-format off */
	static const struct {
		const char *lines, *greeting, *ending;
	} cases[] = {
		{ "smtp fault=refused",
		  "554 5.7.1 mail.demo.test Service unavailable; client host is blocked\r\n",
		  "nothing" },
		{ "smtp fault=busy", "421 4.7.0 mail.demo.test Error: too many connections from "
		  "your address\r\n", "end" },
		{ "imap fault=busy",
		  "* BYE [UNAVAILABLE] Too many connections from your address\r\n", "end" },
		{ "imap fault=refused", "* BYE Client host is blocked\r\n", "end" },
		{ "pop3 fault=busy",
		  "-ERR [SYS/TEMP] Too many connections from your address\r\n", "end" },
		{ "pop3 fault=refused", "-ERR [SYS/PERM] Client host is blocked\r\n", "nothing" },
		{ "sieve fault=busy",
		  "BYE (TRYLATER) \"Too many connections from your address\"\r\n", "end" },
		{ "sieve fault=refused", "BYE \"Client host is blocked\"\r\n", "end" },
		{ "imap fault=preauth", "* PREAUTH [CAPABILITY IMAP4rev1] Logged in as probe\r\n",
		  "nothing" },
		{ "smtp fault=ssh", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", "nothing" },
		{ "smtp fault=http", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
		  "Content-Length: 0\r\n\r\n", "end" },
		{ "smtp fault=drip:1", HELLO, "nothing" },
		{ "smtp\nreply GREETING \"220-a\\n220 b\"", "220-a\r\n220 b\r\n", "nothing" },
		{ "smtp\nraw GREETING \"22\" then=close", "22", "end" },
		{ "smtp\nraw GREETING \"\" then=reset", "", "reset" },
		{ "smtp\nreply GREETING \"220 x\" then=goodbye", "220 x\r\n", "end" },
		{ "smtp fault=close", "", "end" },
		{ "smtp fault=reset", "", "reset" },
		{ "smtp fault=silence", "", "nothing" },
		{ "smtp fault=close@greeting", "", "end" },
		{ "smtp fault=reset@greeting", "", "reset" },
		{ "smtp fault=silence@greeting", "", "nothing" },
		{ "smtp fault=close@greeting fault=delay:60000", "", "nothing" },
	};
	/* clang-format on */
	char text[8192] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t head = strcspn(cases[i].lines, " \n"), n = strlen(text);

		snprintf(text + n, sizeof(text) - n,
			 "listen %.*s 127.0.0.1:0 name=g%zu%s\n", (int)head, cases[i].lines,
			 i, cases[i].lines + head);
	}
	sim = simulator_start(text);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char name[8];
		struct client *c;

		snprintf(name, sizeof(name), "g%zu", i);
		c = connect_to(name);
		expect(c, "", cases[i].greeting);
		if (strcmp(client_ending(c, 100), cases[i].ending) != 0)
			fail_msg("%s does not end with %s", cases[i].lines,
				 cases[i].ending);
		client_close(c);
	}
	assert_int_equal(simulator_stop(sim), 0);
}

static void test_binary(void **state)
{
	static const char bytes[] = "\x00\x01\xff\xfe\x1b[2J\x07\x80\x00\x15\x03\x01\r\n";
	struct client *c;

	(void)state;
	sim = simulator_start("listen imap 127.0.0.1:0 name=binary fault=binary");
	c = connect_to("binary");
	assert_memory_equal(client_read(c, sizeof(bytes) - 1), bytes, sizeof(bytes) - 1);
	client_close(c);
	assert_int_equal(simulator_stop(sim), 0);
}

static void test_teaser(void **state)
{
	struct client *c;

	(void)state;
	sim = simulator_start("listen smtp 127.0.0.1:0 name=teaser fault=teaser:100\n"
			      "listen smtp 127.0.0.1:0 name=long fault=teaser:60000");
	c = connect_to("teaser");
	expect(c, "", "220-mail.demo.test please wait\r\n");
	expect(c, "", HELLO);
	expect(c, "QUIT\r\n", "221 2.0.0 Bye\r\n");
	client_leave(c);
	assert_int_equal(simulator_count(sim, "teaser", "rude"), 0);

	c = connect_to("long");
	expect(c, "", "220-mail.demo.test please wait\r\n");
	assert_string_equal(client_ending(c, 50), "nothing");
	client_say(c, "QUIT\r\n");
	assert_true(simulator_reached(sim, "long", "pregreet", 1));
	client_leave(c);
	assert_int_equal(simulator_stop(sim), 0);
}

static void test_strict(void **state)
{
	static const char refusal[] =
	    "554 5.5.1 mail.demo.test SMTP synchronization error\r\n";
	struct client *c;

	(void)state;
	sim = simulator_start(
	    "listen smtp 127.0.0.1:0 name=s fault=delay:60000 fault=strict");
	c = connect_to("s");
	expect(c, "EHLO me\r\n", refusal);
	assert_string_equal(client_ending(c, 5000), "end");
	client_leave(c);
	assert_int_equal(simulator_stop(sim), 0);
}

static void test_times(void **state)
{
	struct timespec from;
	struct client *c;

	(void)state;
	sim =
	    simulator_start("listen smtp 127.0.0.1:0 name=delay fault=delay:100 "
			    "fault=delay@quit:50\n"
			    "listen smtp 127.0.0.1:0 name=drip fault=drip@capability:2\n");
	clock_gettime(CLOCK_MONOTONIC, &from);
	c = connect_to("delay");
	expect(c, "", HELLO);
	assert_true(elapsed_ms(from) >= 90);
	clock_gettime(CLOCK_MONOTONIC, &from);
	expect(c, "QUIT\r\n", "221 2.0.0 Bye\r\n");
	assert_true(elapsed_ms(from) >= 45);
	client_leave(c);

	c = connect_to("drip");
	expect(c, "", HELLO);
	clock_gettime(CLOCK_MONOTONIC, &from);
	expect(c, "HELO me\r\n", "250 mail.demo.test\r\n");
	assert_true(elapsed_ms(from) >= 19);
	expect(c, "QUIT\r\n", "221 2.0.0 Bye\r\n");
	client_leave(c);
	assert_int_equal(simulator_stop(sim), 0);
}

/* --- output without end --- */

static void test_endless(void **state)
{
	static const char *const listeners[] = { "line", "reply", "imap",
						 "pop3", "sieve", "tls" };
	struct client_tls t;

	(void)state;
	sim = simulator_start(
	    "listen smtp 127.0.0.1:0 name=line fault=endless-line\n"
	    "listen smtp 127.0.0.1:0 name=reply fault=endless-reply\n"
	    "listen imap 127.0.0.1:0 name=imap fault=endless-line@greeting\n"
	    "listen pop3 127.0.0.1:0 name=pop3 fault=endless-reply\n"
	    "listen sieve 127.0.0.1:0 name=sieve fault=endless-reply\n"
	    "listen smtp 127.0.0.1:0 name=tls tls=implicit fault=endless-reply\n");
	t = tls();
	for (size_t i = 0; i < sizeof(listeners) / sizeof(*listeners); i++) {
		struct client *c = connect_to(listeners[i]);
		const char *heard;

		if (strcmp(listeners[i], "tls") == 0)
			assert_true(client_secure(c, &t));
		for (int k = 0; k < 20; k++) {
			heard = client_read(c, 50000);
			assert_int_equal(strlen(heard), 50000);
			if (strcmp(listeners[i], "line") == 0)
				assert_null(strchr(heard, '\n'));
			else if (strcmp(listeners[i], "imap") != 0)
				assert_non_null(strchr(heard, '\n'));
		}
		client_close(c);
		assert_true(simulator_reached(sim, listeners[i], "gave-up", 1));
		assert_int_equal(simulator_count(sim, listeners[i], "rude"), 0);
	}
	assert_int_equal(simulator_stop(sim), 0);
}

/* --- STARTTLS and the handshake --- */

static void test_starttls(void **state)
{
	struct client *c;
	struct client_tls t;

	(void)state;
	sim = simulator_start(
	    "listen smtp 127.0.0.1:0 name=refused tls=starttls fault=starttls-refused\n"
	    "listen smtp 127.0.0.1:0 name=injection tls=starttls fault=injection\n"
	    "listen pop3 127.0.0.1:0 name=own tls=starttls\nfault injection \"+OK "
	    "x\\r\\n\"\n"
	    "listen smtp 127.0.0.1:0 name=garbage tls=starttls fault=garbage\n"
	    "listen smtp 127.0.0.1:0 name=own-words tls=starttls\n"
	    "reply STARTTLS \"220 go\" then=tls\n"
	    "listen pop3 127.0.0.1:0 name=alias tls=starttls\nreply STARTTLS \"-ERR "
	    "no\"\n");
	t = tls();
	c = connect_to("refused");
	expect(c, "", HELLO);
	expect(c, "EHLO me\r\n", OFFER);
	expect(c, "STARTTLS\r\n", "454 4.7.0 TLS not available due to local problem\r\n");
	expect(c, "QUIT\r\n", "221 2.0.0 Bye\r\n");
	client_leave(c);

	c = connect_to("injection");
	expect(c, "", HELLO);
	expect(c, "STARTTLS\r\n",
	       "220 2.0.0 Ready to start TLS\r\n250-mail.demo.test\r\n250 AUTH PLAIN "
	       "LOGIN\r\n");
	client_close(c);

	/* A client that did not look would go on. */
	c = connect_to("own");
	expect(c, "", "+OK mail.demo.test mailsim ready\r\n");
	expect(c, "STLS\r\n", "+OK Begin TLS negotiation now\r\n+OK x\r\n");
	assert_true(client_secure(c, &t));
	client_leave(c);

	c = connect_to("garbage");
	expect(c, "", HELLO);
	expect(c, "STARTTLS\r\n", "220 2.0.0 Ready to start TLS\r\n");
	assert_false(client_secure(c, &t));
	assert_non_null(strstr(client_error(c), "wrong version number"));
	client_close(c);

	c = connect_to("own-words");
	expect(c, "", HELLO);
	expect(c, "STARTTLS\r\n", "220 go\r\n");
	assert_true(client_secure(c, &t));
	client_leave(c);

	c = connect_to("alias");
	expect(c, "", "+OK mail.demo.test mailsim ready\r\n");
	expect(c, "STLS\r\n", "-ERR no\r\n");
	client_close(c);
	assert_int_equal(simulator_stop(sim), 0);
}

static void test_handshake(void **state)
{
	static const char *const names[] = { "close", "reset", "old", "mtls" };
	static const char *const errors[] = { "", "reset", "", "" };
	struct client_tls t, old;

	(void)state;
	sim = simulator_start(
	    "listen smtp 127.0.0.1:0 name=close tls=implicit fault=close@tls\n"
	    "listen smtp 127.0.0.1:0 name=reset tls=implicit fault=reset@tls\n"
	    "listen smtp 127.0.0.1:0 name=old tls=implicit tls-max=1.0\n"
	    "listen smtp 127.0.0.1:0 name=mtls tls=implicit client-cert=required "
	    "tls-max=1.2\n"
	    "listen smtp 127.0.0.1:0 name=slow tls=implicit fault=delay@tls:50\n"
	    "listen smtp 127.0.0.1:0 name=hang tls=implicit fault=silence@tls\n");
	t = tls();
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct client *c = connect_to(names[i]);

		assert_false(client_secure(c, &t));
		if (strstr(client_error(c), errors[i]) == NULL)
			fail_msg("%s: %s", names[i], client_error(c));
		client_close(c);
		assert_int_equal(simulator_count(sim, names[i], "rude"), 0);
	}
	old = t;
	old.max_version = TLS1_VERSION;
	for (size_t i = 0; i < 2; i++) {
		struct client *c = connect_to(i == 0 ? "old" : "slow");

		assert_true(client_secure(c, i == 0 ? &old : &t));
		expect(c, "", HELLO);
		expect(c, "QUIT\r\n", "221 2.0.0 Bye\r\n");
		client_leave(c);
	}
	assert_int_equal(simulator_stop(sim), 0);
}

/* --- phases and replies --- */

static void test_phases(void **state)
{
	struct client *c;
	struct client_tls t;

	(void)state;
	sim = simulator_start(
	    "user u p\n"
	    "listen smtp 127.0.0.1:0 name=ehlo tls=starttls\nfault close@capability "
	    "when=tls\n"
	    "listen imap 127.0.0.1:0 name=auth fault=silence@auth\n"
	    "listen pop3 127.0.0.1:0 name=box fault=reset@mailbox\n"
	    "listen smtp 127.0.0.1:0 name=quit fault=close@quit\n"
	    "listen smtp 127.0.0.1:0 name=third fault=close@greeting every=3\n");
	t = tls();
	c = connect_to("ehlo");
	expect(c, "", HELLO);
	expect(c, "EHLO me\r\n", OFFER);
	expect(c, "STARTTLS\r\n", "220 2.0.0 Ready to start TLS\r\n");
	assert_true(client_secure(c, &t));
	client_say(c, "EHLO me\r\n");
	assert_string_equal(client_ending(c, 5000), "end");
	client_close(c);

	c = connect_to("auth");
	client_line(c);
	client_say(c, "1 LOGIN u p\r\n");
	assert_string_equal(client_ending(c, 50), "nothing");
	client_close(c);

	c = connect_to("box");
	expect(c, "", "+OK mail.demo.test mailsim ready\r\n");
	expect(c, "USER u\r\n", "+OK\r\n");
	expect(c, "PASS p\r\n", "+OK Logged in.\r\n");
	client_say(c, "STAT\r\n");
	assert_string_equal(client_ending(c, 5000), "reset");
	client_close(c);

	c = connect_to("quit");
	expect(c, "", HELLO);
	client_say(c, "QUIT\r\n");
	assert_string_equal(client_ending(c, 5000), "end");
	client_close(c);

	for (int i = 1; i <= 6; i++) {
		c = connect_to("third");
		expect(c, "", i % 3 == 0 ? "" : HELLO);
		assert_string_equal(client_ending(c, i % 3 == 0 ? 5000 : 20),
				    i % 3 == 0 ? "end" : "nothing");
		client_close(c);
	}
	assert_int_equal(simulator_count(sim, "third", "faulty"), 2);
	assert_int_equal(simulator_stop(sim), 0);
}

static void test_replies(void **state)
{
	struct client *c;

	(void)state;
	sim =
	    simulator_start("user u p\n"
			    "listen smtp 127.0.0.1:0 name=smtp\n"
			    "reply EHLO \"502 5.5.1 what\" nth=1\n"
			    "reply VERDICT \"454 4.7.0 Temporary authentication failure\"\n"
			    "capability \"SIZE 1\\nAUTH PLAIN\"\n"
			    "listen imap 127.0.0.1:0 name=imap fault=login-down login=any\n"
			    "reply CAPABILITY \"* CAPABILITY IMAP4rev1\\nBAD what\"\n"
			    "raw NOOP \"\\x01\\\"=\"\n"
			    "listen pop3 127.0.0.1:0 name=any\nreply * \"-ERR no\"\n"
			    "listen sieve 127.0.0.1:0 name=sieve fault=login-denied\n");
	c = connect_to("smtp");
	expect(c, "", HELLO);
	expect(c, "EHLO me\r\n", "502 5.5.1 what\r\n");
	expect(c, "EHLO me\r\n", "250-mail.demo.test\r\n250-SIZE 1\r\n250 AUTH PLAIN\r\n");
	expect(c, "AUTH PLAIN\r\n", "334 \r\n");
	expect(c, "AHUAcA==\r\n", "454 4.7.0 Temporary authentication failure\r\n");
	client_close(c);

	c = connect_to("imap");
	client_hear(c,
		    "* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ ID ENABLE IDLE AUTH=PLAIN "
		    "AUTH=LOGIN] mail.demo.test mailsim ready.\r\n");
	expect(c, "t1 CAPABILITY\r\n", "* CAPABILITY IMAP4rev1\r\nt1 BAD what\r\n");
	expect(c, "t2 LOGIN u p\r\n",
	       "t2 NO [UNAVAILABLE] Temporary authentication failure.\r\n");
	expect(c, "t3 NOOP\r\n", "\x01\"=");
	client_close(c);

	c = connect_to("any");
	expect(c, "", "+OK mail.demo.test mailsim ready\r\n");
	expect(c, "CAPA\r\n", "-ERR no\r\n");
	expect(c, "QUIT\r\n", "-ERR no\r\n");
	client_close(c);
	assert_int_equal(simulator_count(sim, "smtp", "logins-denied"), 1);
	assert_int_equal(simulator_count(sim, "smtp", "logins"), 0);
	assert_int_equal(simulator_stop(sim), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_greetings), cmocka_unit_test(test_binary),
		cmocka_unit_test(test_teaser),    cmocka_unit_test(test_strict),
		cmocka_unit_test(test_times),     cmocka_unit_test(test_endless),
		cmocka_unit_test(test_starttls),  cmocka_unit_test(test_handshake),
		cmocka_unit_test(test_phases),    cmocka_unit_test(test_replies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
