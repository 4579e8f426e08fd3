#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connection_limiter.h"

struct visitor {
	struct limiter_ticket ticket;
	unsigned admissions;
};

static void count_admission(struct limiter_ticket *t)
{
	((struct visitor *)t)->admissions++;
}

static struct address host(const char *text)
{
	struct address a = { 0 };

	assert_true(address_parse(view_of(text), 25, &a));
	return a;
}

static bool enter(struct connection_limiter *limiter, struct visitor *v,
		  const char *address)
{
	struct address a = host(address);

	v->ticket.admitted = count_admission;
	return connection_limiter_enter(limiter, &v->ticket, &a);
}

static void counts_per_address_and_lets_in_by_turn(void **state)
{
	struct connection_limiter limiter;
	struct visitor v[5] = { 0 };

	(void)state;
	assert_true(connection_limiter_init(&limiter, 100, 2));
	assert_true(enter(&limiter, &v[0], "192.0.2.1"));
	assert_true(enter(&limiter, &v[1], "192.0.2.1"));
	assert_false(enter(&limiter, &v[2], "192.0.2.1"));
	assert_false(enter(&limiter, &v[3], "192.0.2.1"));
	assert_true(enter(&limiter, &v[4], "192.0.2.2"));
	assert_int_equal(limiter.waiting, 2);
	connection_limiter_leave(&limiter, &v[0].ticket);
	assert_int_equal(v[2].admissions, 0);
	assert_true(connection_limiter_call_admitted(&limiter));
	assert_int_equal(v[2].admissions, 1);
	assert_int_equal(v[3].admissions, 0);
	assert_int_equal(limiter.waiting, 1);
	connection_limiter_leave(&limiter, &v[3].ticket); /* gives up in the line */
	connection_limiter_leave(&limiter, &v[1].ticket);
	assert_false(connection_limiter_call_admitted(&limiter));
	connection_limiter_leave(&limiter, &v[2].ticket);
	connection_limiter_leave(&limiter, &v[4].ticket);
	connection_limiter_leave(&limiter, &v[4].ticket);
	assert_int_equal(limiter.admitted_count, 0);
	assert_int_equal(limiter.waiting, 0);
	connection_limiter_fini(&limiter);
}

static void counts_in_all(void **state)
{
	struct connection_limiter limiter;
	struct visitor v[4] = { 0 };

	(void)state;
	assert_true(connection_limiter_init(&limiter, 2, 2));
	assert_true(enter(&limiter, &v[0], "192.0.2.1"));
	assert_true(enter(&limiter, &v[1], "192.0.2.2"));
	assert_false(enter(&limiter, &v[2], "192.0.2.3"));
	assert_false(enter(&limiter, &v[3], "2001:db8::1"));
	connection_limiter_leave(&limiter, &v[1].ticket);
	connection_limiter_leave(
	    &limiter, &v[2].ticket); /* was called, but is gone before it is told */
	assert_true(connection_limiter_call_admitted(&limiter));
	assert_int_equal(v[2].admissions, 0);
	assert_int_equal(v[3].admissions, 1);
	connection_limiter_leave(&limiter, &v[0].ticket);
	connection_limiter_leave(&limiter, &v[3].ticket);
	assert_int_equal(limiter.admitted_count, 0);
	connection_limiter_fini(&limiter);
}

static void never_more_inside_than_allowed(void **state)
{
	struct connection_limiter limiter;
	struct visitor v[40] = { 0 };
	char address[] = "192.0.2.0";
	bool in[40] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		v[i].ticket.rank = (enum limiter_rank)(i / 5 % LIMITER_RANKS);
	assert_true(connection_limiter_init(&limiter, 7, 3));
	for (unsigned round = 0; round < 2000; round++) {
		unsigned i = round * 7919 % 40;

		if (v[i].ticket.state != 0) {
			connection_limiter_leave(&limiter, &v[i].ticket);
			in[i] = false;
		} else {
			address[8] = (char)('0' + i % 5);
			v[i].admissions = 0;
			in[i] = enter(&limiter, &v[i], address);
		}
		connection_limiter_call_admitted(&limiter);
		unsigned inside = 0, at[5] = { 0 };

		for (unsigned k = 0; k < 40; k++) {
			if (v[k].admissions > 0 && v[k].ticket.state != 0)
				in[k] = true;
			inside += in[k];
			at[k % 5] += in[k];
		}
		assert_true(inside <= 7);
		for (unsigned k = 0; k < 5; k++)
			assert_true(at[k] <= 3);
		assert_int_equal(inside, limiter.admitted_count);
	}
	for (unsigned i = 0; i < 40; i++)
		connection_limiter_leave(&limiter, &v[i].ticket);
	assert_int_equal(limiter.admitted_count + limiter.waiting, 0);
	connection_limiter_fini(&limiter);
}

