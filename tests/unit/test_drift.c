/* test_drift.c - how long a worse offer is reported, and what a slot remembers of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "slot.h"

#include <string.h>

enum {
	GOOD = CAPABILITY_LIST_COMPLETE | CAPABILITY_STARTTLS,
	BAD = CAPABILITY_LIST_COMPLETE
};

static const struct span day = { INT64_C(86400) * 1000000000 };

static bool hears(struct drift *d, uint32_t before, int64_t hours)
{
	char words[CAPABILITY_WORDS_MAX];
	bool told = drift_add(d, &(struct capability_set){ before, 0 },
			      (struct moment){ 1000 + hours * 3600000 }, day, words);

	assert_int_equal(told, words[0] != '\0');
	return told;
}

static void the_first_offer_is_usual(void **state)
{
	struct drift d = { 0 };

	(void)state;
	assert_false(hears(&d, BAD, 0));
	assert_false(hears(&d, GOOD, 1));
	assert_int_equal(d.usual.before, GOOD);
	assert_true(hears(&d, BAD, 2));
}

static void a_worse_one_is_reported_until_it_settles(void **state)
{
	struct drift d = { 0 };

	(void)state;
	hears(&d, GOOD, 0);
	assert_true(hears(&d, BAD, 1));
	assert_true(hears(&d, BAD, 24));
	assert_false(hears(&d, BAD, 25));
	assert_false(hears(&d, BAD, 26));
	assert_int_equal(d.since.ms, 0);
}

static void a_better_one_ends_it(void **state)
{
	struct drift d = { 0 };

	(void)state;
	hears(&d, GOOD, 0);
	assert_true(hears(&d, BAD, 1));
	assert_false(hears(&d, GOOD, 20));
	assert_true(hears(&d, BAD, 30));
	assert_true(hears(&d, BAD, 53));
}

/* A probe that failed before the list keeps what is known, and the clock running. */
static void silence_changes_nothing(void **state)
{
	struct drift d = { 0 };

	(void)state;
	hears(&d, GOOD, 0);
	assert_false(hears(&d, 0, 1));
	assert_true(hears(&d, BAD, 2));
	assert_false(hears(&d, 0, 3));
	assert_true(hears(&d, BAD, 25));
	assert_false(hears(&d, BAD, 26));
}

static struct result found(const char *address, uint32_t before, int64_t since)
{
	struct result r;

	result_init(&r, moment_now());
	if (address != NULL)
		assert_true(address_parse(view_of(address), 25, &r.address));
	r.drift.usual = (struct capability_set){ before, CAPABILITY_LIST_COMPLETE };
	r.drift.since.ms = since;
	return r;
}

static void a_slot_remembers(void **state)
{
	struct slot *s = slot_new();
	struct result r = found("192.0.2.1", GOOD, 77), other = found("192.0.2.2", BAD, 0),
		      nowhere = found(NULL, GOOD, 0);
	struct drift d = slot_drift(s, &r.address, false);

	(void)state;
	assert_int_equal(d.usual.before, 0);
	slot_publish(s, &r, false, 1);
	d = slot_drift(s, &r.address, false);
	assert_int_equal(d.usual.before, GOOD);
	assert_int_equal(d.usual.after, CAPABILITY_LIST_COMPLETE);
	assert_int_equal(d.since.ms, 77);
	/* Behind another address another machine may stand, which may offer something else. */
	assert_int_equal(slot_drift(s, &other.address, false).usual.before, 0);
	/* A failed lookup forgets nothing. */
	assert_int_equal(slot_drift(s, &nowhere.address, false).usual.before, GOOD);
	slot_publish(s, &nowhere, false, 1);
	assert_int_equal(slot_drift(s, &r.address, false).usual.before, GOOD);
	slot_release(s);
}

static void each_address_has_its_own(void **state)
{
	struct slot *s = slot_new();
	struct result a = found("192.0.2.1", GOOD, 0), b = found("192.0.2.2", BAD, 0);

	(void)state;
	slot_publish(s, &a, true, 1);
	slot_publish(s, &b, true, 1);
	assert_int_equal(slot_drift(s, &a.address, true).usual.before, GOOD);
	assert_int_equal(slot_drift(s, &b.address, true).usual.before, BAD);
	slot_release(s);
}

/* A server that offers something new each time fills the table; then it is not remembered, and no
 * other offer is mistaken for it. */
static void too_many_offers_are_not_remembered(void **state)
{
	struct slot *s = slot_new();
	struct drift d;

	(void)state;
	for (uint32_t i = 0; i < 5000; i++) {
		struct result r = found("192.0.2.1", CAPABILITY_LIST_COMPLETE | i << 8, 0);

		slot_publish(s, &r, false, 1);
		d = slot_drift(s, &r.address, false);
		assert_true(d.usual.before == 0 || d.usual.before == r.drift.usual.before);
	}
	assert_int_equal(d.usual.before, 0);
	slot_release(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_offer_is_usual),
		cmocka_unit_test(a_worse_one_is_reported_until_it_settles),
		cmocka_unit_test(a_better_one_ends_it),
		cmocka_unit_test(silence_changes_nothing),
		cmocka_unit_test(a_slot_remembers),
		cmocka_unit_test(each_address_has_its_own),
		cmocka_unit_test(too_many_offers_are_not_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
