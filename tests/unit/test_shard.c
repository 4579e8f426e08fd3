#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shard.h"

#include <stdio.h>

enum { SERVERS = 20000 };

static const char *name_of(int i, char dst[32])
{
	snprintf(dst, 32, i % 2 ? "mx%d.example.com" : "shop-%d", i);
	return dst;
}

static void each_server_has_one_shard(void **state)
{
	char name[32];

	(void)state;
	for (int i = 0; i < SERVERS; i++) {
		unsigned holders = 0;

		name_of(i, name);
		for (unsigned k = 0; k < 7; k++)
			holders += shard_has(&(struct shard){ k, 7 }, name);
		assert_int_equal(holders, 1);
		assert_true(shard_has(&(struct shard){ 0, 1 }, name));
		assert_true(shard_has(&(struct shard){ 0 }, name));
	}
}

static void shards_are_even(void **state)
{
	unsigned count[8] = { 0 };
	char name[32];

	(void)state;
	for (int i = 0; i < SERVERS; i++)
		count[shard_of(name_of(i, name), 8)]++;
	for (int k = 0; k < 8; k++)
		assert_in_range(count[k], SERVERS / 8 * 9 / 10, SERVERS / 8 * 11 / 10);
}

/* All that move go to the new shard, and they are one in n. */
static void growth_moves_what_the_new_one_takes(void **state)
{
	char name[32];

	(void)state;
	for (unsigned n = 2; n <= 12; n++) {
		unsigned moved = 0;

		for (int i = 0; i < SERVERS; i++) {
			unsigned before = shard_of(name_of(i, name), n - 1);
			unsigned after = shard_of(name, n);

			if (before == after)
				continue;
			assert_int_equal(after, n - 1);
			moved++;
		}
		assert_in_range(moved, SERVERS / n * 85 / 100, SERVERS / n * 115 / 100);
	}
}

/* A fleet is updated one by one: this must never change. */
static void the_same_for_ever(void **state)
{
	(void)state;
	assert_int_equal(shard_of("mx1.example.com", 1), 0);
	assert_int_equal(shard_of("mx1.example.com", 10), 8);
	assert_int_equal(shard_of("shop", 10), 8);
	assert_int_equal(shard_of("", 10), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_server_has_one_shard),
		cmocka_unit_test(shards_are_even),
		cmocka_unit_test(growth_moves_what_the_new_one_takes),
		cmocka_unit_test(the_same_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
