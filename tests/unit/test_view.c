#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "view.h"

#include <string.h>

static void compares_whole_words_without_case(void **state)
{
	(void)state;
	assert_true(view_equal(view_of("StartTLS"), "STARTTLS"));
	assert_false(view_equal(view_of("STARTTLSX"), "STARTTLS"));
	assert_false(view_equal(view_of("STARTTL"), "STARTTLS"));
	assert_true(view_equal(view_of(NULL), ""));
	assert_false(view_equal((struct view){ "a\0b", 3 }, "a"));
	assert_true(view_starts(view_of("220-hello"), "220-"));
	assert_false(view_starts(view_of("22"), "220"));
	/* '[' and '{' are a bit apart, as letters of both cases are. */
	assert_false(view_equal(view_of("["), "{"));
	assert_false(view_equal(view_of("@"), "`"));
}

static void finds_words(void **state)
{
	(void)state;
	assert_true(view_has_word(view_of("SASL PLAIN  LOGIN"), "login"));
	assert_true(view_has_word(view_of("\tPLAIN\t"), "plain"));
	assert_false(view_has_word(view_of("XPLAIN PLAINX"), "plain"));
	assert_false(view_has_word(view_of(""), "plain"));
}

static void takes_words_off(void **state)
{
	struct view rest = view_of("  one \t two"), word = view_of("untouched");

	(void)state;
	assert_true(view_next_word(&rest, &word));
	assert_true(view_equal(word, "one"));
	assert_true(view_next_word(&rest, &word));
	assert_true(view_equal(word, "two"));
	assert_false(view_next_word(&rest, &word));
	assert_true(view_equal(word, "two"));
	rest = view_of(" \t ");
	assert_false(view_next_word(&rest, &word));
}

static void trims_and_skips(void **state)
{
	(void)state;
	assert_true(view_equal(view_trim(view_of(" \ta b\t ")), "a b"));
	assert_int_equal(view_trim(view_of(" \t ")).n, 0);
	assert_true(view_equal(view_skip(view_of("abc"), 1), "bc"));
	assert_int_equal(view_skip(view_of("abc"), 3).n, 0);
	assert_int_equal(view_skip(view_of("abc"), SIZE_MAX).n, 0);
}

static void reads_numbers(void **state)
{
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "1a", "0x1", "256" };
	uint64_t value = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(view_number(view_of(bad[i]), 255, &value));
	assert_int_equal(value, 7);
	assert_true(view_number(view_of("255"), 255, &value));
	assert_int_equal(value, 255);
	assert_true(view_number(view_of("00"), 255, &value));
	assert_int_equal(value, 0);
	assert_true(view_number(view_of("18446744073709551615"), UINT64_MAX, &value));
	assert_true(value == UINT64_MAX);
	assert_false(view_number(view_of("18446744073709551616"), UINT64_MAX, &value));
	assert_false(view_number(view_of("9"), 3, &value));
}

static void hashes_alike_everywhere(void **state)
{
	(void)state;
	/* The test vectors of the FNV authors. */
	assert_true(view_hash(view_of("")) == 0xcbf29ce484222325U);
	assert_true(view_hash(view_of("a")) == 0xaf63dc4c8601ec8cU);
	assert_true(view_hash(view_of("foobar")) == 0x85944171f73967e8U);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_whole_words_without_case),
		cmocka_unit_test(finds_words),
		cmocka_unit_test(takes_words_off),
		cmocka_unit_test(trims_and_skips),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(hashes_alike_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
