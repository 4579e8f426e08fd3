#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arena.h"

#include <stdalign.h>
#include <string.h>

static void gives_zeroed_aligned_room(void **state)
{
	static const size_t sizes[] = { 1, 3, 16, 100, 5000, 7, 1000000, 64, 900, 1100 };
	unsigned char *taken[40 * ARRAY_SIZE(sizes)];
	struct arena a;
	size_t n = 0;

	(void)state;
	arena_init(&a);
	for (size_t round = 0; round < 40; round++)
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++, n++) {
			size_t size = sizes[i] > 100000 && round ? 1 : sizes[i];

			taken[n] = arena_alloc(&a, size);
			assert_int_equal((uintptr_t)taken[n] % alignof(max_align_t), 0);
			for (size_t k = 0; k < size; k++)
				assert_int_equal(taken[n][k], 0);
			memset(taken[n], (int)(n & 255), size);
		}
	/* Nothing overlaps: all still hold what was written. */
	for (size_t k = 0; k < n; k++)
		assert_int_equal(taken[k][0], k & 255);
	arena_fini(&a);
	arena_fini(&a);
}

static void copies_text(void **state)
{
	struct arena a;
	const char *first, *empty, *with_nul, *large;
	char big[10000];

	(void)state;
	memset(big, 'x', sizeof(big));
	arena_init(&a);
	first = arena_text(&a, view_of("mx1.example.com"));
	empty = arena_text(&a, (struct view){ NULL, 0 });
	with_nul = arena_text(&a, (struct view){ "a\0b", 3 });
	large = arena_text(&a, (struct view){ big, sizeof(big) });
	assert_string_equal(first, "mx1.example.com");
	assert_string_equal(empty, "");
	assert_memory_equal(with_nul, "a\0b", 4);
	assert_int_equal(strlen(large), sizeof(big));
	assert_int_equal((uintptr_t)arena_alloc(&a, 8) % alignof(max_align_t), 0);
	arena_fini(&a);
}

static void starts_with_a_large_one(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a);
	assert_non_null(arena_alloc(&a, 500000));
	assert_string_equal(arena_text(&a, view_of("behind")), "behind");
	arena_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_aligned_room),
		cmocka_unit_test(copies_text),
		cmocka_unit_test(starts_with_a_large_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
