#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "buffer.h"

#include <string.h>

static void takes_what_fits_and_nothing_of_the_rest(void **state)
{
	char storage[8];
	struct buffer b;

	(void)state;
	buffer_init(&b, storage, sizeof(storage));
	assert_true(buffer_text(&b, "12345"));
	assert_false(buffer_text(&b, "6789"));
	assert_true(b.full);
	assert_true(view_equal(buffer_view(&b), "12345"));
	assert_true(buffer_text(&b, "678"));
	assert_int_equal(b.n, 8);
	assert_true(b.full);
	assert_true(buffer_put(&b, (struct view){ NULL, 0 }));
	buffer_clear(&b);
	assert_false(b.full);
	assert_int_equal(b.n, 0);
}

static void formats_whole_or_not_at_all(void **state)
{
	char storage[8];
	struct buffer b;

	(void)state;
	buffer_init(&b, storage, sizeof(storage));
	assert_true(buffer_format(&b, "%s%d", "ab", 7));
	assert_true(view_equal(buffer_view(&b), "ab7"));
	assert_false(buffer_format(&b, "%s", "12345"));
	assert_true(b.full);
	assert_int_equal(b.n, 3);
	assert_true(buffer_format(&b, "%s", "1234"));
	assert_int_equal(b.n, 7);
	b.n = 8;
	assert_false(buffer_format(&b, "%s", ""));
}

static void drops_from_the_front(void **state)
{
	char storage[8];
	struct buffer b;

	(void)state;
	buffer_init(&b, storage, sizeof(storage));
	buffer_text(&b, "abcdef");
	buffer_drop(&b, 2);
	assert_true(view_equal(buffer_view(&b), "cdef"));
	buffer_drop(&b, 0);
	assert_int_equal(b.n, 4);
	buffer_drop(&b, 99);
	assert_int_equal(b.n, 0);
}

static void ends_as_a_string(void **state)
{
	char storage[4];
	struct buffer b;

	(void)state;
	buffer_init(&b, storage, sizeof(storage));
	assert_string_equal(buffer_string(&b), "");
	buffer_text(&b, "abc");
	assert_string_equal(buffer_string(&b), "abc");
	assert_int_equal(b.n, 3);
	buffer_text(&b, "d");
	assert_string_equal(buffer_string(&b), "abc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_fits_and_nothing_of_the_rest),
		cmocka_unit_test(formats_whole_or_not_at_all),
		cmocka_unit_test(drops_from_the_front),
		cmocka_unit_test(ends_as_a_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
