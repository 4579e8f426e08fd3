/* test_manners.c - each rudeness is noticed, and nothing else is called rude. */
#include "client.h"
#include "simulator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HELLO "220 mail.demo.test ESMTP mailsim\r\n"

static struct simulator *sim;

static struct client *connect_to(const char *listener)
{
	return client_connect("127.0.0.1", simulator_port(sim, listener));
}

static void expect(struct client *c, const char *say, const char *hear)
{
	client_say(c, say);
	assert_string_equal(client_hear(c, hear), hear);
}

static struct client *secured(const char *listener, const char *name)
{
	struct client_tls tls = { simulator_ca_file(sim), name, 0 };
	struct client *c = connect_to(listener);

	assert_true(client_secure(c, &tls));
	expect(c, "", HELLO);
	return c;
}

/* Exactly one rudeness, of this kind. */
static void only(const char *listener, const char *word)
{
	assert_true(simulator_reached(sim, listener, "rude", 1));
	assert_int_equal(simulator_count(sim, listener, word), 1);
	assert_int_equal(simulator_count(sim, listener, "rude"), 1);
}

static void test_goodbye(void **state)
{
	struct client *c;

	(void)state;
	c = connect_to("no-goodbye");
	expect(c, "", HELLO);
	client_close(c);
	only("no-goodbye", "no-goodbye");

	/* The end of TLS was said, that of the session was not. */
	c = secured("no-quit", NULL);
	client_leave(c);
	only("no-quit", "no-goodbye");

	c = secured("no-notify", NULL);
	expect(c, "QUIT\r\n", "221 2.0.0 Bye\r\n");
	client_close(c);
	only("no-notify", "no-close-notify");
}

static void test_out_of_turn(void **state)
{
	struct client *c;

	(void)state;
	c = connect_to("pregreet");
	client_say(c, "EHLO me\r\n");
	assert_true(simulator_reached(sim, "pregreet", "pregreet", 1));
	client_close(c);
	only("pregreet", "pregreet");
	assert_true(simulator_reached(sim, "pregreet", "gave-up", 1));

	c = connect_to("pipelined");
	expect(c, "", HELLO);
	expect(c, "NOOP\r\nQUIT\r\n", "250 2.0.0 Ok\r\n221 2.0.0 Bye\r\n");
	client_close(c);
	only("pipelined", "pipelined");
	assert_int_equal(simulator_count(sim, "pipelined", "ahead"), 1);

	c = connect_to("impatient");
	expect(c, "", HELLO);
	client_say(c, "NOOP\r\n");
	assert_true(simulator_reached(sim, "impatient", "commands", 1));
	client_say(c, "QUIT\r\n");
	only("impatient", "pipelined");
	client_close(c);

	c = connect_to("offered");
	expect(c, "", HELLO);
	expect(c, "EHLO me\r\n", "250-mail.demo.test\r\n250 PIPELINING\r\n");
	expect(c, "NOOP\r\nQUIT\r\n", "250 2.0.0 Ok\r\n221 2.0.0 Bye\r\n");
	client_close(c);
	assert_int_equal(simulator_count(sim, "offered", "ahead"), 1);
	assert_int_equal(simulator_count(sim, "offered", "rude"), 0);
}

static void test_behind_starttls(void **state)
{
	struct client *c = connect_to("behind");

	(void)state;
	expect(c, "", HELLO);
	expect(c, "STARTTLS\r\nEHLO me\r\n", "220 2.0.0 Ready to start TLS\r\n");
	assert_true(simulator_reached(sim, "behind", "behind-starttls", 1));
	client_close(c);
}

static void test_words(void **state)
{
	struct client *c;

	(void)state;
	c = connect_to("bare-lf");
	expect(c, "", HELLO);
	expect(c, "NOOP\n", "250 2.0.0 Ok\r\n");
	expect(c, "QUIT\r\n", "221 2.0.0 Bye\r\n");
	client_close(c);
	only("bare-lf", "bare-lf");

	c = connect_to("password");
	client_line(c);
	expect(c, "a LOGIN u p\r\n", "a OK Logged in\r\n");
	expect(c, "b LOGOUT\r\n", "* BYE Logging out\r\nb OK Logout completed.\r\n");
	client_close(c);
	only("password", "clear-password");
}

