/* test_capability_set.c - what is heard of an offer in each protocol, and which changes are a loss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "driver.h"

#include <string.h>

static uint32_t bit(const char *name)
{
	return capability_set_mechanism(view_of(name));
}

/* The server's replies, one for each time we have to read; TLS always succeeds. */
static struct capability_set capability_set_of(const char *protocol, enum tls_mode tls,
					       const char *const *replies)
{
	const struct dialogue_params params = {
		.protocol = protocol_from_name(view_of(protocol)),
		.tls = tls,
		.ehlo_name = "mx.example.com",
	};
	char output[DIALOGUE_OUTPUT_MAX];
	struct dialogue d;
	enum wish wish;

	dialogue_init(&d, &params, NULL, output);
	wish = dialogue_start(&d, TRUST_VERIFIED);
	while (wish != WISH_END) {
		dialogue_sent(&d, dialogue_output(&d).n);
		if (wish == WISH_TLS)
			wish = dialogue_secured(&d, TRUST_VERIFIED);
		else if (*replies != NULL)
			wish = dialogue_feed(&d, view_of(*replies++));
		else
			wish = dialogue_break(&d, FAULT_CLOSED);
	}
	return *dialogue_capabilities(&d);
}

#define OFFER(protocol, tls, ...)                                                          \
	capability_set_of(protocol, tls, (const char *const[]){ __VA_ARGS__, NULL })

static void smtp_before_and_after_tls(void **state)
{
	struct capability_set o = OFFER("smtp", TLS_MODE_OPPORTUNISTIC, "220 hi\r\n",
					"250-mx\r\n250 STARTTLS\r\n", "220 go\r\n",
					"250-mx\r\n250 AUTH PLAIN SCRAM-SHA-256 NTLM\r\n");

	(void)state;
	assert_int_equal(o.before, CAPABILITY_LIST_COMPLETE | CAPABILITY_STARTTLS);
	assert_int_equal(o.after, CAPABILITY_LIST_COMPLETE | bit("plain") |
				      bit("SCRAM-SHA-256") | bit("NTLM"));
}

/* The list in a greeting and behind a login does not count as another one. */
static void imap_logins(void **state)
{
	struct capability_set o =
	    OFFER("imap", TLS_MODE_IMPLICIT,
		  "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=GSSAPI] hi\r\n", "a1 OK\r\n");

	(void)state;
	assert_int_equal(o.before, 0);
	assert_int_equal(o.after, CAPABILITY_LIST_COMPLETE | CAPABILITY_LOGIN_COMMAND |
				      bit("PLAIN") | bit("GSSAPI"));
	o = OFFER("imap", TLS_MODE_STARTTLS,
		  "* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] hi\r\n");
	assert_int_equal(o.before, CAPABILITY_LIST_COMPLETE | CAPABILITY_STARTTLS);
	assert_int_equal(o.after, 0);
}

static void pop3_and_sieve(void **state)
{
	struct capability_set o = OFFER("pop3", TLS_MODE_OPPORTUNISTIC, "+OK\r\n",
					"+OK\r\nUSER\r\nSTLS\r\nSASL PLAIN LOGIN\r\n.\r\n");

	(void)state;
	assert_int_equal(o.before, CAPABILITY_LIST_COMPLETE | CAPABILITY_STARTTLS |
				       CAPABILITY_LOGIN_COMMAND | bit("PLAIN") |
				       bit("LOGIN"));
	o = OFFER("sieve", TLS_MODE_STARTTLS, "\"STARTTLS\"\r\n\"SASL\" \"\"\r\nOK\r\n");
	assert_int_equal(o.before, CAPABILITY_LIST_COMPLETE | CAPABILITY_STARTTLS);
}

/* A list that was not heard to its end says nothing about what is missing in it. */
static void a_dialogue_cut_short_has_heard_nothing(void **state)
{
	struct capability_set o = OFFER("smtp", TLS_MODE_OPPORTUNISTIC, "220 hi\r\n",
					"250-mx\r\n250-STARTTLS\r\n");

	(void)state;
	assert_int_equal(o.before, 0);
	o = OFFER("smtp", TLS_MODE_OPPORTUNISTIC, "421 busy\r\n");
	assert_int_equal(o.before, 0);
}

