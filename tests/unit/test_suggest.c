#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "suggest.h"

#include <string.h>

static const char *const words[] = { "interval", "retry_interval", "timeout",    "servers",
				     "services", "smtp",           "imap",       "imaps",
				     "ca_file",  "ca_path",        "certificate" };

static const char *near(const char *typed)
{
	return suggest_word(view_of(typed), words, ARRAY_SIZE(words));
}

static void finds_the_nearest(void **state)
{
	static const struct {
		const char *typed, *meant;
	} slips[] = {
		{ "intervall", "interval" }, { "Timeout", "timeout" },
		{ "tiemout", "timeout" },    { "smpt", "smtp" },
		{ "serivces", "services" },  { "imps", "imaps" },
		{ "ca-file", "ca_file" },    { "ca_fiel", "ca_file" },
		{ "cert", "certificate" },   { "retry", "retry_interval" },
		{ "imap", "imap" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(slips); i++) {
		assert_non_null(near(slips[i].typed));
		assert_string_equal(near(slips[i].typed), slips[i].meant);
	}
}

static void finds_none_when_none_is_near(void **state)
{
	char longest[200];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	assert_null(near("colour"));
	assert_null(near("x"));
	assert_null(near(""));
	assert_null(suggest_word((struct view){ longest, sizeof(longest) }, words,
				 ARRAY_SIZE(words)));
	assert_null(suggest_word(view_of("smtp"), words, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_nearest),
		cmocka_unit_test(finds_none_when_none_is_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
