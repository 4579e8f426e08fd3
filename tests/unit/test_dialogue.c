/* What a recorded session cannot say of the runner: caps, states, calls in the wrong place. */
#include "driver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct dialogue_buffers room;
static char output[DIALOGUE_OUTPUT_MAX];

static struct dialogue_params params_of(const struct protocol *protocol, enum tls_mode tls)
{
	return (struct dialogue_params){
		.protocol = protocol,
		.tls = tls,
		.ehlo_name = "probe.example.net",
		.user = "joe",
		.password = "correct-horse",
	};
}

static enum wish feed(struct dialogue *d, const char *text)
{
	return dialogue_feed(d, view_of(text));
}

/* The output, which is then sent. */
static const char *said(struct dialogue *d)
{
	static char text[DIALOGUE_OUTPUT_MAX + 1];
	struct view out = dialogue_output(d);

	memcpy(text, out.p, out.n);
	text[out.n] = '\0';
	dialogue_sent(d, out.n);
	return text;
}

static void assert_outcome(const struct dialogue *d, enum fault fault, enum phase phase)
{
	assert_string_equal(fault_name(dialogue_outcome(d)->fault), fault_name(fault));
	assert_string_equal(phase_name(dialogue_outcome(d)->phase), phase_name(phase));
}

/* --- caps ---------------------------------------------------------------------------------- */

static void test_is_small(void **state)
{
	(void)state;
	assert_true(sizeof(struct dialogue) <= 1024);
}

/* EHLO with so many lines, the last one included. */
static enum wish feed_lines(struct dialogue *d, int lines)
{
	enum wish wish = feed(d, "220 x\r\n");

	said(d);
	for (int i = 1; i < lines && wish == WISH_READ; i++)
		wish = feed(d, "250-x\r\n");
	return wish == WISH_READ ? feed(d, "250 x\r\n") : wish;
}

static void test_lines_of_a_reply(void **state)
{
	struct dialogue_params params = params_of(&smtp_protocol, TLS_MODE_NONE);
	struct dialogue d;

	(void)state;
	params.user = params.password = NULL;
	dialogue_init(&d, &params, &room, output);
	dialogue_start(&d, TRUST_NONE);
	assert_int_equal(feed_lines(&d, DIALOGUE_LINES_MAX), WISH_READ);
	assert_string_equal(said(&d), "QUIT\r\n");

	dialogue_init(&d, &params, &room, output);
	dialogue_start(&d, TRUST_NONE);
	assert_int_equal(feed_lines(&d, DIALOGUE_LINES_MAX + 1), WISH_END);
	assert_outcome(&d, FAULT_LIMIT, PHASE_CAPABILITY);
	assert_string_equal(dialogue_outcome(&d)->text, "a reply of too many lines");
	assert_string_equal(said(&d), "");
}

static void test_news_without_end(void **state)
{
	struct dialogue_params params = params_of(&imap_protocol, TLS_MODE_NONE);
	struct dialogue d;
	enum wish wish;
	int lines = 0;

	(void)state;
	dialogue_init(&d, &params, &room, output);
	dialogue_start(&d, TRUST_NONE);
	wish = feed(&d, "* OK hi\r\n");
	for (; wish == WISH_READ; lines++)
		wish = feed(&d, "* OK still here\r\n");
	assert_int_equal(lines, DIALOGUE_LINES_MAX + 1);
	assert_outcome(&d, FAULT_LIMIT, PHASE_CAPABILITY);
}

/* Feeds `n` bytes of long lines, so that the lines of the reply are not what ends it. */
static enum wish feed_bytes(struct dialogue *d, size_t n, size_t piece)
{
	enum { LINE = 4000 };
	char *bytes = malloc(n);
	enum wish wish = WISH_READ;

	assert_non_null(bytes);
	memset(bytes, 'x', n);
	for (size_t i = 0; i < n; i++)
		if (i % LINE < 4)
			bytes[i] = "220-"[i % LINE];
		else if (i % LINE == LINE - 1)
			bytes[i] = '\n';
	for (size_t fed = 0; fed < n; fed += piece) {
		size_t k = n - fed < piece ? n - fed : piece;

		assert_int_equal(wish, WISH_READ);
		wish = dialogue_feed(d, (struct view){ bytes + fed, k });
	}
	free(bytes);
	return wish;
}

