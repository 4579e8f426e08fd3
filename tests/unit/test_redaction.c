/* What a server repeats of a secret, in every form and disguise. */
#include "redaction.h"

#include "base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct dialogue_buffers room;
static char output[DIALOGUE_OUTPUT_MAX];
static struct dialogue_params params;
static struct dialogue d;

/* Nothing was said yet: a server may know the password from before. */
static void begin(const char *password, unsigned flags)
{
	params = (struct dialogue_params){
		.protocol = &imap_protocol,
		.tls = TLS_MODE_IMPLICIT,
		.ehlo_name = "probe.example.net",
		.user = "joe",
		.password = password,
		.flags = flags,
	};
	dialogue_init(&d, &params, &room, output);
	dialogue_start(&d, TRUST_VERIFIED);
}

static bool repeats(const char *text)
{
	return redaction_finds_secret(&d, view_of(text));
}

static const char secret[] = "Tr0ub4dor&3";

static void a_disguised_password_is_known(void **state)
{
	static const char *const disguises[] = {
		"LOGIN joe Tr0ub4dor&3",
		"LOGIN joe \"Tr0ub4dor&3\" failed",
		"TR0UB4DOR&3 tr0ub4dor&3",
		"Tr0u\xe2\x80\x8b"
		"b4dor&3",                 /* zero width space */
		"T\xe2\x81\xa0r0ub4dor&3", /* word joiner */
		"Tr0ub4\xcd\x8f"
		"dor&3", /* combining grapheme joiner: shown */
		"Tr0ub4\xef\xb8\x8f"
		"dor&3", /* variation selector: shown */
		"Tr0ub\xff\xfe"
		"4dor&3",             /* broken UTF-8 */
		"Tr0ub\x1b[1m4dor&3", /* an escape sequence goes with all its bytes */
		"Tr0ub\x1b]0;x\x07"
		"4dor&3",
		"Tr0ub4d\x1bor&3", /* takes the o with it when it is cleaned */
		"Tr0ub4dor\x01&3",
		"T r 0 u b 4 d o r & 3",
		"Tr0ub4dor\t&3",
		"Tr0ub4dor\\&3",
		"54723075623464 6f722633", /* hexadecimal */
		"54:72:30:75:62:34:64:6F:72:26:33",
		"\\x54\\x72\\x30\\x75\\x62\\x34\\x64\\x6f\\x72\\x26\\x33",
		"%54%72%30%75%62%34%64%6f%72%26%33",
		"Tr0ub4dor%263",    /* percent-encoded where it must be */
		"VHIwdWI0ZG9yJjM=", /* base64 */
		"vhiwdwi0zg9yjjm=",
		"VHIwdWI0 ZG9yJjM",
		"VHIwdWI0ZG9y\xe2\x80\x8bJjM=",
		"AGpvZQBUcjB1YjRkb3ImMw==", /* of PLAIN */
		"eFRyMHViNGRvciYz",         /* one byte in front of it, two */
		"eHhUcjB1YjRkb3ImMw==",
		"the password Tr0ub4do", /* cut off */
	};

	(void)state;
	begin(secret, 0);
	for (size_t i = 0; i < ARRAY_SIZE(disguises); i++) {
		if (!repeats(disguises[i]))
			fail_msg("not known again: %s", disguises[i]);
	}
}

static void other_texts_are_shown(void **state)
{
	static const char *const texts[] = {
		"",
		"mail.example.net ESMTP ready",
		"IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN",
		"[AUTHENTICATIONFAILED] Authentication failed. joe",
		"AGpvZQBqb2U=",
		"Trouble with %s at 100%: 54 72 30",
	};

	(void)state;
	begin(secret, 0);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (repeats(texts[i]))
			fail_msg("taken for the password: %s", texts[i]);
	}
}

static void quoting_does_not_hide_it(void **state)
{
	(void)state;
	begin("se\"c\\ret", 0);
	assert_true(repeats("what is se\"c\\ret?"));
	assert_true(repeats("LOGIN \"joe\" \"se\\\"c\\\\ret\""));
	assert_true(repeats("AUTH PLAIN AGpvZQBzZSJjXHJldA=="));
	assert_true(repeats("c2UiY1xyZXQ="));
	assert_false(repeats("joe am9l secret"));
}