/* Names of customers: all places but one, and none while somebody else waits. */
static void the_humble_go_behind_all_others(void **state)
{
	struct connection_limiter limiter;
	struct visitor low_priority[5] = { 0 }, v[3] = { 0 };

	(void)state;
	assert_true(connection_limiter_init(&limiter, 100, 3));
	for (unsigned i = 0; i < 5; i++) {
		low_priority[i].ticket.rank = LIMITER_LOW_PRIORITY;
		assert_int_equal(enter(&limiter, &low_priority[i], "192.0.2.1"), i < 2);
	}
	assert_true(enter(&limiter, &v[0], "192.0.2.1"));
	assert_false(enter(&limiter, &v[1], "192.0.2.1"));
	connection_limiter_leave(&limiter, &low_priority[0].ticket);
	connection_limiter_call_admitted(&limiter);
	assert_int_equal(v[1].admissions, 1);
	assert_int_equal(low_priority[2].admissions, 0);
	assert_false(enter(&limiter, &v[2], "192.0.2.1"));
	connection_limiter_leave(&limiter, &v[2].ticket); /* gives up in the line */
	connection_limiter_leave(&limiter, &v[0].ticket);
	connection_limiter_call_admitted(&limiter);
	assert_int_equal(low_priority[2].admissions, 1);
	connection_limiter_leave(&limiter, &v[1].ticket);
	connection_limiter_call_admitted(&limiter);
	assert_int_equal(low_priority[3].admissions, 0); /* one place stays free */
	connection_limiter_leave(&limiter, &low_priority[4].ticket);
	connection_limiter_leave(&limiter, &low_priority[1].ticket);
	connection_limiter_call_admitted(&limiter);
	assert_int_equal(low_priority[3].admissions, 1);
	connection_limiter_leave(&limiter, &low_priority[2].ticket);
	connection_limiter_leave(&limiter, &low_priority[3].ticket);
	assert_int_equal(limiter.admitted_count, 0);
	assert_int_equal(limiter.level.admitted[LIMITER_LOW_PRIORITY], 0);
	assert_int_equal(limiter.waiting, 0);
	assert_int_equal(limiter.address_queues, 0);
	connection_limiter_fini(&limiter);
}

static void the_humble_take_half_of_all(void **state)
{
	struct connection_limiter limiter;
	struct visitor low_priority[3] = { 0 }, v[3] = { 0 };

	(void)state;
	assert_true(connection_limiter_init(&limiter, 4, 1));
	for (unsigned i = 0; i < 3; i++)
		low_priority[i].ticket.rank = LIMITER_LOW_PRIORITY;
	/* The only place at an address is theirs, too, when nobody else wants it. */
	assert_true(enter(&limiter, &low_priority[0], "192.0.2.1"));
	assert_true(enter(&limiter, &low_priority[1], "192.0.2.2"));
	assert_false(enter(&limiter, &low_priority[2], "192.0.2.3"));
	assert_true(enter(&limiter, &v[0], "192.0.2.4"));
	assert_true(enter(&limiter, &v[1], "192.0.2.5"));
	assert_false(enter(&limiter, &v[2], "192.0.2.6"));
	connection_limiter_leave(&limiter, &low_priority[0].ticket);
	connection_limiter_call_admitted(&limiter);
	assert_int_equal(v[2].admissions, 1);
	assert_int_equal(low_priority[2].admissions, 0);
	connection_limiter_leave(&limiter, &v[0].ticket);
	connection_limiter_call_admitted(&limiter);
	assert_int_equal(low_priority[2].admissions, 1);
	for (unsigned i = 0; i < 3; i++) {
		connection_limiter_leave(&limiter, &low_priority[i].ticket);
		connection_limiter_leave(&limiter, &v[i].ticket);
	}
	assert_int_equal(limiter.admitted_count, 0);
	assert_int_equal(limiter.address_queues, 0);
	connection_limiter_fini(&limiter);
}

static struct visitor slow(void)
{
	return (struct visitor){ .ticket.rank = LIMITER_SLOW };
}