static void test_bytes_of_a_session(void **state)
{
	static const size_t pieces[] = { 1, 1000, DIALOGUE_SESSION_MAX, SIZE_MAX / 2 };
	struct dialogue_params params = params_of(&smtp_protocol, TLS_MODE_NONE);
	struct dialogue d;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		dialogue_init(&d, &params, &room, output);
		dialogue_start(&d, TRUST_NONE);
		assert_int_equal(feed_bytes(&d, DIALOGUE_SESSION_MAX, pieces[i]),
				 WISH_READ);
		dialogue_init(&d, &params, &room, output);
		dialogue_start(&d, TRUST_NONE);
		assert_int_equal(feed_bytes(&d, DIALOGUE_SESSION_MAX + 1, pieces[i]),
				 WISH_END);
		assert_outcome(&d, FAULT_LIMIT, PHASE_GREETING);
		assert_string_equal(dialogue_outcome(&d)->text,
				    "more bytes than a session may have");
	}
}

/* One byte over the cap in one piece, its reply whole before: the reply counts. */
static void test_session_cap_is_no_earlier_in_one_piece(void **state)
{
	struct dialogue_params params = params_of(&imap_protocol, TLS_MODE_NONE);
	size_t n = DIALOGUE_SESSION_MAX + 1;
	char *bytes = malloc(n);
	struct dialogue d;

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 'x', n);
	memcpy(bytes, "* BYE no\r\n", 10);
	dialogue_init(&d, &params, &room, output);
	dialogue_start(&d, TRUST_NONE);
	assert_int_equal(dialogue_feed(&d, (struct view){ bytes, n }), WISH_END);
	assert_outcome(&d, FAULT_UNAVAILABLE, PHASE_GREETING);
	free(bytes);
}

/* A literal as long as the session allows is skipped without being stored. */
static void test_long_literal(void **state)
{
	struct dialogue_params params = params_of(&imap_protocol, TLS_MODE_NONE);
	struct dialogue d;
	enum wish wish = WISH_READ;

	(void)state;
	params.user = params.password = NULL;
	dialogue_init(&d, &params, &room, output);
	dialogue_start(&d, TRUST_NONE);
	feed(&d, "* OK hi\r\n");
	said(&d);
	feed(&d, "* LIST {100000}\r\n");
	for (int i = 0; i < 10000 && wish == WISH_READ; i++)
		wish = feed(&d, "a1 NO x\r\n\n");
	feed(&d, "\r\n");
	feed(&d, "* CAPABILITY IMAP4rev1\r\na1 OK\r\n");
	assert_string_equal(said(&d), "a2 LOGOUT\r\n");
	feed(&d, "a2 OK\r\n");
	assert_outcome(&d, FAULT_OK, PHASE_QUIT);
}

/* --- states -------------------------------------------------------------------------------- */

static void test_phases_and_judgement(void **state)
{
	struct dialogue_params params = params_of(&smtp_protocol, TLS_MODE_STARTTLS);
	struct dialogue d;

	(void)state;
	dialogue_init(&d, &params, &room, output);
	assert_int_equal(dialogue_phase(&d), PHASE_CONNECT);
	assert_int_equal(dialogue_start(&d, TRUST_NONE), WISH_READ);
	assert_int_equal(dialogue_phase(&d), PHASE_GREETING);
	feed(&d, "220 hi\r\n");
	assert_int_equal(dialogue_phase(&d), PHASE_CAPABILITY);
	said(&d);
	feed(&d, "250-x\r\n250 STARTTLS\r\n");
	assert_int_equal(dialogue_phase(&d), PHASE_STARTTLS);
	said(&d);
	assert_int_equal(feed(&d, "220 go\r\n"), WISH_TLS);
	assert_int_equal(dialogue_phase(&d), PHASE_TLS);
	assert_int_equal(dialogue_secured(&d, TRUST_VERIFIED), WISH_READ);
	assert_int_equal(dialogue_phase(&d), PHASE_CAPABILITY);
	said(&d);
	feed(&d, "250-x\r\n250 AUTH PLAIN\r\n");
	assert_int_equal(dialogue_phase(&d), PHASE_AUTH);
	assert_false(dialogue_outcome_is_final(&d));
	said(&d);
	feed(&d, "235 in\r\n");
	assert_int_equal(dialogue_phase(&d), PHASE_QUIT);
	assert_true(dialogue_outcome_is_final(&d));
	assert_string_equal(said(&d), "QUIT\r\n");
	assert_int_equal(feed(&d, "221 bye\r\n"), WISH_END);
	assert_outcome(&d, FAULT_OK, PHASE_QUIT);
}

