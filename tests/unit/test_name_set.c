/* test_name_set.c - names in the order of their hashes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "name_set.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = { "shop.example", "a.example", "xn--bcher-kva.example",
				     "zz.example", "b.example" };

static void names_have_their_places(void **state)
{
	struct name_set *r = name_set_new(names, 5);
	size_t number = 99;

	(void)state;
	assert_int_equal(name_set_count(r), 5);
	for (size_t i = 1; i < 5; i++) {
		assert_true(name_set_place(r, i - 1) < name_set_place(r, i));
		assert_int_equal(name_set_at_place(r, name_set_place(r, i)), i);
		assert_int_equal(name_set_at_place(r, name_set_place(r, i) - 1), i);
		assert_true(strcmp(name_set_name(r, name_set_by_letters(r, i - 1)),
				   name_set_name(r, name_set_by_letters(r, i))) < 0);
	}
	assert_int_equal(name_set_at_place(r, 0), 0);
	assert_int_equal(name_set_at_place(r, name_set_place(r, 4) + 1), 5);
	assert_true(name_set_find(r, view_of("SHOP.example"), &number));
	assert_string_equal(name_set_name(r, number), "shop.example");
	number = 99;
	assert_false(name_set_find(r, view_of("shop.exampl"), &number));
	assert_false(name_set_find(r, view_of(""), &number));
	assert_int_equal(number, 99);
	name_set_release(r);
}

static void holders_share_it(void **state)
{
	const char *const others[] = { "zz.example", "b.example", "a.example",
				       "shop.example", "xn--bcher-kva.example" };
	struct name_set *a = name_set_new(names, 5), *b = name_set_new(others, 5),
			*c = name_set_new(others, 4), *none = name_set_new(NULL, 0);

	(void)state;
	assert_true(name_set_same(a, a));
	assert_true(name_set_same(a, b));
	assert_false(name_set_same(a, c));
	assert_false(name_set_same(c, none));
	assert_int_equal(name_set_at_place(none, 0), 0);
	assert_ptr_equal(name_set_hold(a), a);
	name_set_release(a);
	assert_string_equal(name_set_name(a, name_set_by_letters(a, 0)), "a.example");
	assert_null(name_set_hold(NULL));
	name_set_release(NULL);
	name_set_release(a);
	name_set_release(b);
	name_set_release(c);
	name_set_release(none);
}

/* Names that differ in one letter, at their ends too, do not come together. */
static void address_selection_are_even(void **state)
{
	enum { COUNT = 4096, PARTS = 16 };
	static char texts[COUNT][32];
	static const char *list[COUNT];
	unsigned parts[PARTS] = { 0 };
	struct name_set *r;

	(void)state;
	for (int end = 0; end < 2; end++) {
		memset(parts, 0, sizeof(parts));
		for (unsigned i = 0; i < COUNT; i++) {
			snprintf(texts[i], sizeof(texts[i]),
				 end ? "example.customer%u" : "%u.example", i);
			list[i] = texts[i];
		}
		r = name_set_new(list, COUNT);
		for (unsigned i = 0; i < COUNT; i++)
			parts[name_set_place(r, i) >> 60]++;
		for (unsigned i = 0; i < PARTS; i++)
			assert_in_range(parts[i], COUNT / PARTS - 80, COUNT / PARTS + 80);
		name_set_release(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_have_their_places),
		cmocka_unit_test(holders_share_it),
		cmocka_unit_test(address_selection_are_even),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
