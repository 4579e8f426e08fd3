#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probe_acl.h"

static bool host(const struct probe_acl *a, const char *name)
{
	return probe_acl_host(a, view_of(name));
}

static bool address(const struct probe_acl *a, const char *text)
{
	struct address at;

	assert_true(address_parse(view_of(text), 25, &at));
	return probe_acl_address(a, &at);
}

static void nothing_is_allowed_by_default(void **state)
{
	const struct probe_acl a = { 0 };

	(void)state;
	assert_false(host(&a, "mail.example.com"));
	assert_false(host(&a, "192.0.2.1"));
}

static void names_and_what_is_below_them(void **state)
{
	static const char *const names[] = { "mail.example.com", "*.Example.org" };
	const struct probe_acl a = { .names = names, .name_count = 2 };

	(void)state;
	assert_true(host(&a, "MAIL.example.com"));
	assert_true(host(&a, "mail.example.com."));
	assert_false(host(&a, "amail.example.com"));
	assert_false(host(&a, "x.mail.example.com"));
	assert_true(host(&a, "mx.example.org"));
	assert_true(host(&a, "a.b.example.org"));
	assert_false(host(&a, "example.org"));
	assert_false(host(&a, "badexample.org"));
	assert_false(host(&a, "192.0.2.1"));
}

/* A name may lead to where its owner wants. */
static void a_name_is_judged_by_where_it_leads(void **state)
{
	static const char *const names[] = { "*" };
	struct probe_acl a = { .names = names, .name_count = 1 };
	struct network network;

	(void)state;
	assert_true(host(&a, "anything.example"));
	assert_true(address(&a, "10.1.2.3"));
	assert_false(address(&a, "127.0.0.1"));
	assert_false(address(&a, "::ffff:127.0.0.1"));
	assert_false(address(&a, "169.254.169.254"));
	assert_true(network_parse(view_of("192.0.2.0/24"), &network));
	a.networks = &network;
	a.network_count = 1;
	assert_true(address(&a, "192.0.2.9"));
	assert_false(address(&a, "10.1.2.3"));
}

static void networks_alone_allow_any_name_into_them(void **state)
{
	struct network network;
	const struct probe_acl a = { .networks = &network, .network_count = 1 };

	(void)state;
	assert_true(network_parse(view_of("127.0.0.0/8"), &network));
	assert_true(host(&a, "any.example"));
	assert_true(host(&a, "127.0.0.2"));
	assert_false(host(&a, "192.0.2.1"));
	assert_true(address(&a, "127.1.1.1"));
}

static void patterns(void **state)
{
	(void)state;
	assert_null(probe_acl_pattern_error(view_of("*")));
	assert_null(probe_acl_pattern_error(view_of("*.example.com")));
	assert_null(probe_acl_pattern_error(view_of("mail-1.example.com")));
	assert_non_null(probe_acl_pattern_error(view_of("")));
	assert_non_null(probe_acl_pattern_error(view_of("*.")));
	assert_non_null(probe_acl_pattern_error(view_of("mail*.example.com")));
	assert_non_null(probe_acl_pattern_error(view_of("a.*.com")));
	assert_non_null(probe_acl_pattern_error(view_of("192.0.2.1")));
	assert_non_null(probe_acl_pattern_error(view_of("example.com:25")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_allowed_by_default),
		cmocka_unit_test(names_and_what_is_below_them),
		cmocka_unit_test(a_name_is_judged_by_where_it_leads),
		cmocka_unit_test(networks_alone_allow_any_name_into_them),
		cmocka_unit_test(patterns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