static void names_of_mechanisms(void **state)
{
	(void)state;
	assert_int_equal(bit("best"), 0);
	assert_int_equal(bit("X-MADE-UP"), 0);
	assert_int_equal(bit(""), 0);
	assert_int_not_equal(bit("ANONYMOUS"), 0);
	assert_int_equal(bit("ANONYMOUS") & (bit("NTLM") | bit("EXTERNAL")), 0);
}

static void changes(struct capability_set was, struct capability_set is, const char *words)
{
	char got[CAPABILITY_WORDS_MAX];

	assert_int_equal(capability_changes(&was, &is, got), words[0] != '\0');
	assert_string_equal(got, words);
}

static void losses_in_words(void **state)
{
	const uint32_t heard = CAPABILITY_LIST_COMPLETE,
		       tls = CAPABILITY_LIST_COMPLETE | CAPABILITY_STARTTLS;
	const uint32_t plain = bit("PLAIN"), scram = bit("SCRAM-SHA-256");

	(void)state;
	changes((struct capability_set){ tls, heard | plain },
		(struct capability_set){ tls, heard | plain }, "");
	changes((struct capability_set){ tls, heard | plain },
		(struct capability_set){ heard, 0 },
		"STARTTLS is gone (was offered, is not)");
	changes((struct capability_set){ tls, heard },
		(struct capability_set){ tls | plain | CAPABILITY_LOGIN_COMMAND, 0 },
		"PLAIN login by command newly offered in clear (was none, is PLAIN login "
		"by command)");
	changes((struct capability_set){ 0, heard | plain | scram },
		(struct capability_set){ 0, heard | plain },
		"SCRAM-SHA-256 gone inside TLS (was SCRAM-SHA-256 PLAIN, is PLAIN)");
	changes((struct capability_set){ heard | plain | scram, 0 },
		(struct capability_set){ heard | scram, 0 },
		"PLAIN gone (was SCRAM-SHA-256 PLAIN, is SCRAM-SHA-256)");
	changes((struct capability_set){ tls, heard | plain },
		(struct capability_set){ heard | plain, 0 },
		"STARTTLS is gone (was offered, is not); PLAIN newly offered in clear (was "
		"none, is PLAIN)");
}

static void gains_are_none(void **state)
{
	const uint32_t heard = CAPABILITY_LIST_COMPLETE,
		       tls = CAPABILITY_LIST_COMPLETE | CAPABILITY_STARTTLS;
	const uint32_t plain = bit("PLAIN"), scram = bit("SCRAM-SHA-256");

	(void)state;
	changes((struct capability_set){ heard, heard | plain },
		(struct capability_set){ tls, heard | plain | scram }, "");
	/* With TLS behind it a login in clear is better gone. */
	changes((struct capability_set){ tls | plain, heard | plain },
		(struct capability_set){ tls, heard | plain }, "");
	changes((struct capability_set){ 0, 0 },
		(struct capability_set){ tls | plain, heard | plain }, "");
	changes((struct capability_set){ tls | plain, heard | plain },
		(struct capability_set){ 0, 0 }, "");
}

/* Every bit has room. */
static void all_words_fit(void **state)
{
	const uint32_t all = ~(uint32_t)0, heard = CAPABILITY_LIST_COMPLETE;
	char got[CAPABILITY_WORDS_MAX];

	(void)state;
	assert_true(capability_changes(
	    &(struct capability_set){ heard | CAPABILITY_STARTTLS, all },
	    &(struct capability_set){ all & ~(uint32_t)CAPABILITY_STARTTLS, heard }, got));
	assert_true(strlen(got) < sizeof(got));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(smtp_before_and_after_tls),
		cmocka_unit_test(imap_logins),
		cmocka_unit_test(pop3_and_sieve),
		cmocka_unit_test(a_dialogue_cut_short_has_heard_nothing),
		cmocka_unit_test(names_of_mechanisms),
		cmocka_unit_test(losses_in_words),
		cmocka_unit_test(gains_are_none),
		cmocka_unit_test(all_words_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
