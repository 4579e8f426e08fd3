/* test_ehlo_name.c - a machine's full name, from its name and /etc/hosts. */
#include "ehlo_name.h"
#include "host_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

static void gives(const char *name, const char *hosts, const char *expected)
{
	struct view full = ehlo_name_full(view_of(name), view_of(hosts));

	assert_int_equal(full.n, strlen(expected));
	if (full.n > 0)
		assert_memory_equal(full.p, expected, full.n);
}

static void full_names(void **state)
{
	static const char debian[] =
	    "127.0.0.1\tlocalhost\n127.0.1.1\tmx1.example.com\tmx1\n";

	(void)state;
	gives("mx1.example.com", "", "mx1.example.com");
	gives("mx1", debian, "mx1.example.com");
	gives("mx1", "192.0.2.1 mx1 mx1.example.com # ours\n", "mx1.example.com");
	gives("mx2", debian, "");
	gives("localhost", "127.0.0.1 localhost localhost.localdomain\n", "");
	gives("mx1", "", "");
	gives("mx1", "127.0.0.1 # mx1.example.com mx1\n", "");
	gives("mx1", "192.0.2.1", "");
	gives("mx1", "\n\n192.0.2.1 other\n192.0.2.1 mx1 mx_1.example.com", "");
	gives("", debian, "");
	gives("my_host.example.com", "", "");
	gives("[192.0.2.1]", "", "");
}

static void there_is_always_something(void **state)
{
	struct address source = { 0 };
	struct arena arena;
	const char *name;

	(void)state;
	arena_init(&arena);
	name = ehlo_name_default(&arena, &source);
	assert_null(ehlo_fault(view_of(name)));
	assert_true(address_parse(view_of("2001:db8::9"), 0, &source));
	name = ehlo_name_default(&arena, &source);
	assert_null(ehlo_fault(view_of(name)));
	if (name[0] == '[')
		assert_string_equal(name, "[IPv6:2001:db8::9]");
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_names),
		cmocka_unit_test(there_is_always_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
