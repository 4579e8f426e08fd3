#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connection_limiter.h"

struct visitor {
	struct limiter_ticket ticket;
	unsigned told;
};

static void told(struct limiter_ticket *t)
{
	((struct visitor *)t)->told++;
}

static struct address host(const char *text)
{
	struct address a = { 0 };

	assert_true(address_parse(view_of(text), 25, &a));
	return a;
}

static bool enter(struct limiter *g, struct visitor *v, const char *where)
{
	struct address a = host(where);

	v->ticket.admitted = told;
	return connection_limiter_enter(g, &v->ticket, &a);
}

static void counts_per_address_and_lets_in_by_turn(void **state)
{
	struct limiter g;
	struct visitor v[5] = { 0 };

	(void)state;
	assert_true(connection_limiter_init(&g, 100, 2));
	assert_true(enter(&g, &v[0], "192.0.2.1"));
	assert_true(enter(&g, &v[1], "192.0.2.1"));
	assert_false(enter(&g, &v[2], "192.0.2.1"));
	assert_false(enter(&g, &v[3], "192.0.2.1"));
	assert_true(enter(&g, &v[4], "192.0.2.2"));
	assert_int_equal(g.waiting, 2);
	connection_limiter_leave(&g, &v[0].ticket);
	assert_int_equal(v[2].told, 0);
	assert_true(limiter_callback(&g));
	assert_int_equal(v[2].told, 1);
	assert_int_equal(v[3].told, 0);
	assert_int_equal(g.waiting, 1);
	connection_limiter_leave(&g, &v[3].ticket); /* gives up in the line */
	connection_limiter_leave(&g, &v[1].ticket);
	assert_false(limiter_callback(&g));
	connection_limiter_leave(&g, &v[2].ticket);
	connection_limiter_leave(&g, &v[4].ticket);
	connection_limiter_leave(&g, &v[4].ticket);
	assert_int_equal(g.inside, 0);
	assert_int_equal(g.waiting, 0);
	connection_limiter_fini(&g);
}

static void counts_in_all(void **state)
{
	struct limiter g;
	struct visitor v[4] = { 0 };

	(void)state;
	assert_true(connection_limiter_init(&g, 2, 2));
	assert_true(enter(&g, &v[0], "192.0.2.1"));
	assert_true(enter(&g, &v[1], "192.0.2.2"));
	assert_false(enter(&g, &v[2], "192.0.2.3"));
	assert_false(enter(&g, &v[3], "2001:db8::1"));
	connection_limiter_leave(&g, &v[1].ticket);
	connection_limiter_leave(
	    &g, &v[2].ticket); /* was called, but is gone before it is told */
	assert_true(limiter_callback(&g));
	assert_int_equal(v[2].told, 0);
	assert_int_equal(v[3].told, 1);
	connection_limiter_leave(&g, &v[0].ticket);
	connection_limiter_leave(&g, &v[3].ticket);
	assert_int_equal(g.inside, 0);
	connection_limiter_fini(&g);
}

static void never_more_inside_than_allowed(void **state)
{
	struct limiter g;
	struct visitor v[40] = { 0 };
	char where[] = "192.0.2.0";
	bool in[40] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		v[i].ticket.rank = (enum limiter_rank)(i / 5 % LIMITER_RANKS);
	assert_true(connection_limiter_init(&g, 7, 3));
	for (unsigned round = 0; round < 2000; round++) {
		unsigned i = round * 7919 % 40;

		if (v[i].ticket.where != 0) {
			connection_limiter_leave(&g, &v[i].ticket);
			in[i] = false;
		} else {
			where[8] = (char)('0' + i % 5);
			v[i].told = 0;
			in[i] = enter(&g, &v[i], where);
		}
		limiter_callback(&g);
		unsigned inside = 0, at[5] = { 0 };

		for (unsigned k = 0; k < 40; k++) {
			if (v[k].told > 0 && v[k].ticket.where != 0)
				in[k] = true;
			inside += in[k];
			at[k % 5] += in[k];
		}
		assert_true(inside <= 7);
		for (unsigned k = 0; k < 5; k++)
			assert_true(at[k] <= 3);
		assert_int_equal(inside, g.inside);
	}
	for (unsigned i = 0; i < 40; i++)
		connection_limiter_leave(&g, &v[i].ticket);
	assert_int_equal(g.inside + g.waiting, 0);
	connection_limiter_fini(&g);
}

