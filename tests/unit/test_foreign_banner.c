#include "foreign_banner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(foreign_banner_name(view_of("SSH-2.0-x")), "an SSH server");
	assert_string_equal(foreign_banner_name(view_of("* ok hi")), "an IMAP server");
	assert_string_equal(foreign_banner_name(view_of("<!doctype html>")),
			    "a web server");
	assert_null(foreign_banner_name(view_of("hello")));
	assert_null(foreign_banner_name(view_of("")));
}

static void test_tls(void **state)
{
	(void)state;
	assert_true(foreign_banner_is_tls((struct view){ "\x15\x03", 2 }));
	assert_true(foreign_banner_is_tls((struct view){ "\x16\x03\x01", 3 }));
	assert_false(foreign_banner_is_tls((struct view){ "\x15", 1 }));
	assert_false(foreign_banner_is_tls((struct view){ NULL, 0 }));
	assert_false(foreign_banner_is_tls((struct view){ "\x15\x02", 2 }));
	assert_false(foreign_banner_is_tls((struct view){ "\x17\x03", 2 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