/* A fault is final before the goodbye is. */
static void test_fault_is_judged_at_once(void **state)
{
	struct dialogue_params params = params_of(&smtp_protocol, TLS_MODE_NONE);
	struct dialogue d;

	(void)state;
	dialogue_init(&d, &params, &room, output);
	dialogue_start(&d, TRUST_NONE);
	assert_int_equal(feed(&d, "554-go\r\n"), WISH_READ);
	assert_false(dialogue_outcome_is_final(&d));
	assert_int_equal(feed(&d, "554 away\r\n"), WISH_READ);
	assert_true(dialogue_outcome_is_final(&d));
	assert_int_equal(dialogue_break(&d, FAULT_RESET), WISH_END);
	assert_outcome(&d, FAULT_REJECTED, PHASE_GREETING);
}

static void test_implicit_handshake_fails(void **state)
{
	struct dialogue_params params = params_of(&pop3_protocol, TLS_MODE_IMPLICIT);
	struct dialogue d;

	(void)state;
	dialogue_init(&d, &params, &room, output);
	assert_int_equal(dialogue_phase(&d), PHASE_TLS);
	assert_int_equal(dialogue_break(&d, FAULT_TLS_VERSION), WISH_END);
	assert_outcome(&d, FAULT_TLS_VERSION, PHASE_TLS);
	assert_int_equal(dialogue_start(&d, TRUST_VERIFIED), WISH_END);
	assert_int_equal(dialogue_output(&d).n, 0);
}

static void test_deadline_before_start(void **state)
{
	struct dialogue_params params = params_of(&smtp_protocol, TLS_MODE_NONE);
	struct dialogue d;

	(void)state;
	dialogue_init(&d, &params, &room, output);
	assert_int_equal(dialogue_timeout(&d), WISH_END);
	assert_outcome(&d, FAULT_TIMEOUT, PHASE_CONNECT);
	assert_int_equal(dialogue_start(&d, TRUST_NONE), WISH_END);
	assert_outcome(&d, FAULT_TIMEOUT, PHASE_CONNECT);
}

/* Each of these is a mistake of the caller; none may change the outcome. */
static void test_calls_behind_the_end(void **state)
{
	struct dialogue_params params = params_of(&smtp_protocol, TLS_MODE_NONE);
	struct dialogue d;

	(void)state;
	dialogue_init(&d, &params, &room, output);
	dialogue_start(&d, TRUST_NONE);
	assert_int_equal(dialogue_break(&d, FAULT_CLOSED), WISH_END);
	assert_int_equal(feed(&d, "220 hi\r\n"), WISH_END);
	assert_int_equal(dialogue_secured(&d, TRUST_VERIFIED), WISH_END);
	assert_int_equal(dialogue_injected(&d), WISH_END);
	assert_int_equal(dialogue_timeout(&d), WISH_END);
	assert_int_equal(dialogue_break(&d, FAULT_RESET), WISH_END);
	assert_outcome(&d, FAULT_CLOSED, PHASE_GREETING);
	assert_int_equal(dialogue_output(&d).n, 0);
}

static void test_secured_unasked(void **state)
{
	struct dialogue_params params = params_of(&smtp_protocol, TLS_MODE_OPPORTUNISTIC);
	struct dialogue d;

	(void)state;
	dialogue_init(&d, &params, &room, output);
	dialogue_start(&d, TRUST_NONE);
	assert_int_equal(dialogue_secured(&d, TRUST_VERIFIED), WISH_READ);
	assert_false(dialogue_in_tls(&d));
}

/* The other call for the same event. */
static void test_secured_for_start(void **state)
{
	struct dialogue_params params = params_of(&pop3_protocol, TLS_MODE_IMPLICIT);
	struct dialogue d;

	(void)state;
	dialogue_init(&d, &params, &room, output);
	assert_int_equal(dialogue_secured(&d, TRUST_VERIFIED), WISH_READ);
	assert_int_equal(dialogue_phase(&d), PHASE_GREETING);
	feed(&d, "+OK\r\n");
	assert_string_equal(said(&d), "CAPA\r\n");
}