/* Eight services of an address that hang: two places are for others. */
static void slow_ones_leave_places_for_those_that_answer(void **state)
{
	struct connection_limiter limiter;
	struct visitor hung[8], good = { 0 }, asked = { .ticket.rank = LIMITER_ON_DEMAND };
	struct visitor asked_too = { .ticket.rank = LIMITER_ON_DEMAND };

	(void)state;
	assert_true(connection_limiter_init(&limiter, 100, 4));
	for (unsigned i = 0; i < 8; i++) {
		hung[i] = slow();
		assert_int_equal(enter(&limiter, &hung[i], "192.0.2.1"), i < 2);
	}
	assert_true(enter(&limiter, &asked, "192.0.2.1"));
	assert_false(enter(&limiter, &asked_too,
			   "192.0.2.1")); /* the last one is for the schedule */
	assert_true(enter(&limiter, &good, "192.0.2.1"));
	assert_true(connection_limiter_has_waiters(&good.ticket));
	assert_false(connection_limiter_has_waiters(&asked_too.ticket));
	connection_limiter_leave(&limiter, &good.ticket);
	connection_limiter_call_admitted(&limiter);
	assert_int_equal(asked_too.admissions, 0);
	assert_true(enter(&limiter, &good, "192.0.2.1"));
	connection_limiter_leave(&limiter, &hung[0].ticket);
	connection_limiter_call_admitted(&limiter);
	assert_int_equal(asked_too.admissions, 1);
	assert_int_equal(hung[2].admissions, 0);
	connection_limiter_leave(&limiter, &asked.ticket);
	connection_limiter_call_admitted(&limiter);
	assert_int_equal(hung[2].admissions, 1); /* the first of their line */
	for (unsigned i = 0; i < 8; i++)
		connection_limiter_leave(&limiter, &hung[i].ticket);
	connection_limiter_leave(&limiter, &asked_too.ticket);
	connection_limiter_leave(&limiter, &good.ticket);
	assert_int_equal(limiter.admitted_count + limiter.waiting, 0);
	assert_int_equal(limiter.address_queues, 0);
	connection_limiter_fini(&limiter);
}

/* One place, and always another good one that wants it: the slow one waits for five turns. */
static void nobody_waits_for_ever(void **state)
{
	struct connection_limiter limiter;
	struct visitor hung = slow(), good[8] = { 0 };
	unsigned before = 0;

	(void)state;
	assert_true(connection_limiter_init(&limiter, 100, 1));
	assert_true(enter(&limiter, &good[0], "192.0.2.1"));
	assert_false(enter(&limiter, &hung, "192.0.2.1"));
	for (unsigned i = 1; i < 8; i++)
		assert_false(enter(&limiter, &good[i], "192.0.2.1"));
	for (unsigned i = 0; i < 8 && hung.admissions == 0; i++) {
		connection_limiter_leave(&limiter, &good[i].ticket);
		connection_limiter_call_admitted(&limiter);
		before++;
	}
	assert_int_equal(before, LIMITER_PASSED_OVER_MAX + 1);
	connection_limiter_leave(&limiter, &hung.ticket);
	connection_limiter_call_admitted(&limiter);
	assert_int_equal(good[before].admissions, 1);
	for (unsigned i = 0; i < 8; i++)
		connection_limiter_leave(&limiter, &good[i].ticket);
	assert_int_equal(limiter.admitted_count + limiter.waiting, 0);
	connection_limiter_fini(&limiter);
}

/* A thousand addresses that hang do not take all connections. */
static void slow_ones_take_three_quarters_of_all(void **state)
{
	struct connection_limiter limiter;
	struct visitor hung[8], good[2] = { 0 };
	char address[] = "192.0.2.0";

	(void)state;
	assert_true(connection_limiter_init(&limiter, 8, 4));
	for (unsigned i = 0; i < 8; i++) {
		hung[i] = slow();
		address[8] = (char)('1' + i);
		assert_int_equal(enter(&limiter, &hung[i], address), i < 6);
	}
	assert_true(enter(&limiter, &good[0], "192.0.2.20"));
	assert_true(enter(&limiter, &good[1], "192.0.2.21"));
	connection_limiter_leave(&limiter, &good[0].ticket);
	connection_limiter_call_admitted(&limiter);
	assert_int_equal(hung[6].admissions, 0);
	connection_limiter_leave(&limiter, &hung[0].ticket);
	connection_limiter_call_admitted(&limiter);
	assert_int_equal(hung[6].admissions, 1);
	for (unsigned i = 0; i < 8; i++)
		connection_limiter_leave(&limiter, &hung[i].ticket);
	connection_limiter_leave(&limiter, &good[1].ticket);
	assert_int_equal(limiter.admitted_count + limiter.waiting, 0);
	connection_limiter_fini(&limiter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_per_address_and_lets_in_by_turn),
		cmocka_unit_test(counts_in_all),
		cmocka_unit_test(never_more_inside_than_allowed),
		cmocka_unit_test(the_humble_go_behind_all_others),
		cmocka_unit_test(the_humble_take_half_of_all),
		cmocka_unit_test(slow_ones_leave_places_for_those_that_answer),
		cmocka_unit_test(nobody_waits_for_ever),
		cmocka_unit_test(slow_ones_take_three_quarters_of_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
