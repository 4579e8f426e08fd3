#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "answer_cache.h"

#include <stdio.h>

static struct instant at(int64_t seconds)
{
	return (struct instant){ seconds * 1000000000 };
}

static const struct query_type any = { .family = FAMILY_ANY },
			       ipv4 = { .family = FAMILY_IPV4 },
			       ipv6 = { .family = FAMILY_IPV6 };

static struct resolver_answer answer_of(const char *literal)
{
	struct resolver_answer a = { .fault = FAULT_OK, .reason = "", .count = 1 };

	assert_true(address_parse(view_of(literal), 0, &a.addresses[0]));
	return a;
}

static void forgets_in_time(void **state)
{
	const struct resolver_answer a = answer_of("192.0.2.1"),
				     b = answer_of("2001:db8::1");
	struct answer_cache *c = answer_cache_new();
	struct resolver_answer found = { 0 };

	(void)state;
	answer_cache_put(c, "a.test", ipv4, at(100), &a);
	answer_cache_put(c, "a.test", ipv6, at(200), &b);
	assert_true(answer_cache_get(c, "a.test", ipv4, at(99), &found));
	assert_true(address_same_host(&found.addresses[0], &a.addresses[0]));
	assert_int_equal(found.count, 1);
	assert_false(answer_cache_get(c, "a.test", any, at(99), &found));
	assert_false(answer_cache_get(c, "b.test", ipv4, at(99), &found));
	assert_int_equal(answer_cache_count(c), 2);
	assert_false(answer_cache_get(c, "a.test", ipv4, at(100), &found));
	assert_int_equal(answer_cache_count(c), 1);
	assert_true(answer_cache_get(c, "a.test", ipv6, at(100), &found));
	answer_cache_free(c);
}

static void replaces(void **state)
{
	const struct resolver_answer a = answer_of("192.0.2.1"), b = answer_of("192.0.2.2");
	const struct resolver_answer gone = { .fault = FAULT_DNS_FAILURE,
					      .reason = "NXDOMAIN" };
	struct answer_cache *c = answer_cache_new();
	struct resolver_answer found = { 0 };

	(void)state;
	answer_cache_put(c, "a.test", any, at(100), &a);
	answer_cache_put(c, "a.test", any, at(300), &b);
	assert_int_equal(answer_cache_count(c), 1);
	assert_true(answer_cache_get(c, "a.test", any, at(299), &found));
	assert_true(address_same_host(&found.addresses[0], &b.addresses[0]));
	answer_cache_put(c, "a.test", any, at(300), &gone);
	assert_true(answer_cache_get(c, "a.test", any, at(299), &found));
	assert_int_equal(found.fault, FAULT_DNS_FAILURE);
	assert_string_equal(found.reason, "NXDOMAIN");
	assert_int_equal(found.count, 0);
	answer_cache_free(c);
}

static void forgets_the_least_used(void **state)
{
	const struct resolver_answer a = answer_of("192.0.2.1");
	struct answer_cache *c = answer_cache_new();
	struct resolver_answer found;
	char name[32];

	(void)state;
	for (int i = 0; i < RESOLVER_CACHE_MAX; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		answer_cache_put(c, name, any, at(100), &a);
	}
	assert_true(answer_cache_get(c, "n0.test", any, at(1), &found));
	answer_cache_put(c, "one-more.test", any, at(100), &a);
	assert_int_equal(answer_cache_count(c), RESOLVER_CACHE_MAX);
	assert_true(answer_cache_get(c, "n0.test", any, at(1), &found));
	assert_false(answer_cache_get(c, "n1.test", any, at(1), &found));
	assert_true(answer_cache_get(c, "n2.test", any, at(1), &found));
	assert_true(answer_cache_get(c, "one-more.test", any, at(1), &found));
	answer_cache_free(c);
	answer_cache_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forgets_in_time),
		cmocka_unit_test(replaces),
		cmocka_unit_test(forgets_the_least_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