/* Fed instead of reported: the same fault. */
static void test_bytes_behind_the_wish_for_tls(void **state)
{
	struct dialogue_params params = params_of(&pop3_protocol, TLS_MODE_STARTTLS);
	struct dialogue d;

	(void)state;
	dialogue_init(&d, &params, &room, output);
	dialogue_start(&d, TRUST_NONE);
	feed(&d, "+OK\r\n");
	said(&d);
	feed(&d, "+OK\r\nSTLS\r\n.\r\n");
	said(&d);
	assert_int_equal(feed(&d, "+OK\r\n"), WISH_TLS);
	assert_int_equal(feed(&d, ""), WISH_TLS);
	assert_int_equal(feed(&d, "x"), WISH_END);
	assert_outcome(&d, FAULT_INJECTION, PHASE_STARTTLS);
}

/* --- output -------------------------------------------------------------------------------- */

static bool output_holds(const char *text)
{
	return memmem(output, sizeof(output), text, strlen(text)) != NULL;
}

static struct dialogue_buffers *lend(void *user)
{
	unsigned *asked = user;

	return ++*asked == 1 ? &room : NULL;
}

static struct dialogue_buffers *lend_nothing(void *user)
{
	(void)user;
	return NULL;
}

static void test_a_room_is_lent_when_a_line_comes_in_pieces(void **state)
{
	unsigned asked = 0;
	struct dialogue_params params = { .protocol = &smtp_protocol,
					  .ehlo_name = "us.test",
					  .provide_buffers = lend,
					  .callback_user = &asked };
	struct dialogue d;

	(void)state;
	dialogue_init(&d, &params, NULL, output);
	dialogue_start(&d, TRUST_NONE);
	feed(&d, "220 whole\r\n");
	said(&d);
	assert_int_equal(asked, 0);
	assert_string_equal(dialogue_offered_before(&d), "");
	feed(&d, "250-in pie");
	feed(&d, "ces\r\n250 SI");
	feed(&d, "ZE 1\r\n");
	assert_int_equal(asked, 1);
	assert_string_equal(dialogue_offered_before(&d), "SIZE=1");
	said(&d);
	params.provide_buffers = lend_nothing;
	dialogue_init(&d, &params, NULL, output);
	dialogue_start(&d, TRUST_NONE);
	assert_int_equal(feed(&d, "220 in"), WISH_END);
	assert_outcome(&d, FAULT_INTERNAL, PHASE_GREETING);
}

static void test_sent_bytes_are_wiped(void **state)
{
	struct dialogue_params params = params_of(&pop3_protocol, TLS_MODE_IMPLICIT);
	struct dialogue d;

	(void)state;
	memset(&d, 0, sizeof(d));
	dialogue_init(&d, &params, &room, output);
	dialogue_start(&d, TRUST_VERIFIED);
	feed(&d, "+OK\r\n");
	said(&d);
	feed(&d, "+OK\r\nUSER\r\n.\r\n");
	assert_string_equal(said(&d), "USER joe\r\n");
	feed(&d, "+OK\r\n");
	assert_true(output_holds("correct-horse"));
	dialogue_sent(&d, 8);
	assert_memory_equal(dialogue_output(&d).p, "rect-horse\r\n", 12);
	assert_false(output_holds("correct-horse"));
	dialogue_sent(&d, 100);
	assert_int_equal(dialogue_output(&d).n, 0);
	assert_false(output_holds("horse"));
}

/* What was not sent when the end comes is wiped too. */
static void test_unsent_password_is_wiped(void **state)
{
	struct dialogue_params params = params_of(&pop3_protocol, TLS_MODE_IMPLICIT);
	struct dialogue d;

	(void)state;
	memset(&d, 0, sizeof(d));
	dialogue_init(&d, &params, &room, output);
	dialogue_start(&d, TRUST_VERIFIED);
	feed(&d, "+OK\r\n");
	said(&d);
	feed(&d, "+OK\r\nUSER\r\n.\r\n");
	said(&d);
	feed(&d, "+OK\r\n");
	dialogue_break(&d, FAULT_RESET);
	assert_int_equal(dialogue_output(&d).n, 0);
	assert_false(output_holds("horse"));
}

/* --- the password rule, over all that can be set ------------------------------------------- */

struct lines {
	const struct protocol *protocol;
	const char *greeting, *capabilities, *starttls, *capabilities_inside;
};

