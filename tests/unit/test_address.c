#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "address.h"

#include <string.h>

static void reads_literals(void **state)
{
	static const struct {
		const char *text, *shown;
		int family;
	} good[] = {
		{ "192.0.2.1", "192.0.2.1", AF_INET },
		{ "0.0.0.0", "0.0.0.0", AF_INET },
		{ "2001:db8::1", "2001:db8::1", AF_INET6 },
		{ "2001:DB8:0:0:0:0:0:1", "2001:db8::1", AF_INET6 },
		{ "[2001:db8::1]", "2001:db8::1", AF_INET6 },
		{ "::", "::", AF_INET6 },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1", AF_INET6 },
		{ "fe80::1%lo", "fe80::1%lo", AF_INET6 },
		{ "fe80::1%1", "fe80::1%lo", AF_INET6 },
		{ "[fe80::1%4000000000]", "fe80::1%4000000000", AF_INET6 },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AF_INET6 },
	};
	char text[ADDRESS_TEXT_MAX];
	struct address a;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		if (!address_parse(view_of(good[i].text), 25, &a))
			fail_msg("'%s' was refused", good[i].text);
		assert_int_equal(a.any.sa_family, good[i].family);
		assert_int_equal(address_port(&a), 25);
		assert_string_equal(address_text(&a, text), good[i].shown);
		assert_int_equal(address_length(&a), good[i].family == AF_INET
							 ? sizeof(struct sockaddr_in)
							 : sizeof(struct sockaddr_in6));
	}
}

static void refuses_the_rest(void **state)
{
	static const char *const bad[] = {
		"",
		"mx1.example.com",
		"192.0.2",
		"192.0.2.256",
		"192.0.2.1.",
		"192.0.2.01",
		" 192.0.2.1",
		"192.0.2.1 ",
		"0x7f.0.0.1",
		"2130706433",
		"[192.0.2.1]",
		"192.0.2.1:25",
		"[]",
		"[",
		"]",
		"[::1",
		"::1]",
		"[::1]:25",
		"::1%",
		"fe80::1%nowhere",
		"fe80::1%0",
		"fe80::1%-1",
		"fe80::1%4294967296",
		"%lo",
		"1:2:3:4:5:6:7:8:9",
		":::",
		"127.0.0.1%lo",
		"2001:db8::1::2",
		"12345::",
		"1111:2222:3333:4444:5555:6666:7777:8888%012345678901234567890123456789",
	};
	struct address a = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (address_parse(view_of(bad[i]), 25, &a))
			fail_msg("'%s' was taken", bad[i]);
	assert_false(address_parse((struct view){ "::1\0", 4 }, 25, &a));
	assert_false(address_parse((struct view){ "1.2.3.4\0.5", 10 }, 25, &a));
	assert_int_equal(a.any.sa_family, AF_UNSPEC);
}

static struct address literal(const char *text, uint16_t port)
{
	struct address a;

	assert_true(address_parse(view_of(text), port, &a));
	return a;
}

static void compares_hosts(void **state)
{
	static const char *const hosts[] = { "192.0.2.1",   "192.0.2.2",
					     "2001:db8::1", "2001:db8::2",
					     "fe80::1%1",   "fe80::1%2",
					     "fe80::1",     "::ffff:192.0.2.1" };
	struct address none = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		struct address a = literal(hosts[i], 25), again = literal(hosts[i], 587);

		assert_true(address_same_host(&a, &again));
		assert_int_equal(address_host_hash(&a), address_host_hash(&again));
		assert_false(address_same_host(&a, &none));
		for (size_t j = 0; j < ARRAY_SIZE(hosts); j++) {
			struct address b = literal(hosts[j], 25);

			assert_int_equal(address_same_host(&a, &b), i == j);
			assert_int_equal(address_host_hash(&a) == address_host_hash(&b),
					 i == j);
		}
	}
	assert_true(address_same_host(&none, &none));
}

static void holds_no_address(void **state)
{
	char text[ADDRESS_TEXT_MAX] = "x";
	struct address none = { 0 };

	(void)state;
	address_set_port(&none, 25);
	assert_int_equal(address_port(&none), 0);
	assert_int_equal(address_length(&none), 0);
	assert_int_equal(address_host_hash(&none), 0);
	assert_string_equal(address_text(&none, text), "");
}

static void changes_ports(void **state)
{
	struct address v4 = literal("192.0.2.1", 0), v6 = literal("2001:db8::1", 0);

	(void)state;
	address_set_port(&v4, 65535);
	address_set_port(&v6, 993);
	assert_int_equal(address_port(&v4), 65535);
	assert_int_equal(address_port(&v6), 993);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_literals), cmocka_unit_test(refuses_the_rest),
		cmocka_unit_test(compares_hosts), cmocka_unit_test(holds_no_address),
		cmocka_unit_test(changes_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
