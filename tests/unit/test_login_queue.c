#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "login_queue.h"

#include <string.h>

static struct login_queue queue;
static int jobs[1000];

static struct client_name from(unsigned i)
{
	return (struct client_name){ .family = 2,
				     .bytes = { (uint8_t)i, (uint8_t)(i >> 8) } };
}

static bool put(unsigned address, int job)
{
	void *lost;
	bool taken = login_queue_put(&queue, from(address), &jobs[job], &lost);

	assert_null(lost);
	return taken;
}

static int next(void)
{
	int *job = login_queue_next(&queue);

	return job ? (int)(job - jobs) : -1;
}

static void whoever_asks_alone_is_next(void **state)
{
	(void)state;
	for (int i = 0; i < LOGINS_PER_ADDRESS; i++)
		assert_true(put(1, i));
	assert_false(put(1, 99));
	assert_int_equal(next(), 0);
	assert_true(put(2, 50));
	assert_int_equal(next(), 50);
	assert_true(put(3, 60));
	assert_true(put(3, 61));
	assert_int_equal(next(), 60);
	assert_int_equal(next(), 1);
	assert_int_equal(next(), 61);
	assert_int_equal(next(), 2);
	for (int i = 3; i < LOGINS_PER_ADDRESS; i++)
		assert_int_equal(next(), i);
	assert_int_equal(next(), -1);
}

static void whoever_has_the_most_makes_room(void **state)
{
	void *lost;

	(void)state;
	for (int i = 0; i < LOGINS_QUEUE_MAX; i++)
		assert_true(put((unsigned)i / LOGINS_PER_ADDRESS, i));
	assert_true(login_queue_put(&queue, from(500), &jobs[500], &lost));
	assert_ptr_equal(lost, &jobs[LOGINS_PER_ADDRESS - 1]);
	assert_true(login_queue_put(&queue, from(501), &jobs[501], &lost));
	assert_non_null(lost);
	/* The new ones have the lowest turn with the first of the others. */
	for (int i = 0, seen = 0; seen < 2; i++) {
		assert_true(i < LOGINS_QUEUE_MAX / LOGINS_PER_ADDRESS + 2);
		seen += next() >= 500;
	}
}

static void when_all_have_one_there_is_no_room(void **state)
{
	void *lost;

	(void)state;
	for (int i = 0; i < LOGINS_QUEUE_MAX; i++)
		assert_true(put((unsigned)i, i));
	assert_false(login_queue_put(&queue, from(999), &jobs[999], &lost));
	assert_null(lost);
	login_queue_remove(&queue, &jobs[3]);
	assert_true(put(999, 999));
}

static int start(void **state)
{
	(void)state;
	memset(&queue, 0, sizeof(queue));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(whoever_asks_alone_is_next, start),
		cmocka_unit_test_setup(whoever_has_the_most_makes_room, start),
		cmocka_unit_test_setup(when_all_have_one_there_is_no_room, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
