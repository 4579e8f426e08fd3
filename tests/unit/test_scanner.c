/* test_scanner.c - tokens as libconfig 1.5 cuts them. */
#include "scanner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One letter for each token: "n=s;$" is a setting. */
static char *kinds_of(struct view text)
{
	/* In the order of enum token_kind. */
	static const char letters[] = "$n=,;()sbiLf@#!0*^?";
	static char shown[200];
	struct scanner s;
	struct token t;
	size_t n = 0;

	scanner_init(&s, text);
	do {
		t = scanner_next(&s);
		assert_true(n < sizeof(shown) - 1);
		shown[n++] = letters[t.kind];
	} while (t.kind != TOKEN_END && t.kind != TOKEN_COMMENT_UNCLOSED);
	shown[n] = '\0';
	return shown;
}

static void gives(const char *text, const char *expected)
{
	assert_string_equal(kinds_of(view_of(text)), expected);
}

static void kinds(void **state)
{
	(void)state;
	gives("", "$");
	gives("\xef\xbb\xbf", "$");
	gives("a = \"b\";", "n=s;$");
	gives("a-b_c*1:(1,0x1F,2L,0x2LL)", "n=(i,i,L,L)$");
	gives("true FALSE True truea t", "bbbnn$");
	gives("1.5 .5 5. . -1e5 1E-5 +.e", "fffffffn$");
	gives("- + 5l 0x -0x5", "??ininin$");
	gives("# a\n// b\n/* c\n * d */ e /f", "n?n$");
	gives("/* a", "*");
}

static void numbers(void **state)
{
	(void)state;
	gives("2147483647 -2147483647 0x7fffffff 0777", "iiii$");
	gives("2147483648 -2147483648 0x80000000 99999999999999999999999999L", "####$");
}

static void texts(void **state)
{
	(void)state;
	gives("\"a\\\"b\" \"\\\\\" \"\\x41\" \"\\q\"", "ssss$");
	gives("\"a\n\"b\"", "!s$");
	gives("\"a\\", "!$");
	gives("\"a\\\"", "!$");
	gives("\"\\x00\" \"\\X00\" \"\\\\x00\"", "00s$");
}

static void what_is_never_shown(void **state)
{
	(void)state;
	gives("@include \"x\" y\nz", "@n$");
	gives("@ @includes", "?@$");
	gives("\"@include\" /* @include */ # @include", "s$");
	gives("\x01\x7f", "^^$");
	gives("\xc3\xa4 !", "??$");
}

static void lines_and_neighbours(void **state)
{
	struct scanner s;
	struct token t;

	(void)state;
	scanner_init(&s, view_of("a\n/*\n\n*/b\r\n60s"));
	assert_int_equal(scanner_next(&s).line, 1);
	t = scanner_next(&s);
	assert_int_equal(t.line, 4);
	assert_false(t.adjacent);
	assert_int_equal(scanner_next(&s).line, 5);
	t = scanner_next(&s);
	assert_true(t.adjacent);
	assert_int_equal(t.text.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(numbers),
		cmocka_unit_test(texts),
		cmocka_unit_test(what_is_never_shown),
		cmocka_unit_test(lines_and_neighbours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