static void short_and_foreign_passwords(void **state)
{
	(void)state;
	begin("", 0);
	assert_false(repeats("anything"));
	begin("ab", 0);
	assert_true(repeats("a b"));
	assert_true(repeats("YWI="));
	assert_true(repeats("AGpvZQBhYg=="));
	assert_false(repeats("mx ready"));
	begin("\xd0\xbf\xd0\xb0\xd1\x80", 0);
	assert_true(repeats("it is \xd0\xbf\xe2\x80\x8b\xd0\xb0\xd1\x80"));
	assert_false(repeats("it is \xd0\xbf\xd0\xb0\xd0\xb1"));
}

/* No login is tried, because one failed lately; the server may know the password all the same. */
static void it_is_withheld_where_no_login_is_tried(void **state)
{
	(void)state;
	begin(NULL, 0);
	params.user = NULL;
	assert_false(repeats("Tr0ub4dor&3"));
	params.redacted_secret = secret;
	assert_true(repeats("Tr0ub4dor&3"));
	assert_true(repeats("AGpvZQBUcjB1YjRkb3ImMw=="));
}

/* Of a long secret a run is enough, wherever it begins. */
static void a_token_is_known_by_a_part_of_it(void **state)
{
	static char token[DIALOGUE_TOKEN_MAX + 1], text[256];
	char encoded[DIALOGUE_TOKEN_MAX * 2];
	struct buffer b;

	(void)state;
	for (size_t i = 0; i < sizeof(token) - 1; i++)
		token[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
			   "6789"[i * i * 7919 % 61];
	begin(token, DIALOGUE_TOKEN);
	for (size_t at = 0; at + 200 < sizeof(token); at += 501) {
		snprintf(text, sizeof(text), "no: %.20s", token + at);
		assert_true(repeats(text));
	}
	buffer_init(&b, encoded, sizeof(encoded));
	base64_encode(&b, view_of(token));
	snprintf(text, sizeof(text), "%.200s", encoded + 1001);
	assert_true(repeats(text));
	assert_false(
	    repeats("Username and Password not accepted. For more information, go to"));
}

static void the_quote_says_that_it_withholds(void **state)
{
	char shown[PRINTABLE_MAX];

	(void)state;
	begin(secret, 0);
	redaction_copy(&d,
		       view_of("hello \x1b[1mTr0ub\xe2\x80\x8b"
			       "4dor&3"),
		       shown, sizeof(shown));
	assert_string_equal(shown, redaction_withheld);
	redaction_copy(&d, view_of("hello \x1b[1mworld"), shown, sizeof(shown));
	assert_string_equal(shown, "hello world");
}

static void no_timestamp_of_pop3_is_shown(void **state)
{
	char shown[PRINTABLE_MAX];

	(void)state;
	begin(secret, 0);
	params.protocol = &pop3_protocol;
	redaction_copy(&d, view_of("+OK ready <1896.6971@dbc.example> now"), shown,
		       sizeof(shown));
	assert_string_equal(shown, "+OK ready <not shown> now");
	redaction_copy(&d, view_of("+OK ready <1896.69"), shown, sizeof(shown));
	assert_string_equal(shown, "+OK ready <not shown>");
	redaction_copy(&d, view_of("<html> <!DOCTYPE a@b>"), shown, sizeof(shown));
	assert_string_equal(shown, "<html> <!DOCTYPE a@b>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disguised_password_is_known),
		cmocka_unit_test(other_texts_are_shown),
		cmocka_unit_test(quoting_does_not_hide_it),
		cmocka_unit_test(short_and_foreign_passwords),
		cmocka_unit_test(it_is_withheld_where_no_login_is_tried),
		cmocka_unit_test(a_token_is_known_by_a_part_of_it),
		cmocka_unit_test(the_quote_says_that_it_withholds),
		cmocka_unit_test(no_timestamp_of_pop3_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
