#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "durations.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const struct service smtp = { .name = "smtp" }, imap = { .name = "imap" };
static const struct service imap_elsewhere = { .name = "imap", .port = 1143 };

/* clang-format off */
static const struct target targets[] = {
	{ .server = "a", .host = "h", .service = &imap },
	{ .server = "a", .host = "h", .service = &smtp, .flags = TARGET_HISTOGRAM },
	{ .server = "b", .host = "h", .service = &imap_elsewhere },
};
/* clang-format on */

static struct durations *durations;

/* The first `count` of the targets. */
static void load(size_t count, struct buckets buckets)
{
	struct plan *plan = plan_new();

	plan->settings.buckets = buckets;
	assert_null(plan_set_targets(plan, targets, count));
	durations_load(durations, plan);
	plan_release(plan);
}

static const struct buckets two = { 2, { { 100000000 }, { 1000000000 } } };

static void put(size_t target, int64_t ms)
{
	durations_put(durations, &targets[target], span_of_ms(ms));
}

static void counts_are(const struct histogram *h, uint64_t a, uint64_t b, uint64_t c,
		       uint64_t sum_us)
{
	assert_int_equal(h->counts[0], a);
	assert_int_equal(h->counts[1], b);
	assert_int_equal(h->counts[2], c);
	assert_int_equal(h->sum_us, sum_us);
	assert_true(h->made.ms > 0);
}

static void counts_services_and_who_wants_it(void **state)
{
	struct service_durations *list;
	struct histogram h;

	(void)state;
	load(3, two);
	/* Zero from the start, so that rate() sees the first rise. */
	assert_int_equal(durations_of_services(durations, &list), 2);
	counts_are(&list[1].histogram, 0, 0, 0, 0);
	free(list);
	put(0, 50);
	put(2, 100);
	put(1, 101);
	put(1, 5000);
	durations_put(durations, &targets[1], (struct span){ -1 });
	assert_int_equal(durations_of_services(durations, &list), 2);
	assert_string_equal(list[0].service, "imap");
	counts_are(&list[0].histogram, 2, 0, 0, 150000);
	assert_string_equal(list[1].service, "smtp");
	counts_are(&list[1].histogram, 0, 1, 1, 5101000);
	assert_int_equal(list[1].histogram.buckets.count, 2);
	free(list);
	assert_false(durations_of(durations, &targets[0], &h));
	assert_true(durations_of(durations, &targets[1], &h));
	counts_are(&h, 0, 1, 1, 5101000);
}

static void a_reload_keeps_what_is_in_both(void **state)
{
	struct service_durations *list;
	struct histogram h;

	(void)state;
	load(3, two);
	put(0, 50);
	put(1, 50);
	load(3, two);
	put(1, 60);
	assert_true(durations_of(durations, &targets[1], &h));
	counts_are(&h, 2, 0, 0, 110000);
	load(1, two);
	assert_false(durations_of(durations, &targets[1], &h));
	put(1, 50); /* one that was still under way */
	assert_int_equal(durations_of_services(durations, &list), 1);
	counts_are(&list[0].histogram, 1, 0, 0, 50000);
	free(list);
	load(3, two);
	assert_true(durations_of(durations, &targets[1], &h));
	counts_are(&h, 0, 0, 0, 0);
}

static void other_limits_begin_anew(void **state)
{
	struct service_durations *list;
	struct histogram h;

	(void)state;
	load(3, two);
	put(1, 50);
	load(3, (struct buckets){ 2, { { 100000000 }, { 2000000000 } } });
	assert_true(durations_of(durations, &targets[1], &h));
	counts_are(&h, 0, 0, 0, 0);
	load(3, (struct buckets){ 0 });
	put(1, 50);
	assert_false(durations_of(durations, &targets[1], &h));
	assert_int_equal(durations_of_services(durations, &list), 0);
	assert_int_equal(durations_of_services(NULL, &list), 0);
	assert_false(durations_of(NULL, &targets[1], &h));
}

static void *put_many(void *unused)
{
	for (unsigned i = 0; i < 1000; i++)
		put(1, 50);
	return unused;
}

static void counts_for_many_threads(void **state)
{
	pthread_t threads[4];
	struct histogram h;

	(void)state;
	load(3, two);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_create(&threads[i], NULL, put_many, NULL);
	for (size_t i = 0; i < 20; i++) {
		load(3, two);
		assert_true(durations_of(durations, &targets[1], &h));
	}
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	assert_true(durations_of(durations, &targets[1], &h));
	counts_are(&h, 4000, 0, 0, 4000 * 50000);
}

static int start(void **state)
{
	(void)state;
	durations = durations_new();
	return durations ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	durations_free(durations);
	durations_free(NULL);
	return 0;
}

#define DURATIONS_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DURATIONS_TEST(counts_services_and_who_wants_it),
		DURATIONS_TEST(a_reload_keeps_what_is_in_both),
		DURATIONS_TEST(other_limits_begin_anew),
		DURATIONS_TEST(counts_for_many_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
