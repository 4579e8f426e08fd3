/* test_roll.c - names in the order of their hashes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "roll.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = { "shop.example", "a.example", "xn--bcher-kva.example",
				     "zz.example", "b.example" };

static void names_have_their_places(void **state)
{
	struct roll *r = roll_new(names, 5);
	size_t number = 99;

	(void)state;
	assert_int_equal(roll_count(r), 5);
	for (size_t i = 1; i < 5; i++) {
		assert_true(roll_place(r, i - 1) < roll_place(r, i));
		assert_int_equal(roll_at_place(r, roll_place(r, i)), i);
		assert_int_equal(roll_at_place(r, roll_place(r, i) - 1), i);
		assert_true(strcmp(roll_name(r, roll_by_letters(r, i - 1)),
				   roll_name(r, roll_by_letters(r, i))) < 0);
	}
	assert_int_equal(roll_at_place(r, 0), 0);
	assert_int_equal(roll_at_place(r, roll_place(r, 4) + 1), 5);
	assert_true(roll_find(r, view_of("SHOP.example"), &number));
	assert_string_equal(roll_name(r, number), "shop.example");
	number = 99;
	assert_false(roll_find(r, view_of("shop.exampl"), &number));
	assert_false(roll_find(r, view_of(""), &number));
	assert_int_equal(number, 99);
	roll_release(r);
}

static void holders_share_it(void **state)
{
	const char *const others[] = { "zz.example", "b.example", "a.example",
				       "shop.example", "xn--bcher-kva.example" };
	struct roll *a = roll_new(names, 5), *b = roll_new(others, 5),
		    *c = roll_new(others, 4), *none = roll_new(NULL, 0);

	(void)state;
	assert_true(roll_same(a, a));
	assert_true(roll_same(a, b));
	assert_false(roll_same(a, c));
	assert_false(roll_same(c, none));
	assert_int_equal(roll_at_place(none, 0), 0);
	assert_ptr_equal(roll_hold(a), a);
	roll_release(a);
	assert_string_equal(roll_name(a, roll_by_letters(a, 0)), "a.example");
	assert_null(roll_hold(NULL));
	roll_release(NULL);
	roll_release(a);
	roll_release(b);
	roll_release(c);
	roll_release(none);
}

/* Names that differ in one letter, at their ends too, do not come together. */
static void places_are_even(void **state)
{
	enum { COUNT = 4096, PARTS = 16 };
	static char texts[COUNT][32];
	static const char *list[COUNT];
	unsigned parts[PARTS] = { 0 };
	struct roll *r;

	(void)state;
	for (int end = 0; end < 2; end++) {
		memset(parts, 0, sizeof(parts));
		for (unsigned i = 0; i < COUNT; i++) {
			snprintf(texts[i], sizeof(texts[i]),
				 end ? "example.customer%u" : "%u.example", i);
			list[i] = texts[i];
		}
		r = roll_new(list, COUNT);
		for (unsigned i = 0; i < COUNT; i++)
			parts[roll_place(r, i) >> 60]++;
		for (unsigned i = 0; i < PARTS; i++)
			assert_in_range(parts[i], COUNT / PARTS - 80, COUNT / PARTS + 80);
		roll_release(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_have_their_places),
		cmocka_unit_test(holders_share_it),
		cmocka_unit_test(places_are_even),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