/* Names of customers: all places but one, and none while somebody else waits. */
static void the_humble_go_behind_all_others(void **state)
{
	struct limiter g;
	struct visitor low_priority[5] = { 0 }, v[3] = { 0 };

	(void)state;
	assert_true(connection_limiter_init(&g, 100, 3));
	for (unsigned i = 0; i < 5; i++) {
		low_priority[i].ticket.rank = LIMITER_LOW_PRIORITY;
		assert_int_equal(enter(&g, &low_priority[i], "192.0.2.1"), i < 2);
	}
	assert_true(enter(&g, &v[0], "192.0.2.1"));
	assert_false(enter(&g, &v[1], "192.0.2.1"));
	connection_limiter_leave(&g, &low_priority[0].ticket);
	limiter_callback(&g);
	assert_int_equal(v[1].told, 1);
	assert_int_equal(low_priority[2].told, 0);
	assert_false(enter(&g, &v[2], "192.0.2.1"));
	connection_limiter_leave(&g, &v[2].ticket); /* gives up in the line */
	connection_limiter_leave(&g, &v[0].ticket);
	limiter_callback(&g);
	assert_int_equal(low_priority[2].told, 1);
	connection_limiter_leave(&g, &v[1].ticket);
	limiter_callback(&g);
	assert_int_equal(low_priority[3].told, 0); /* one place stays free */
	connection_limiter_leave(&g, &low_priority[4].ticket);
	connection_limiter_leave(&g, &low_priority[1].ticket);
	limiter_callback(&g);
	assert_int_equal(low_priority[3].told, 1);
	connection_limiter_leave(&g, &low_priority[2].ticket);
	connection_limiter_leave(&g, &low_priority[3].ticket);
	assert_int_equal(g.inside, 0);
	assert_int_equal(g.places.taken[LIMITER_LOW_PRIORITY], 0);
	assert_int_equal(g.waiting, 0);
	assert_int_equal(g.address_queues, 0);
	connection_limiter_fini(&g);
}

static void the_humble_take_half_of_all(void **state)
{
	struct limiter g;
	struct visitor low_priority[3] = { 0 }, v[3] = { 0 };

	(void)state;
	assert_true(connection_limiter_init(&g, 4, 1));
	for (unsigned i = 0; i < 3; i++)
		low_priority[i].ticket.rank = LIMITER_LOW_PRIORITY;
	/* The only place at an address is theirs, too, when nobody else wants it. */
	assert_true(enter(&g, &low_priority[0], "192.0.2.1"));
	assert_true(enter(&g, &low_priority[1], "192.0.2.2"));
	assert_false(enter(&g, &low_priority[2], "192.0.2.3"));
	assert_true(enter(&g, &v[0], "192.0.2.4"));
	assert_true(enter(&g, &v[1], "192.0.2.5"));
	assert_false(enter(&g, &v[2], "192.0.2.6"));
	connection_limiter_leave(&g, &low_priority[0].ticket);
	limiter_callback(&g);
	assert_int_equal(v[2].told, 1);
	assert_int_equal(low_priority[2].told, 0);
	connection_limiter_leave(&g, &v[0].ticket);
	limiter_callback(&g);
	assert_int_equal(low_priority[2].told, 1);
	for (unsigned i = 0; i < 3; i++) {
		connection_limiter_leave(&g, &low_priority[i].ticket);
		connection_limiter_leave(&g, &v[i].ticket);
	}
	assert_int_equal(g.inside, 0);
	assert_int_equal(g.address_queues, 0);
	connection_limiter_fini(&g);
}

static struct visitor slow(void)
{
	return (struct visitor){ .ticket.rank = LIMITER_SLOW };
}

