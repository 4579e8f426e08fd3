#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "loop_lag.h"

static struct instant at_ms(int64_t ms)
{
	return instant_plus((struct instant){ INT64_C(1000000000000) }, span_of_ms(ms));
}

static struct span us(int64_t us)
{
	return (struct span){ us * 1000 };
}

/* One turn whose first thing due was so late, and a word of the server in it. */
static void turn(struct lost_time *t, int64_t ms, struct span lag, int64_t busy_ms)
{
	struct loop_lag l = { 0 };

	loop_lag_note(&l, at_ms(ms), instant_plus(at_ms(ms), lag));
	loop_lag_begin_events(&l);
	lost_time_add(t, &l, instant_plus(at_ms(ms), lag),
		      instant_plus(at_ms(ms + busy_ms), lag));
}

static void the_rounding_of_timers_is_no_lag(void **state)
{
	struct lost_time t = { .counted = at_ms(0) };
	struct span more;

	(void)state;
	for (int i = 1; i <= 1000; i++)
		turn(&t, i * 100, us(990), 1);
	assert_int_equal(t.lost.ns, 0);
	assert_int_equal(lost_time_decide(&t, us(700), false, &more), DEADLINE_COUNTS);
}

static void a_silent_server_loses_nothing(void **state)
{
	struct lost_time t = { .counted = at_ms(0) };
	struct loop_lag l = { 0 };
	struct span more;

	(void)state;
	for (int i = 1; i <= 50; i++) {
		loop_lag_note(&l, at_ms(i * 100), at_ms(i * 100 + 90));
		loop_lag_begin_events(&l);
	}
	/* Even when its deadline is looked at three seconds late. */
	assert_int_equal(lost_time_decide(&t, span_of_ms(3000), false, &more),
			 DEADLINE_COUNTS);
}

static void what_lies_unread_moves_the_deadline_once(void **state)
{
	struct lost_time t = { .counted = at_ms(0) };
	struct span more;

	(void)state;
	assert_int_equal(lost_time_decide(&t, span_of_ms(3000), true, &more),
			 DEADLINE_MOVES);
	assert_int_equal(more.ns, span_of_ms(3000).ns);
	/* It was read, and was not all that was awaited. */
	assert_int_equal(lost_time_decide(&t, us(300), false, &more), DEADLINE_COUNTS);
}

static void bytes_that_come_with_the_deadline_are_read(void **state)
{
	struct lost_time t = { .counted = at_ms(0) };
	struct span more = { 0 };

	(void)state;
	assert_int_equal(lost_time_decide(&t, us(300), true, &more), DEADLINE_MOVES);
	assert_int_equal(more.ns, span_of_ms(1).ns);
	assert_int_equal(lost_time_decide(&t, us(300), true, &more), DEADLINE_COUNTS);
}

static void what_is_lost_adds_up(void **state)
{
	struct lost_time t = { .counted = at_ms(0) };
	struct span more;

	(void)state;
	turn(&t, 100, span_of_ms(20), 0);
	turn(&t, 200, span_of_ms(4), 0);  /* not a lag */
	turn(&t, 300, span_of_ms(0), 25); /* others of the turn came first */
	assert_int_equal(t.lost.ns, span_of_ms(45).ns);
	lost_time_add_lag(&t, span_of_ms(4));
	lost_time_add_lag(&t, span_of_ms(10)); /* we began late */
	assert_int_equal(lost_time_decide(&t, us(300), false, &more), DEADLINE_MOVES);
	assert_int_equal(more.ns, span_of_ms(55).ns);
}

/* Two words of the server in a turn lose its lag once; what was before the probe is not its. */
static void nothing_is_lost_twice(void **state)
{
	struct lost_time t = { .counted = at_ms(100) };
	struct loop_lag l = { 0 };

	(void)state;
	loop_lag_note(&l, at_ms(80), at_ms(180));
	loop_lag_begin_events(&l);
	lost_time_add(&t, &l, at_ms(180), at_ms(181));
	lost_time_add(&t, &l, at_ms(180), at_ms(182));
	assert_int_equal(t.lost.ns, span_of_ms(81).ns);
	/* The next turn was in time. */
	loop_lag_begin_events(&l);
	lost_time_add(&t, &l, at_ms(190), at_ms(190));
	assert_int_equal(t.lost.ns, span_of_ms(81).ns);
}

static void it_is_our_fault_only_when_time_was_lost_again(void **state)
{
	struct lost_time t = { .counted = at_ms(0) };
	struct span more;

	(void)state;
	turn(&t, 100, span_of_ms(80), 0);
	assert_int_equal(lost_time_decide(&t, us(300), false, &more), DEADLINE_MOVES);
	turn(&t, 300, span_of_ms(60), 0);
	assert_int_equal(lost_time_decide(&t, us(300), false, &more), DEADLINE_BLAMES_US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rounding_of_timers_is_no_lag),
		cmocka_unit_test(a_silent_server_loses_nothing),
		cmocka_unit_test(what_lies_unread_moves_the_deadline_once),
		cmocka_unit_test(bytes_that_come_with_the_deadline_are_read),
		cmocka_unit_test(what_is_lost_adds_up),
		cmocka_unit_test(nothing_is_lost_twice),
		cmocka_unit_test(it_is_our_fault_only_when_time_was_lost_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
