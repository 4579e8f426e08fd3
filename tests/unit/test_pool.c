#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pool.h"

#include <string.h>

struct thing {
	uint64_t a, b;
};

enum { MANY = 5000, THREADS = 4 };

static void things_are_apart_and_zeroed(void **state)
{
	static struct pool pool = POOL_OF(struct thing);
	static struct thing *things[MANY];

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		things[i] = pool_take(&pool);
		assert_non_null(things[i]);
		assert_int_equal((uintptr_t)things[i] % sizeof(uint64_t), 0);
		assert_int_equal(things[i]->a | things[i]->b, 0);
		*things[i] = (struct thing){ i + 1, ~i };
	}
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(things[i]->a, i + 1);
		assert_int_equal(things[i]->b, ~i);
	}
}

static void what_is_given_back_is_taken_again(void **state)
{
	static struct pool pool = POOL_OF(struct thing);
	struct thing *one = pool_take(&pool), *two = pool_take(&pool);

	(void)state;
	memset(one, 0xff, sizeof(*one));
	pool_give(&pool, NULL);
	pool_give(&pool, one);
	pool_give(&pool, two);
	assert_ptr_equal(pool_take(&pool), two);
	assert_ptr_equal(pool_take(&pool), one);
	assert_int_equal(one->a | one->b, 0);
}

static struct pool shared = POOL_OF(struct thing);

static void *take_and_give(void *number)
{
	for (size_t round = 0; round < MANY; round++) {
		struct thing *t = pool_take(&shared);

		if (t == NULL || t->a != 0)
			return NULL;
		t->a = (uintptr_t)number;
		if (t->a != (uintptr_t)number)
			return NULL;
		pool_give(&shared, t);
	}
	return number;
}

static void threads_share_it(void **state)
{
	pthread_t threads[THREADS];
	void *ended;

	(void)state;
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, take_and_give,
						(void *)(uintptr_t)(i + 1)),
				 0);
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &ended), 0);
		assert_int_equal((uintptr_t)ended, i + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(things_are_apart_and_zeroed),
		cmocka_unit_test(what_is_given_back_is_taken_again),
		cmocka_unit_test(threads_share_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
