/* test_protocols.c - what mailsim says when nothing is wrong. */
#include "client.h"
#include "simulator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char scenario[] =
    "user probe@demo.test \"se\\\"cret word\"\n"
    "listen smtp 127.0.0.1:0 name=smtp tls=starttls\n"
    "listen smtp 127.0.0.1:0 name=plain\n"
    "listen lmtp [::1]:0 name=lmtp\n"
    "listen imap 127.0.0.1:0 name=imap tls=starttls\n"
    "listen imap 127.0.0.1:0 name=imaps tls=implicit messages=17\n"
    "listen pop3 127.0.0.1:0 name=pop3 tls=starttls\n"
    "listen pop3 127.0.0.1:0 name=pop3s tls=implicit\n"
    "listen sieve 127.0.0.1:0 name=sieve tls=starttls\n"
    "listen smtp 127.0.0.2-4:0 name=many\n";

/* AHByb2JlQGRlbW8udGVzdABzZSJjcmV0IHdvcmQ= is the PLAIN response of that user. */
#define PLAIN "AHByb2JlQGRlbW8udGVzdABzZSJjcmV0IHdvcmQ="

/* hear NULL: TLS begins here. */
struct line {
	const char *say, *hear;
};

static struct simulator *sim;

static void play(const char *host, const char *listener, bool implicit,
		 const struct line *lines)
{
	struct client *c = client_connect(host, simulator_port(sim, listener));
	struct client_tls tls = { simulator_ca_file(sim), "mail.demo.test", 0 };

	if (implicit)
		assert_true(client_secure(c, &tls));
	for (; lines->say != NULL; lines++) {
		if (lines->hear == NULL) {
			if (!client_secure(c, &tls))
				fail_msg("%s: %s", listener, client_error(c));
			assert_int_equal(client_verdict(c), X509_V_OK);
			continue;
		}
		client_say(c, lines->say);
		assert_string_equal(client_hear(c, lines->hear), lines->hear);
	}
	assert_string_equal(client_ending(c, 5000),
			    client_ssl(c) != NULL ? "close_notify" : "end");
	client_leave(c);
}

/* clang-format off */
static void test_smtp(void **state)
{
	static const struct line lines[] = {
		{ "", "220 mail.demo.test ESMTP mailsim\r\n" },
		{ "EHLO me.test\r\n", "250-mail.demo.test\r\n250-SIZE 10240000\r\n250-STARTTLS\r\n"
		  "250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n" },
		{ "AUTH PLAIN\r\n", "530 5.7.0 Must issue a STARTTLS command first\r\n" },
		{ "starttls\r\n", "220 2.0.0 Ready to start TLS\r\n" },
		{ "", NULL },
		{ "AUTH PLAIN " PLAIN "\r\n", "503 5.5.1 Error: send HELO/EHLO first\r\n" },
		{ "ehlo me.test\r\n", "250-mail.demo.test\r\n250-SIZE 10240000\r\n"
		  "250-AUTH PLAIN LOGIN\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n" },
		{ "STARTTLS\r\n", "503 5.5.1 TLS already active\r\n" },
		{ "AUTH CRAM-MD5\r\n", "504 5.5.4 Unrecognized authentication type\r\n" },
		{ "AUTH PLAIN AGEAYg==\r\n", "535 5.7.8 Error: authentication failed\r\n" },
		{ "AUTH PLAIN\r\n", "334 \r\n" },
		{ "*\r\n", "501 5.7.0 Authentication aborted\r\n" },
		{ "AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n" },
		{ "cHJvYmVAZGVtby50ZXN0\r\n", "334 UGFzc3dvcmQ6\r\n" },
		{ "c2UiY3JldCB3b3Jk\r\n", "235 2.7.0 Authentication successful\r\n" },
		{ "AUTH PLAIN\r\n", "503 5.5.1 Error: already authenticated\r\n" },
		{ "MAIL FROM:<>\r\n", "250 2.1.0 Ok\r\n" },
		{ "RCPT TO:<a@demo.test>\r\n", "250 2.1.5 Ok\r\n" },
		{ "DATA\r\n", "354 End data with <CR><LF>.<CR><LF>\r\n" },
		{ "QUIT\r\n\r\n.\r\n", "250 2.0.0 Ok: accepted and dropped\r\n" },
		{ "RSET\r\n", "250 2.0.0 Ok\r\n" },
		{ "NOOP\r\n", "250 2.0.0 Ok\r\n" },
		{ "QUIT\r\n", "221 2.0.0 Bye\r\n" },
		{ NULL, NULL },
	};

	(void)state;
	play("127.0.0.1", "smtp", false, lines);
}

