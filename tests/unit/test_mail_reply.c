#include "mail_reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_words(void **state)
{
	struct mail_reply r;
	char big[1000];

	(void)state;
	memset(&r, 0xff, sizeof(r));
	mail_reply_init(&r);
	assert_int_equal(r.lines, 0);
	assert_string_equal(r.status_code, "");
	mail_reply_add_text(&r, view_of(""));
	assert_int_equal(r.words.n, 0);
	mail_reply_add_text(&r, view_of("one"));
	mail_reply_add_text(&r, view_of("two"));
	assert_memory_equal(r.words.p, "one two", 7);
	memset(big, 'x', sizeof(big));
	mail_reply_add_text(&r, (struct view){ big, sizeof(big) });
	assert_int_equal(r.words.n, sizeof(r.storage));
	mail_reply_add_text(&r, view_of("more"));
	assert_int_equal(r.words.n, sizeof(r.storage));
}

static void test_codes(void **state)
{
	struct mail_reply r;

	(void)state;
	mail_reply_init(&r);
	mail_reply_set_code(&r, view_of("AUTHENTICATIONFAILED"));
	assert_string_equal(r.status_code, "AUTHENTICATIONFAILED");
	mail_reply_set_code(&r, view_of("X\x1b[0m"));
	mail_reply_set_code(&r, view_of("\xc3\xa9"));
	mail_reply_set_code(&r, view_of("A B"));
	mail_reply_set_code(&r, view_of("ABCDEFGHIJKLMNOPQRSTUVWX"));
	assert_string_equal(r.status_code, "AUTHENTICATIONFAILED");
	mail_reply_set_code(&r, view_of("5.7.8"));
	assert_string_equal(r.status_code, "5.7.8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
