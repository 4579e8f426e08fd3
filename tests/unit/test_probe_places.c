#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probe_places.h"

static struct probe_places places;

static int setup(void **state)
{
	(void)state;
	probe_places_init(&places);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	probe_places_fini(&places);
	return 0;
}

static unsigned take_all(uint64_t client, unsigned max)
{
	unsigned n = 0;

	while (probe_places_take(&places, client, max) == PROBE_PLACE_TAKEN)
		n++;
	return n;
}

static void a_client_has_half(void **state)
{
	(void)state;
	assert_int_equal(probe_places_share(32), 16);
	assert_int_equal(probe_places_share(3), 1);
	assert_int_equal(probe_places_share(1), 1);
	assert_int_equal(take_all(7, 32), 16);
	assert_int_equal(probe_places_take(&places, 7, 32), PROBE_PLACE_NO_SHARE);
	assert_int_equal(probe_places_take(&places, 8, 32), PROBE_PLACE_TAKEN);
	assert_int_equal(take_all(9, 32), 15);
	assert_int_equal(probe_places_take(&places, 9, 32), PROBE_PLACE_NONE);
	assert_int_equal(probe_places_take(&places, 10, 32), PROBE_PLACE_NONE);
}

static void what_is_given_back_is_free(void **state)
{
	(void)state;
	assert_int_equal(take_all(1, 4), 2);
	assert_int_equal(take_all(2, 4), 2);
	assert_int_equal(probe_places_take(&places, 3, 4), PROBE_PLACE_NONE);
	probe_places_give_back(&places, 1);
	assert_int_equal(probe_places_take(&places, 2, 4), PROBE_PLACE_NO_SHARE);
	assert_int_equal(probe_places_take(&places, 3, 4), PROBE_PLACE_TAKEN);
	probe_places_give_back(&places, 1);
	probe_places_give_back(&places, 3);
	probe_places_give_back(&places, 2);
	probe_places_give_back(&places, 2);
	assert_int_equal(places.taken, 0);
	assert_int_equal(places.n, 0);
	/* Of nobody's. */
	probe_places_give_back(&places, 2);
	assert_int_equal(places.taken, 0);
}

/* A reload may make them fewer than there are. */
static void fewer_by_a_reload(void **state)
{
	(void)state;
	assert_int_equal(take_all(1, 8), 4);
	assert_int_equal(probe_places_take(&places, 2, 2), PROBE_PLACE_NONE);
	for (int i = 0; i < 3; i++)
		probe_places_give_back(&places, 1);
	assert_int_equal(probe_places_take(&places, 1, 2), PROBE_PLACE_NO_SHARE);
	assert_int_equal(probe_places_take(&places, 2, 2), PROBE_PLACE_TAKEN);
}

static void as_many_clients_as_places(void **state)
{
	(void)state;
	for (uint64_t client = 1; client <= PROBE_PLACES_MAX; client++)
		assert_int_equal(probe_places_take(&places, client, PROBE_PLACES_MAX),
				 PROBE_PLACE_TAKEN);
	assert_int_equal(probe_places_take(&places, 5000, PROBE_PLACES_MAX),
			 PROBE_PLACE_NONE);
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