/* Servers that offer everything, everywhere. */
static const struct lines generous[] = {
	{ &smtp_protocol, "220 x\r\n", "250-x\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n",
	  "220 x\r\n", "250-x\r\n250 AUTH PLAIN LOGIN\r\n" },
	{ &lmtp_protocol, "220 x\r\n", "250-x\r\n250-AUTH LOGIN PLAIN\r\n250 STARTTLS\r\n",
	  "220 x\r\n", "250-x\r\n250 AUTH LOGIN PLAIN\r\n" },
	{ &imap_protocol, "* OK x\r\n",
	  "* CAPABILITY AUTH=PLAIN SASL-IR STARTTLS\r\na1 OK x\r\n", "a2 OK x\r\n",
	  "* CAPABILITY AUTH=PLAIN SASL-IR\r\na3 OK x\r\n" },
	{ &pop3_protocol, "+OK\r\n", "+OK\r\nSASL PLAIN\r\nUSER\r\nSTLS\r\n.\r\n",
	  "+OK\r\n", "+OK\r\nSASL PLAIN\r\nUSER\r\n.\r\n" },
	{ &sieve_protocol, "\"SASL\" \"PLAIN\"\r\n\"STARTTLS\"\r\nOK\r\n", NULL, "OK\r\n",
	  "\"SASL\" \"PLAIN\"\r\nOK\r\n" },
};

/* Without STARTTLS among what is offered, when `plain`. */
static bool password_is_sent(const struct lines *l, struct dialogue_params params,
			     enum trust trust, bool plain)
{
	const char *said_last = "";
	struct dialogue d;
	enum wish wish;

	if (plain)
		params.tls = TLS_MODE_NONE;
	dialogue_init(&d, &params, &room, output);
	dialogue_start(&d, trust);
	wish = feed(&d, l->greeting);
	said_last = said(&d);
	if (l->capabilities != NULL) {
		wish = feed(&d, l->capabilities);
		said_last = said(&d);
	}
	if (wish == WISH_READ &&
	    (strstr(said_last, "STARTTLS") != NULL || strstr(said_last, "STLS") != NULL)) {
		assert_int_equal(feed(&d, l->starttls), WISH_TLS);
		dialogue_secured(&d, trust);
		said(&d);
		feed(&d, l->capabilities_inside);
		said_last = said(&d);
	}
	return strstr(said_last, "AGpvZQBjb3JyZWN0LWhvcnNl") != NULL;
}

static void test_password_rule(void **state)
{
	(void)state;
	for (size_t p = 0; p < ARRAY_SIZE(generous); p++)
		for (int tls = 0; tls < TLS_MODE_COUNT; tls++)
			for (unsigned flags = 0; flags < 4; flags++)
				for (int trust = 0; trust < 2; trust++) {
					struct dialogue_params params = params_of(
					    generous[p].protocol, (enum tls_mode)tls);
					bool plain = tls == TLS_MODE_NONE;
					bool allowed =
					    plain ? flags & DIALOGUE_PLAINTEXT_LOGIN
						  : trust ||
							flags & DIALOGUE_UNVERIFIED_LOGIN;

					params.flags = flags;
					assert_int_equal(
					    password_is_sent(&generous[p], params,
							     (enum trust)trust, plain),
					    allowed);
				}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_small),
		cmocka_unit_test(test_lines_of_a_reply),
		cmocka_unit_test(test_news_without_end),
		cmocka_unit_test(test_bytes_of_a_session),
		cmocka_unit_test(test_session_cap_is_no_earlier_in_one_piece),
		cmocka_unit_test(test_long_literal),
		cmocka_unit_test(test_phases_and_judgement),
		cmocka_unit_test(test_fault_is_judged_at_once),
		cmocka_unit_test(test_implicit_handshake_fails),
		cmocka_unit_test(test_deadline_before_start),
		cmocka_unit_test(test_calls_behind_the_end),
		cmocka_unit_test(test_secured_unasked),
		cmocka_unit_test(test_secured_for_start),
		cmocka_unit_test(test_bytes_behind_the_wish_for_tls),
		cmocka_unit_test(test_a_room_is_lent_when_a_line_comes_in_pieces),
		cmocka_unit_test(test_sent_bytes_are_wiped),
		cmocka_unit_test(test_unsent_password_is_wiped),
		cmocka_unit_test(test_password_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