/* Eight services of an address that hang: two places are for others. */
static void slow_ones_leave_places_for_those_that_answer(void **state)
{
	struct limiter g;
	struct visitor hung[8], good = { 0 }, asked = { .ticket.rank = LIMITER_ON_DEMAND };
	struct visitor asked_too = { .ticket.rank = LIMITER_ON_DEMAND };

	(void)state;
	assert_true(connection_limiter_init(&g, 100, 4));
	for (unsigned i = 0; i < 8; i++) {
		hung[i] = slow();
		assert_int_equal(enter(&g, &hung[i], "192.0.2.1"), i < 2);
	}
	assert_true(enter(&g, &asked, "192.0.2.1"));
	assert_false(
	    enter(&g, &asked_too, "192.0.2.1")); /* the last one is for the schedule */
	assert_true(enter(&g, &good, "192.0.2.1"));
	assert_true(connection_limiter_is_wanted(&good.ticket));
	assert_false(connection_limiter_is_wanted(&asked_too.ticket));
	connection_limiter_leave(&g, &good.ticket);
	limiter_callback(&g);
	assert_int_equal(asked_too.told, 0);
	assert_true(enter(&g, &good, "192.0.2.1"));
	connection_limiter_leave(&g, &hung[0].ticket);
	limiter_callback(&g);
	assert_int_equal(asked_too.told, 1);
	assert_int_equal(hung[2].told, 0);
	connection_limiter_leave(&g, &asked.ticket);
	limiter_callback(&g);
	assert_int_equal(hung[2].told, 1); /* the first of their line */
	for (unsigned i = 0; i < 8; i++)
		connection_limiter_leave(&g, &hung[i].ticket);
	connection_limiter_leave(&g, &asked_too.ticket);
	connection_limiter_leave(&g, &good.ticket);
	assert_int_equal(g.inside + g.waiting, 0);
	assert_int_equal(g.address_queues, 0);
	connection_limiter_fini(&g);
}

/* One place, and always another good one that wants it: the slow one waits for five turns. */
static void nobody_waits_for_ever(void **state)
{
	struct limiter g;
	struct visitor hung = slow(), good[8] = { 0 };
	unsigned before = 0;

	(void)state;
	assert_true(connection_limiter_init(&g, 100, 1));
	assert_true(enter(&g, &good[0], "192.0.2.1"));
	assert_false(enter(&g, &hung, "192.0.2.1"));
	for (unsigned i = 1; i < 8; i++)
		assert_false(enter(&g, &good[i], "192.0.2.1"));
	for (unsigned i = 0; i < 8 && hung.told == 0; i++) {
		connection_limiter_leave(&g, &good[i].ticket);
		limiter_callback(&g);
		before++;
	}
	assert_int_equal(before, LIMITER_PASSED_OVER_MAX + 1);
	connection_limiter_leave(&g, &hung.ticket);
	limiter_callback(&g);
	assert_int_equal(good[before].told, 1);
	for (unsigned i = 0; i < 8; i++)
		connection_limiter_leave(&g, &good[i].ticket);
	assert_int_equal(g.inside + g.waiting, 0);
	connection_limiter_fini(&g);
}

/* A thousand addresses that hang do not take all connections. */
static void slow_ones_take_three_quarters_of_all(void **state)
{
	struct limiter g;
	struct visitor hung[8], good[2] = { 0 };
	char where[] = "192.0.2.0";

	(void)state;
	assert_true(connection_limiter_init(&g, 8, 4));
	for (unsigned i = 0; i < 8; i++) {
		hung[i] = slow();
		where[8] = (char)('1' + i);
		assert_int_equal(enter(&g, &hung[i], where), i < 6);
	}
	assert_true(enter(&g, &good[0], "192.0.2.20"));
	assert_true(enter(&g, &good[1], "192.0.2.21"));
	connection_limiter_leave(&g, &good[0].ticket);
	limiter_callback(&g);
	assert_int_equal(hung[6].told, 0);
	connection_limiter_leave(&g, &hung[0].ticket);
	limiter_callback(&g);
	assert_int_equal(hung[6].told, 1);
	for (unsigned i = 0; i < 8; i++)
		connection_limiter_leave(&g, &hung[i].ticket);
	connection_limiter_leave(&g, &good[1].ticket);
	assert_int_equal(g.inside + g.waiting, 0);
	connection_limiter_fini(&g);
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
