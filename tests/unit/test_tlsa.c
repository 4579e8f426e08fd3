#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tlsa.h"

#include <string.h>

static void knows_what_is_usable(void **state)
{
	static const struct {
		uint8_t usage, selector, matching;
		size_t n;
		bool usable;
	} cases[] = {
		{ 3, 1, 1, 32, true },  { 3, 0, 2, 64, true },    { 2, 0, 0, 500, true },
		{ 2, 1, 1, 32, true },  { 3, 1, 1, 31, false },   { 3, 1, 2, 32, false },
		{ 3, 1, 0, 0, false },  { 0, 1, 1, 32, false },   { 1, 1, 1, 32, false },
		{ 4, 1, 1, 32, false }, { 255, 1, 1, 32, false }, { 3, 2, 1, 32, false },
		{ 3, 1, 3, 32, false },
	};
	static const char data[500];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tlsa t = { cases[i].usage,
				  cases[i].selector,
				  cases[i].matching,
				  { data, cases[i].n } };

		assert_int_equal(tlsa_usable(&t), cases[i].usable);
	}
}

static void names_the_place(void **state)
{
	char name[DNS_NAME_MAX], host[DNS_NAME_MAX];

	(void)state;
	assert_true(tlsa_name("mx.example", 25, name));
	assert_string_equal(name, "_25._tcp.mx.example.");
	assert_true(tlsa_name("mx.example.", 587, name));
	assert_string_equal(name, "_587._tcp.mx.example.");
	memset(host, 'a', sizeof(host));
	host[250] = '\0';
	assert_false(tlsa_name(host, 25, name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_is_usable),
		cmocka_unit_test(names_the_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
