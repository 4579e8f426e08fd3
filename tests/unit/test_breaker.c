#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "breaker.h"

#include <string.h>

static struct instant second(int64_t s)
{
	return (struct instant){ (1000 + s) * 1000000000 };
}

static void waits_longer_each_time_up_to_an_hour(void **state)
{
	static const int64_t waits[] = { 60, 120, 240, 480, 960, 1920, 3600, 3600 };
	struct breaker b;
	struct instant until = { 0 };
	int64_t now = 0;

	(void)state;
	assert_true(breaker_init(&b));
	assert_true(breaker_allows(&b, 7, second(0), &until));
	for (size_t i = 0; i < ARRAY_SIZE(waits); i++) {
		breaker_failed(&b, 7, second(now));
		assert_false(breaker_allows(&b, 7, second(now + waits[i] - 1), &until));
		assert_int_equal(until.ns, second(now + waits[i]).ns);
		now += waits[i];
		assert_true(breaker_allows(&b, 7, second(now), &until));
	}
	assert_true(breaker_allows(&b, 7 + 256, second(0), &until));
	breaker_passed(&b, 7);
	breaker_failed(&b, 7, second(now));
	assert_true(breaker_allows(&b, 7, second(now + 60), &until));
	breaker_fini(&b);
}

static void failures_at_once_count_as_one(void **state)
{
	struct breaker b;
	struct instant until = { 0 };

	(void)state;
	assert_true(breaker_init(&b));
	breaker_failed(&b, 7, second(0));
	breaker_failed(&b, 7, second(1));
	breaker_failed(&b, 7, second(2));
	assert_true(breaker_allows(&b, 7, second(60), &until));
	breaker_fini(&b);
}

/* Of those in its bucket; a day is long enough for any interval. */
static void what_nobody_tries_any_more_is_forgotten(void **state)
{
	struct breaker_mark mark;
	struct breaker b;

	(void)state;
	assert_true(breaker_init(&b));
	assert_true(breaker_is_empty(&b));
	breaker_failed(&b, 7, second(0));
	breaker_failed(&b, 7 + 256, second(60 + 86400));
	assert_true(breaker_recall(&b, 7, &mark));
	breaker_failed(&b, 7 + 512, second(61 + 86400));
	assert_false(breaker_recall(&b, 7, &mark));
	assert_true(breaker_recall(&b, 7 + 256, &mark));
	breaker_passed(&b, 7 + 256);
	breaker_passed(&b, 7 + 256);
	assert_false(breaker_is_empty(&b));
	breaker_passed(&b, 7 + 512);
	assert_true(breaker_is_empty(&b));
	breaker_fini(&b);
}

static void another_password_is_another_login(void **state)
{
	(void)state;
	assert_true(breaker_key("h", "u", "p") == breaker_key("h", "u", "p"));
	assert_true(breaker_key("h", "u", "p") != breaker_key("h", "u", "q"));
	assert_true(breaker_key("h", "u", "p") != breaker_key("i", "u", "p"));
	assert_true(breaker_key("h", "u", "p") != breaker_key("h", "p", "u"));
}

static void says_when_it_is_tried_again(void **state)
{
	const struct instant now = { 5000000000 }, soon = { 5000000000 + 57100000000 };
	char said[BREAKER_EXPLANATION_MAX];

	(void)state;
	breaker_explanation(now, soon, (struct moment){ 1795262400000 }, said);
	assert_string_equal(said, "not tried, it failed lately; the next try is in 58s "
				  "(2026-11-21T12:00:58Z)");
	breaker_explanation(soon, now, (struct moment){ 1795262400000 }, said);
	assert_non_null(strstr(said, "2026-11-21T12:00:00Z"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_longer_each_time_up_to_an_hour),
		cmocka_unit_test(failures_at_once_count_as_one),
		cmocka_unit_test(what_nobody_tries_any_more_is_forgotten),
		cmocka_unit_test(another_password_is_another_login),
		cmocka_unit_test(says_when_it_is_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