static void test_smtp_old(void **state)
{
	static const struct line lines[] = {
		{ "", "220 mail.demo.test ESMTP mailsim\r\n" },
		{ "LHLO x\r\n", "500 5.5.2 Error: command not recognized\r\n" },
		{ "EHLO\r\n", "501 5.5.4 Syntax: EHLO hostname\r\n" },
		{ "MAIL FROM:<>\r\n", "503 5.5.1 Error: send HELO/EHLO first\r\n" },
		{ "HELO x\r\n", "250 mail.demo.test\r\n" },
		{ "STARTTLS\r\n", "502 5.5.1 Error: command not implemented\r\n" },
		{ "\r\n", "500 5.5.2 Error: command not recognized\r\n" },
		{ "QUIT\r\n", "221 2.0.0 Bye\r\n" },
		{ NULL, NULL },
	};

	(void)state;
	play("127.0.0.1", "plain", false, lines);
	play("127.0.0.2", "many", false, lines);
	play("127.0.0.4", "many", false, lines);
}

static void test_lmtp(void **state)
{
	static const struct line lines[] = {
		{ "", "220 mail.demo.test LMTP mailsim\r\n" },
		{ "EHLO x\r\n", "500 5.5.2 Error: command not recognized\r\n" },
		{ "LHLO x\r\n", "250-mail.demo.test\r\n250-SIZE 10240000\r\n"
		  "250-AUTH PLAIN LOGIN\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n" },
		{ "QUIT\r\n", "221 2.0.0 Bye\r\n" },
		{ NULL, NULL },
	};

	(void)state;
	play("::1", "lmtp", false, lines);
}

static void test_imap(void **state)
{
	static const struct line lines[] = {
		{ "", "* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ ID ENABLE IDLE STARTTLS "
		  "LOGINDISABLED] mail.demo.test mailsim ready.\r\n" },
		{ "1 LOGIN a b\r\n", "1 NO [PRIVACYREQUIRED] Plaintext authentication disallowed "
		  "on non-secure (SSL/TLS) connections.\r\n" },
		{ "2 STARTTLS\r\n", "2 OK Begin TLS negotiation now.\r\n" },
		{ "", NULL },
		{ "3 CAPABILITY\r\n", "* CAPABILITY IMAP4rev1 SASL-IR LITERAL+ ID ENABLE IDLE "
		  "AUTH=PLAIN AUTH=LOGIN\r\n3 OK Capability completed.\r\n" },
		{ "4 EXAMINE INBOX\r\n", "4 BAD Error in IMAP command received by server.\r\n" },
		{ "5 LOGIN probe@demo.test \"wrong\"\r\n",
		  "5 NO [AUTHENTICATIONFAILED] Authentication failed.\r\n" },
		{ "6 LOGIN {15}\r\n", "+ OK\r\n" },
		{ "probe@demo.test {14}\r\n", "+ OK\r\n" },
		{ "se\"cret\r\n word\r\n", "6 NO [AUTHENTICATIONFAILED] Authentication failed.\r\n" },
		{ "7 LOGIN \"probe@demo.test\" \"se\\\"cret word\"\r\n", "7 OK Logged in\r\n" },
		{ "8 LOGOUT\r\n", "* BYE Logging out\r\n8 OK Logout completed.\r\n" },
		{ NULL, NULL },
	};

	(void)state;
	play("127.0.0.1", "imap", false, lines);
}

