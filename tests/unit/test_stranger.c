#include "stranger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(stranger_name(view_of("SSH-2.0-x")), "an SSH server");
	assert_string_equal(stranger_name(view_of("* ok hi")), "an IMAP server");
	assert_string_equal(stranger_name(view_of("<!doctype html>")), "a web server");
	assert_null(stranger_name(view_of("hello")));
	assert_null(stranger_name(view_of("")));
}

static void test_tls(void **state)
{
	(void)state;
	assert_true(stranger_is_tls((struct view){ "\x15\x03", 2 }));
	assert_true(stranger_is_tls((struct view){ "\x16\x03\x01", 3 }));
	assert_false(stranger_is_tls((struct view){ "\x15", 1 }));
	assert_false(stranger_is_tls((struct view){ NULL, 0 }));
	assert_false(stranger_is_tls((struct view){ "\x15\x02", 2 }));
	assert_false(stranger_is_tls((struct view){ "\x17\x03", 2 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
