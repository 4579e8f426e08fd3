/* test_host_name.c - names and addresses of hosts as files give them. */
#include "host_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

static void hosts(void **state)
{
	static const char *const good[] = {
		"a",
		"mx1.example.com",
		"3com.com",
		"a-b.c-d.example",
		"192.0.2.1",
		"2001:db8::",
		"[2001:db8::1]",
		"xn--bcher-kva.example",
		"4.example",
		"1.2.3.4.in-addr.arpa",
		"::ffff:192.0.2.1",
	};
	static const char *const bad[] = {
		"",    ".",           "a.",        ".a",        "a..b",
		"-a",  "a-",          "a-.b",      "a_b",       "a b",
		"a/b", "1.2.3",       "1.2.3.4.5", "256.1.1.1", "[192.0.2.1",
		"[]",  "2001:db8::g", "a:25",      "1",         "\xff",
		"a\n", "[a.example]",
	};
	char label[80] = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_null(host_fault(view_of(good[i])));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_non_null(host_fault(view_of(bad[i])));
	memset(label, 'a', 63);
	assert_null(host_fault(view_of(label)));
	memset(label, 'a', 64);
	assert_non_null(host_fault(view_of(label)));
}

static void a_name_has_253_characters_at_most(void **state)
{
	char name[300] = { 0 };

	(void)state;
	for (size_t i = 0; i < 253; i++)
		name[i] = i % 2 == 0 ? 'a' : '.';
	assert_null(host_fault(view_of(name)));
	strcat(name, "b");
	assert_non_null(host_fault(view_of(name)));
}

static void ehlo_names(void **state)
{
	static const char *const good[] = { "mx1.example.com", "[192.0.2.1]",
					    "[IPv6:2001:db8::1]", "[ipv6:::1]" };
	static const char *const bad[] = {
		"mx1", "192.0.2.1", "2001:db8::1", "[2001:db8::1]", "[IPv6:192.0.2.1]",
		"[]",  "[x]",       "[IPv6:]",     "[[192.0.2.1]]", "a_b.example",
		"",    "[192.0.2.1"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_null(ehlo_fault(view_of(good[i])));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_non_null(ehlo_fault(view_of(bad[i])));
}

static void cuts(const char *text, const char *host, unsigned port)
{
	struct view view;
	uint16_t number;

	assert_true(host_and_port(view_of(text), &view, &number));
	assert_int_equal(view.n, strlen(host));
	assert_memory_equal(view.p, host, view.n);
	assert_int_equal(number, port);
}

static void hosts_with_ports(void **state)
{
	static const char *const bad[] = { "a:",     "a:0",         "a:65536", "a:x",
					   "[::1]:", "[::1]:99999", "a:-1",    "a: 1" };
	struct view view;
	uint16_t port;

	(void)state;
	cuts("a.example", "a.example", 0);
	cuts("a.example:25", "a.example", 25);
	cuts("192.0.2.1:65535", "192.0.2.1", 65535);
	cuts("[2001:db8::1]:993", "[2001:db8::1]", 993);
	cuts("[2001:db8::1]", "[2001:db8::1]", 0);
	cuts("2001:db8::1", "2001:db8::1", 0);
	cuts("", "", 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(host_and_port(view_of(bad[i]), &view, &port));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts),
		cmocka_unit_test(a_name_has_253_characters_at_most),
		cmocka_unit_test(ehlo_names),
		cmocka_unit_test(hosts_with_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