static void test_imap_mailbox(void **state)
{
	static const struct line lines[] = {
		{ "", "* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ ID ENABLE IDLE AUTH=PLAIN "
		  "AUTH=LOGIN] mail.demo.test mailsim ready.\r\n" },
		{ "a AUTHENTICATE PLAIN\r\n", "+ \r\n" },
		{ PLAIN "\r\n", "a OK Logged in\r\n" },
		{ "b EXAMINE \"inbox\"\r\n",
		  "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n"
		  "* OK [PERMANENTFLAGS ()] Read-only mailbox.\r\n* 17 EXISTS\r\n* 0 RECENT\r\n"
		  "* OK [UIDVALIDITY 1700000000] UIDs valid\r\n"
		  "* OK [UIDNEXT 18] Predicted next UID\r\n"
		  "b OK [READ-ONLY] Examine completed.\r\n" },
		{ "c EXAMINE Other\r\n", "c NO [NONEXISTENT] Mailbox doesn't exist\r\n" },
		{ "d STATUS INBOX (MESSAGES)\r\n", "* STATUS INBOX (MESSAGES 17 UNSEEN 0 UIDNEXT 18 "
		  "UIDVALIDITY 1700000000)\r\nd OK Status completed.\r\n" },
		{ "e LIST \"\" *\r\n",
		  "* LIST (\\HasNoChildren) \"/\" INBOX\r\ne OK List completed.\r\n" },
		{ "f NOOP\r\n", "f OK NOOP completed.\r\n" },
		{ "g LOGIN {1+}\r\nx {1+}\r\ny\r\n", "g BAD Already logged in.\r\n" },
		{ "h LOGOUT\r\n", "* BYE Logging out\r\nh OK Logout completed.\r\n" },
		{ NULL, NULL },
	};

	(void)state;
	play("127.0.0.1", "imaps", true, lines);
}

static void test_pop3(void **state)
{
	static const struct line lines[] = {
		{ "", "+OK mail.demo.test mailsim ready\r\n" },
		{ "CAPA\r\n", "+OK\r\nCAPA\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\n"
		  "STLS\r\n.\r\n" },
		{ "USER x\r\n", "-ERR [AUTH] Plaintext authentication disallowed on non-secure "
		  "(SSL/TLS) connections\r\n" },
		{ "STLS\r\n", "+OK Begin TLS negotiation now\r\n" },
		{ "", NULL },
		{ "CAPA\r\n", "+OK\r\nCAPA\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\n"
		  "USER\r\nSASL PLAIN LOGIN\r\n.\r\n" },
		{ "STAT\r\n", "-ERR Log in first\r\n" },
		{ "PASS x\r\n", "-ERR No username given.\r\n" },
		{ "USER probe@demo.test\r\n", "+OK\r\n" },
		{ "PASS se\"cret word\r\n", "+OK Logged in.\r\n" },
		{ "STAT\r\n", "+OK 3 3600\r\n" },
		{ "LIST\r\n", "+OK 3 messages\r\n1 1200\r\n2 1200\r\n3 1200\r\n.\r\n" },
		{ "UIDL 2\r\n", "+OK 2 0000c0de5eed\r\n" },
		{ "LIST 4\r\n", "-ERR There's no such message\r\n" },
		{ "QUIT\r\n", "+OK Bye\r\n" },
		{ NULL, NULL },
	};

	(void)state;
	play("127.0.0.1", "pop3", false, lines);
}

static void test_pop3_auth(void **state)
{
	static const struct line lines[] = {
		{ "", "+OK mail.demo.test mailsim ready\r\n" },
		{ "AUTH\r\n", "+OK\r\nPLAIN\r\nLOGIN\r\n.\r\n" },
		{ "AUTH PLAIN =\r\n", "-ERR Invalid base64 data in continued response\r\n" },
		{ "AUTH LOGIN\r\n", "+ VXNlcm5hbWU6\r\n" },
		{ "cHJvYmVAZGVtby50ZXN0\r\n", "+ UGFzc3dvcmQ6\r\n" },
		{ "AAAA\r\n", "-ERR [AUTH] Authentication failed.\r\n" },
		{ "AUTH PLAIN " PLAIN "\r\n", "+OK Logged in.\r\n" },
		{ "QUIT\r\n", "+OK Bye\r\n" },
		{ NULL, NULL },
	};

	(void)state;
	play("127.0.0.1", "pop3s", true, lines);
}

#define SIEVE_START "\"IMPLEMENTATION\" \"mailsim\"\r\n" \
	"\"SIEVE\" \"fileinto reject envelope vacation\"\r\n\"NOTIFY\" \"mailto\"\r\n"

