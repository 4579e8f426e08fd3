#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schedule.h"

#include <stdlib.h>

static struct instant at(int64_t ns)
{
	return (struct instant){ ns };
}

static void gives_the_earliest_first(void **state)
{
	struct schedule s;
	struct due dues[500] = { 0 };
	int64_t last = 0;

	(void)state;
	schedule_init(&s);
	srand(7);
	for (size_t i = 0; i < ARRAY_SIZE(dues); i++)
		assert_true(schedule_put(&s, &dues[i], at(1 + rand() % 1000)));
	for (size_t i = 0; i < ARRAY_SIZE(dues); i += 3) /* moved up and down */
		assert_true(schedule_put(&s, &dues[i], at(1 + rand() % 1000)));
	for (size_t i = 0; i < ARRAY_SIZE(dues); i += 5)
		schedule_drop(&s, &dues[i]);
	for (size_t i = 0; i < 400; i++) {
		struct due *d = schedule_take(&s, at(2000));

		assert_non_null(d);
		assert_true(d->at.ns >= last);
		assert_int_equal(d->place, 0);
		last = d->at.ns;
	}
	assert_null(schedule_take(&s, at(2000)));
	schedule_fini(&s);
}

static void takes_nothing_before_its_time(void **state)
{
	struct schedule s;
	struct due d = { 0 };

	(void)state;
	schedule_init(&s);
	schedule_drop(&s, &d);
	schedule_put(&s, &d, at(10));
	assert_null(schedule_take(&s, at(9)));
	assert_ptr_equal(schedule_next(&s), &d);
	assert_ptr_equal(schedule_take(&s, at(10)), &d);
	schedule_put(&s, &d, at(10));
	schedule_fini(&s);
	assert_int_equal(d.place, 0);
}

static void a_place_is_the_same_after_a_restart(void **state)
{
	struct span minute = span_of_seconds(60);
	struct moment today = { 1700000012345 };
	struct instant first =
	    schedule_regular_time(12345678901234567ULL, minute, at(0), today);

	(void)state;
	assert_true(first.ns >= 0 && first.ns < minute.ns);
	for (int64_t later = 0; later < 180; later += 7) {
		struct moment then = { today.ms + later * 1000 };
		struct instant now = at(later * 1000000000);
		struct instant next =
		    schedule_regular_time(12345678901234567ULL, minute, now, then);

		assert_false(instant_before(next, now));
		assert_int_equal((next.ns - first.ns) % minute.ns, 0);
		assert_true(span_between(now, next).ns < minute.ns);
	}
}

static void address_selection_are_spread(void **state)
{
	struct span interval = span_of_seconds(10);
	unsigned tenth[10] = { 0 };
	char name[16] = "target-0000";

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct instant place;

		for (int k = 0, n = i; k < 4; k++, n /= 10)
			name[10 - k] = (char)('0' + n % 10);
		place = schedule_regular_time(view_hash(view_of(name)), interval, at(0),
					      (struct moment){ 1700000000000 });
		tenth[place.ns / 1000000000]++;
	}
	for (size_t i = 0; i < 10; i++)
		assert_true(tenth[i] > 60 && tenth[i] < 150);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_earliest_first),
		cmocka_unit_test(takes_nothing_before_its_time),
		cmocka_unit_test(a_place_is_the_same_after_a_restart),
		cmocka_unit_test(address_selection_are_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
