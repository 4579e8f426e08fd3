#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "network.h"

static struct address address_of(const char *text)
{
	struct address a;

	assert_true(address_parse(view_of(text), 25, &a));
	return a;
}

static bool has(const char *network, const char *address)
{
	struct address a = address_of(address);
	struct network n;

	assert_true(network_parse(view_of(network), &n));
	return network_has(&n, &a);
}

static void a_prefix_counts_by_bits(void **state)
{
	(void)state;
	assert_true(has("192.0.2.0/24", "192.0.2.255"));
	assert_false(has("192.0.2.0/24", "192.0.3.0"));
	assert_true(has("192.0.2.8/29", "192.0.2.15"));
	assert_false(has("192.0.2.8/29", "192.0.2.16"));
	assert_true(has("0.0.0.0/0", "203.0.113.9"));
	assert_true(has("192.0.2.7", "192.0.2.7"));
	assert_false(has("192.0.2.7", "192.0.2.6"));
	assert_true(has("2001:db8::/33", "2001:db8:7fff::1"));
	assert_false(has("2001:db8::/33", "2001:db8:8000::1"));
	assert_true(has("[2001:db8::1]", "2001:db8::1"));
}

static void the_families_do_not_mix(void **state)
{
	(void)state;
	assert_false(has("0.0.0.0/0", "2001:db8::1"));
	assert_false(has("::/0", "192.0.2.1"));
	/* What it leads to counts. */
	assert_true(has("127.0.0.0/8", "::ffff:127.0.0.1"));
	assert_false(has("::/0", "::ffff:127.0.0.1"));
}

static void what_is_no_network(void **state)
{
	static const char *const bad[] = {
		"",           "192.0.2.1/24", "192.0.2.0/33",   "192.0.2.0/", "192.0.2.0/x",
		"192.0.2/24", "example.com",  "2001:db8::1/64", "::/129",     "/8"
	};
	struct network n;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (network_parse(view_of(bad[i]), &n))
			fail_msg("'%s' is taken for a network", bad[i]);
}

static void what_is_near(void **state)
{
	static const char *const near[] = {
		"0.0.0.0", "127.8.9.1", "169.254.169.254", "224.0.0.1", "255.255.255.255",
		"::",      "::1",       "fe80::1",         "ff02::1",   "::ffff:127.0.0.1"
	};
	static const char *const far[] = { "192.0.2.1",   "10.0.0.1", "169.253.0.1",
					   "2001:db8::1", "fd00::1",  "::ffff:192.0.2.1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(near); i++) {
		struct address a = address_of(near[i]);

		if (!network_is_near(&a))
			fail_msg("%s is near", near[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(far); i++) {
		struct address a = address_of(far[i]);

		if (network_is_near(&a))
			fail_msg("%s is not near", far[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prefix_counts_by_bits),
		cmocka_unit_test(the_families_do_not_mix),
		cmocka_unit_test(what_is_no_network),
		cmocka_unit_test(what_is_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
