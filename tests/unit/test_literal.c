#include "literal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_announced(const char *line, size_t at, size_t size)
{
	size_t is_at = 99, is_size = 99;

	assert_true(literal_announced(view_of(line), &is_at, &is_size));
	assert_int_equal(is_at, at);
	assert_true(is_size == size);
}

static void test_announced(void **state)
{
	char most[32];

	(void)state;
	assert_announced("{0}", 0, 0);
	assert_announced("* LIST {12}", 7, 12);
	assert_announced("{7+}", 0, 7);
	assert_announced("{3} {0045}", 4, 45);
	assert_announced("{{5}", 1, 5);
	assert_announced("{99999999999999999999999}", 0, SIZE_MAX);
	snprintf(most, sizeof(most), "{%zu}", (size_t)SIZE_MAX / 16);
	assert_announced(most, 0, SIZE_MAX / 16);
}

static void test_not_announced(void **state)
{
	static const char *const lines[] = {
		"",     "}",    "{}",   "{+}",  "5}",    "{5",
		"{5} ", "{-5}", "{5a}", "{a5}", "{5++}", "+}",
	};
	size_t at = 99, size = 99;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_false(literal_announced(view_of(lines[i]), &at, &size));
	assert_int_equal(at, 99);
	assert_int_equal(size, 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_announced),
		cmocka_unit_test(test_not_announced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
