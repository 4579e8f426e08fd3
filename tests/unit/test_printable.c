#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "printable.h"

#include <stdlib.h>
#include <string.h>

#define RAW(text)                                                                          \
	{                                                                                  \
		text, sizeof(text) - 1                                                     \
	}
#define NO "\xef\xbf\xbd" /* U+FFFD */

/* clang-format off */
static const struct {
	struct view raw;
	const char *shown;
} cases[] = {
	{ RAW(""),                                 "" },
	{ RAW("220 mx.example.com ESMTP"),         "220 mx.example.com ESMTP" },
	{ RAW("  both ends\t\r\n"),                "both ends" },
	{ RAW("keeps  two  spaces"),               "keeps  two  spaces" },
	{ RAW("one\r\n\t\vtwo"),                   "one two" },
	{ RAW("nul\0here"),                        "nul here" },
	{ RAW("del\x7fhere"),                      "del here" },
	{ RAW("<b>&amp;\"|"),                      "<b>&amp;\"|" },

	/* UTF-8, RFC 3629. */
	{ RAW("gr\xc3\xbc\xc3\x9f" "e"),           "gr\xc3\xbc\xc3\x9f" "e" },
	{ RAW("\xe2\x82\xac \xf0\x9f\x93\xa7"),    "\xe2\x82\xac \xf0\x9f\x93\xa7" },
	{ RAW("\xf4\x8f\xbf\xbf"),                 "\xf4\x8f\xbf\xbf" },
	{ RAW("\xed\x9f\xbf\xee\x80\x80"),         "\xed\x9f\xbf\xee\x80\x80" },
	{ RAW("latin\xe9 1"),                      "latin" NO " 1" },
	{ RAW("\xc0\xaf"),                         NO NO },         /* '/' overlong */
	{ RAW("\xc1\xbf"),                         NO NO },
	{ RAW("\xc0\x9b[31m"),                     NO NO "[31m" },  /* ESC overlong */
	{ RAW("\xe0\x80\x9b"),                     NO NO NO },
	{ RAW("\xe0\x9f\xbf"),                     NO NO NO },
	{ RAW("\xf0\x80\x80\x9b"),                 NO NO NO NO },
	{ RAW("\xf0\x8f\xbf\xbf"),                 NO NO NO NO },
	{ RAW("\xed\xa0\x80\xed\xb0\x80"),         NO NO NO NO NO NO }, /* surrogates */
	{ RAW("\xf4\x90\x80\x80"),                 NO NO NO NO },   /* above U+10FFFF */
	{ RAW("\xf5\xff\xfe\x80"),                 NO NO NO NO },
	{ RAW("cut \xe2\x82"),                     "cut " NO NO },
	{ RAW("cut \xf0\x9f\x93"),                 "cut " NO NO NO },
	{ RAW("\xe2\x82" "a"),                     NO NO "a" },
	{ RAW("\xe2\x28\xa1"),                     NO "(" NO },

	/* Terminals: ECMA-48. */
	{ RAW("a\x1b[1;31mred\x1b[0m b"),          "ared b" },
	{ RAW("\x1b[2J\x1b[Hgone"),                "gone" },
	{ RAW("\x1b[?25lx\x1b[ qy"),               "xy" },
	{ RAW("\x1b]0;title\x07shown"),            "shown" },
	{ RAW("\x1b]8;;http://e/\x1b\\link"),      "link" },
	{ RAW("\x1b]52;c;ZXZpbA==\xc2\x9cshown"),  "shown" },
	{ RAW("\x1bPq#0\x1b\\dcs"),                "dcs" },
	{ RAW("\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\end"), "end" },
	{ RAW("\x1b]0;cancelled\x18shown"),        "shown" },
	{ RAW("seen \x1b]0;never ends"),           "seen" },
	{ RAW("\x1b(Bascii\x1b" "c\x1b" "7end"),   "asciiend" },
	{ RAW("lone \x1b"),                        "lone" },
	{ RAW("csi \x1b["),                        "csi" },
	{ RAW("csi \x1b[12"),                      "csi" },
	{ RAW("\x1b[3\xc3\xbcx"),                  "\xc3\xbcx" },
	{ RAW("\x1b\x1b[31mx"),                    "x" },
	{ RAW("\xc2\x9b" "31mC1 csi"),             "C1 csi" },
	{ RAW("\xc2\x9d" "0;t\x07" "C1 osc"),      "C1 osc" },
	{ RAW("\x9b" "31mraw C1"),                 NO "31mraw C1" },
	{ RAW("nel\xc2\x85" "line"),               "nel line" },
	{ RAW("a\r\x1b[0m\nb"),                    "a b" },

	/* Directions and what is not seen. */
	{ RAW("\xe2\x80\xaetxt.exe\xe2\x80\xac"),  "txt.exe" },
	{ RAW("a\xe2\x81\xa6" "b\xe2\x81\xa9" "c"), "abc" },
	{ RAW("\xef\xbb\xbf" "bom"),               "bom" },
	{ RAW("ze\xe2\x80\x8bro\xe2\x80\x8d"),     "zero" },
	{ RAW("\xd8\x9c" "alm\xc2\xad"),           "alm" },
	{ RAW("line\xe2\x80\xa8paragraph\xe2\x80\xa9"), "line paragraph" },
	{ RAW("tag\xf3\xa0\x81\x81s"),             "tags" },
	{ RAW("\xef\xbf\xb9" "a\xef\xbf\xba"),     "a" },
};
/* clang-format on */

static void shows_what_is_fit_to_show(void **state)
{
	char dst[PRINTABLE_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		/* A block of its own, so that reading too far is seen. */
		char *raw = malloc(cases[i].raw.n + 1);
		size_t n;

		memcpy(raw, cases[i].raw.p, cases[i].raw.n);
		raw = realloc(raw, cases[i].raw.n ? cases[i].raw.n : 1);
		n = printable_copy(dst, sizeof(dst), (struct view){ raw, cases[i].raw.n });
		free(raw);
		assert_string_equal(dst, cases[i].shown);
		assert_int_equal(n, strlen(cases[i].shown));
	}
}

static void cuts_at_a_character(void **state)
{
	static const struct {
		const char *raw;
		size_t cap;
		const char *shown;
	} cuts[] = {
		{ "abcdefgh", 9, "abcdefgh" },
		{ "abcdefghi", 9, "abcde\xe2\x80\xa6" },
		{ "abcd\xc3\xbc\xc3\xbc", 9, "abcd\xc3\xbc\xc3\xbc" },
		{ "abcd\xc3\xbc\xc3\xbcx", 9, "abcd\xe2\x80\xa6" },
		{ "abc  defgh", 9, "abc\xe2\x80\xa6" },
		{ "abcdefgh     ", 9, "abcdefgh" },
		{ "abcd", 4, "\xe2\x80\xa6" },
		{ "abc", 4, "abc" },
		{ "\xf0\x9f\x93\xa7", 4, "\xe2\x80\xa6" },
		{ "\xf0\x9f\x93\xa7", 5, "\xf0\x9f\x93\xa7" },
		{ "ab\xffyz", 6, "ab\xe2\x80\xa6" },
	};
	char dst[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cuts); i++) {
		memset(dst, '#', sizeof(dst));
		assert_int_equal(printable_copy(dst, cuts[i].cap, view_of(cuts[i].raw)),
				 strlen(cuts[i].shown));
		assert_string_equal(dst, cuts[i].shown);
		assert_int_equal(dst[cuts[i].cap], '#');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_what_is_fit_to_show),
		cmocka_unit_test(cuts_at_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
