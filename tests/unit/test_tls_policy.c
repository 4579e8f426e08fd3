#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tls_policy.h"

/* 1 + enum tls_version, as targets and services have it. */
enum { UNSET = 0, SET_1_0 = TLS_VERSION_1_0 + 1, SET_1_3 = TLS_VERSION_1_3 + 1 };

static void the_nearest_word_counts(void **state)
{
	static const struct {
		uint8_t target, service;
		enum tls_version top, least;
	} cases[] = {
		{ UNSET, UNSET, TLS_VERSION_1_2, TLS_VERSION_1_2 },
		{ UNSET, UNSET, TLS_VERSION_1_0, TLS_VERSION_1_0 },
		{ UNSET, SET_1_0, TLS_VERSION_1_2, TLS_VERSION_1_0 },
		{ UNSET, SET_1_3, TLS_VERSION_1_2, TLS_VERSION_1_3 },
		{ SET_1_0, SET_1_3, TLS_VERSION_1_2, TLS_VERSION_1_0 },
		{ SET_1_3, SET_1_0, TLS_VERSION_1_2, TLS_VERSION_1_3 },
		{ SET_1_0, UNSET, TLS_VERSION_1_2, TLS_VERSION_1_0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct service service = { .name = "imaps", .tls_min = cases[i].service };
		struct target target = { .service = &service,
					 .tls_min = cases[i].target & 7U };
		struct settings settings = { .tls_min = cases[i].top };

		assert_int_equal(tls_policy_minimum(&settings, &target), cases[i].least);
	}
}

static void older_versions_are_refused_in_words(void **state)
{
	struct service service = { .name = "imaps" };
	struct target target = { .service = &service };
	struct settings settings = { .tls_min = TLS_VERSION_1_2 };
	struct tls_facts facts = { .version = "TLSv1.1", .spoken = TLS_VERSION_1_1 };
	char why[TLS_POLICY_WORDS_MAX] = "";

	(void)state;
	assert_false(tls_policy_version(&settings, &target, &facts, why));
	assert_string_equal(why, "TLSv1.1 was negotiated, at least TLSv1.2 is wanted");
	facts = (struct tls_facts){ .version = "TLSv1.2", .spoken = TLS_VERSION_1_2 };
	assert_true(tls_policy_version(&settings, &target, &facts, why));
	facts.spoken = TLS_VERSION_1_3;
	assert_true(tls_policy_version(&settings, &target, &facts, why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_word_counts),
		cmocka_unit_test(older_versions_are_refused_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