static void test_sieve(void **state)
{
	static const struct line lines[] = {
		{ "", SIEVE_START "\"SASL\" \"\"\r\n\"STARTTLS\"\r\n\"VERSION\" \"1.0\"\r\n"
		  "OK \"mailsim ready.\"\r\n" },
		{ "AUTHENTICATE \"PLAIN\" \"AGEAYg==\"\r\n",
		  "NO (ENCRYPT-NEEDED) \"Plaintext authentication disallowed.\"\r\n" },
		{ "STARTTLS\r\n", "OK \"Begin TLS negotiation now.\"\r\n" },
		{ "", NULL },
		{ "", SIEVE_START "\"SASL\" \"PLAIN LOGIN\"\r\n\"VERSION\" \"1.0\"\r\n"
		  "OK \"TLS negotiation successful.\"\r\n" },
		{ "AUTHENTICATE \"PLAIN\" {8+}\r\nAGEAYg==\r\n", "NO \"Authentication failed.\"\r\n" },
		{ "AUTHENTICATE \"LOGIN\"\r\n", "\"VXNlcm5hbWU6\"\r\n" },
		{ "\"cHJvYmVAZGVtby50ZXN0\"\r\n", "\"UGFzc3dvcmQ6\"\r\n" },
		{ "\"c2UiY3JldCB3b3Jk\"\r\n", "OK \"Logged in.\"\r\n" },
		{ "LISTSCRIPTS\r\n", "OK \"Listscripts completed.\"\r\n" },
		{ "LOGOUT\r\n", "OK \"Logout completed.\"\r\n" },
		{ NULL, NULL },
	};

	(void)state;
	play("127.0.0.1", "sieve", false, lines);
}
/* clang-format on */

/* Every byte in a write of its own gives the same dialogue. */
static void test_byte_by_byte(void **state)
{
	static const char text[] = "1 LOGIN {3+}\r\nabc \"d\"\r\n2 LOGOUT\r\n";
	static const char answers[] =
	    "1 NO [PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure "
	    "(SSL/TLS) connections.\r\n* BYE Logging out\r\n2 OK Logout completed.\r\n";
	struct client *c = client_connect("127.0.0.1", simulator_port(sim, "imap"));

	(void)state;
	client_line(c);
	for (size_t i = 0; i + 1 < sizeof(text); i++)
		client_say(c, (char[]){ text[i], '\0' });
	assert_string_equal(client_hear(c, answers), answers);
	client_leave(c);
}

static void test_too_long(void **state)
{
	static const char answer[] = "500 5.5.2 Error: line too long\r\n";
	struct client *c = client_connect("127.0.0.1", simulator_port(sim, "plain"));
	char line[8192];

	(void)state;
	client_hear(c, "220 mail.demo.test ESMTP mailsim\r\n");
	memset(line, 'a', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	client_say(c, line);
	assert_string_equal(client_hear(c, answer), answer);
	client_leave(c);
}

/* Nothing above was rude, but for the few things that were meant to be. */
static void test_manners(void **state)
{
	static const char *const listeners[] = { "smtp", "lmtp", "imaps", "pop3s", "many" };

	(void)state;
	for (size_t i = 0; i < sizeof(listeners) / sizeof(*listeners); i++) {
		assert_true(simulator_reached(sim, listeners[i], "goodbyes", 1));
		if (strcmp(listeners[i], "lmtp") == 0)
			continue;
		assert_int_equal(simulator_count(sim, listeners[i], "rude"), 0);
	}
	assert_int_equal(simulator_count(sim, "smtp", "logins"), 1);
	assert_int_equal(simulator_count(sim, "smtp", "logins-denied"), 1);
	assert_int_equal(simulator_count(sim, "plain", "long-line"), 1);
	assert_int_equal(simulator_count(sim, "imap", "clear-password"), 2);
	assert_int_equal(simulator_count(sim, "sieve", "clear-password"), 1);
	assert_int_equal(simulator_count(sim, "many", "connections"), 2);
}

static int start(void **state)
{
	(void)state;
	sim = simulator_start(scenario);
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
		cmocka_unit_test(test_smtp),         cmocka_unit_test(test_smtp_old),
		cmocka_unit_test(test_lmtp),         cmocka_unit_test(test_imap),
		cmocka_unit_test(test_imap_mailbox), cmocka_unit_test(test_pop3),
		cmocka_unit_test(test_pop3_auth),    cmocka_unit_test(test_sieve),
		cmocka_unit_test(test_byte_by_byte), cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_manners),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
