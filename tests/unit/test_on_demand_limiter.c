#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "on_demand_limiter.h"

static struct on_demand_limiter places;

static int setup(void **state)
{
	(void)state;
	on_demand_limiter_init(&places);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	on_demand_limiter_fini(&places);
	return 0;
}

static unsigned take_all(uint64_t client, unsigned max)
{
	unsigned n = 0;

	while (on_demand_limiter_acquire(&places, client, max) == ON_DEMAND_GRANTED)
		n++;
	return n;
}

static void a_client_has_half(void **state)
{
	(void)state;
	assert_int_equal(on_demand_limiter_client_max(32), 16);
	assert_int_equal(on_demand_limiter_client_max(3), 1);
	assert_int_equal(on_demand_limiter_client_max(1), 1);
	assert_int_equal(take_all(7, 32), 16);
	assert_int_equal(on_demand_limiter_acquire(&places, 7, 32),
			 ON_DEMAND_CLIENT_AT_LIMIT);
	assert_int_equal(on_demand_limiter_acquire(&places, 8, 32), ON_DEMAND_GRANTED);
	assert_int_equal(take_all(9, 32), 15);
	assert_int_equal(on_demand_limiter_acquire(&places, 9, 32), ON_DEMAND_ALL_IN_USE);
	assert_int_equal(on_demand_limiter_acquire(&places, 10, 32), ON_DEMAND_ALL_IN_USE);
}

static void what_is_given_back_is_free(void **state)
{
	(void)state;
	assert_int_equal(take_all(1, 4), 2);
	assert_int_equal(take_all(2, 4), 2);
	assert_int_equal(on_demand_limiter_acquire(&places, 3, 4), ON_DEMAND_ALL_IN_USE);
	on_demand_limiter_release(&places, 1);
	assert_int_equal(on_demand_limiter_acquire(&places, 2, 4),
			 ON_DEMAND_CLIENT_AT_LIMIT);
	assert_int_equal(on_demand_limiter_acquire(&places, 3, 4), ON_DEMAND_GRANTED);
	on_demand_limiter_release(&places, 1);
	on_demand_limiter_release(&places, 3);
	on_demand_limiter_release(&places, 2);
	on_demand_limiter_release(&places, 2);
	assert_int_equal(places.taken, 0);
	assert_int_equal(places.n, 0);
	/* Of nobody's. */
	on_demand_limiter_release(&places, 2);
	assert_int_equal(places.taken, 0);
}

/* A reload may make them fewer than there are. */
static void fewer_by_a_reload(void **state)
{
	(void)state;
	assert_int_equal(take_all(1, 8), 4);
	assert_int_equal(on_demand_limiter_acquire(&places, 2, 2), ON_DEMAND_ALL_IN_USE);
	for (int i = 0; i < 3; i++)
		on_demand_limiter_release(&places, 1);
	assert_int_equal(on_demand_limiter_acquire(&places, 1, 2),
			 ON_DEMAND_CLIENT_AT_LIMIT);
	assert_int_equal(on_demand_limiter_acquire(&places, 2, 2), ON_DEMAND_GRANTED);
}

static void as_many_clients_as_places(void **state)
{
	(void)state;
	for (uint64_t client = 1; client <= ON_DEMAND_LIMITER_MAX; client++)
		assert_int_equal(
		    on_demand_limiter_acquire(&places, client, ON_DEMAND_LIMITER_MAX),
		    ON_DEMAND_GRANTED);
	assert_int_equal(on_demand_limiter_acquire(&places, 5000, ON_DEMAND_LIMITER_MAX),
			 ON_DEMAND_ALL_IN_USE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_client_has_half, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_given_back_is_free, setup,
						teardown),
		cmocka_unit_test_setup_teardown(fewer_by_a_reload, setup, teardown),
		cmocka_unit_test_setup_teardown(as_many_clients_as_places, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