static void test_tls(void **state)
{
	struct client_tls any = { NULL, NULL, 0 };
	struct client *c;

	(void)state;
	c = secured("sni", "127.0.0.1");
	expect(c, "QUIT\r\n", "221 2.0.0 Bye\r\n");
	client_leave(c);
	only("sni", "sni-address");

	c = connect_to("handshake");
	client_say(c, "EHLO in clear\r\n");
	client_ending(c, 5000);
	client_close(c);
	only("handshake", "handshake");

	c = connect_to("sniffed");
	client_close(c);
	only("sniffed", "handshake");

	/* It is not the peer's fault that this one can only do TLS 1.0. */
	c = connect_to("old");
	assert_false(client_secure(c, &any));
	client_close(c);
	assert_true(simulator_reached(sim, "old", "handshakes-failed", 1));
	assert_int_equal(simulator_count(sim, "old", "rude"), 0);
}

/* Who is not served owes nothing. */
static void test_excused(void **state)
{
	static const char *const listeners[] = { "mute", "busy", "ssh", "closed" };

	(void)state;
	for (size_t i = 0; i < sizeof(listeners) / sizeof(*listeners); i++) {
		struct client *c = connect_to(listeners[i]);

		client_ending(c, 50);
		client_close(c);
		assert_true(simulator_reached(sim, listeners[i], "connections", 1));
		for (int k = 0; k < 1000; k++)
			if (simulator_count(sim, listeners[i], "now") == 0)
				break;
		assert_int_equal(simulator_count(sim, listeners[i], "now"), 0);
		assert_int_equal(simulator_count(sim, listeners[i], "rude"), 0);
	}
}

static void test_log(void **state)
{
	char *manners = simulator_manners(sim), *record = simulator_record(sim);

	(void)state;
	assert_non_null(strstr(manners, "rude=pregreet listener=pregreet conn=1 "
					"phase=greeting detail=\"before the greeting"));
	assert_non_null(strstr(manners, "rude=sni-address listener=sni conn=1"));
	assert_non_null(strstr(record, "listener=bare-lf conn=1 clear \"NOOP\\n\"\n"));
	assert_non_null(strstr(record, "listener=sni conn=1 tls \"QUIT\\r\\n\"\n"));
	assert_non_null(strstr(record, "listener=sni conn=1 sni \"127.0.0.1\"\n"));
	assert_non_null(strstr(record, "listener=handshake conn=1 clear \"EHLO in clear"));
	assert_null(strstr(record, "listener=sni conn=1 clear"));
	free(manners);
	free(record);
}

static int start(void **state)
{
	(void)state;
	sim = simulator_start(
	    "user u p\n"
	    "listen smtp 127.0.0.1:0 name=no-goodbye\n"
	    "listen smtp 127.0.0.1:0 name=no-quit tls=implicit\n"
	    "listen smtp 127.0.0.1:0 name=no-notify tls=implicit\n"
	    "listen smtp 127.0.0.1:0 name=pregreet fault=silence@greeting\n"
	    "fault delay:60000\n"
	    "listen smtp 127.0.0.1:0 name=pipelined\n"
	    "listen smtp 127.0.0.1:0 name=impatient fault=delay@mailbox:60000\n"
	    "listen smtp 127.0.0.1:0 name=offered\ncapability PIPELINING\n"
	    "listen smtp 127.0.0.1:0 name=behind tls=starttls\n"
	    "listen smtp 127.0.0.1:0 name=bare-lf\n"
	    "listen imap 127.0.0.1:0 name=password\n"
	    "listen smtp 127.0.0.1:0 name=sni tls=implicit\n"
	    "listen smtp 127.0.0.1:0 name=handshake tls=implicit\n"
	    "listen smtp 127.0.0.1:0 name=sniffed tls=implicit\n"
	    "listen smtp 127.0.0.1:0 name=old tls=implicit tls-max=1.0\n"
	    "listen smtp 127.0.0.1:0 name=mute fault=silence@greeting\n"
	    "listen smtp 127.0.0.1:0 name=busy fault=busy\n"
	    "listen smtp 127.0.0.1:0 name=ssh fault=ssh\n"
	    "listen smtp 127.0.0.1:0 name=closed fault=close@greeting\n");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	return simulator_stop(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goodbye),
		cmocka_unit_test(test_out_of_turn),
		cmocka_unit_test(test_behind_starttls),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_excused),
		cmocka_unit_test(test_log),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
