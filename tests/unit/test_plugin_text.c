#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plain_output.h"
#include "plugin_text.h"

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
} pieces[] = {
	{ RAW(""),                            "" },
	{ RAW("  indented, and a tail "),     "  indented, and a tail " },
	{ RAW("a\nMAIL OK - all is well"),    "a MAIL OK - all is well" },
	{ RAW("a\r\n\t b"),                   "a  b" },
	{ RAW("x|evil=1"),                    "x/evil=1" },
	{ RAW("<script>a&&b</script>"),       "(script)a++b(/script)" },
	{ RAW("a@b <c@d>"),                   "a@b (c@d)" },
	{ RAW("\x1b[31mred\x1b[0m"),          "red" },
	{ RAW("\xc2\x9b""31mC1"),             "C1" },
	{ RAW("\xe2\x80\xaertl"),             "rtl" },
	{ RAW("\xff\xc3("),                   NO NO "(" },
	{ RAW("gr\xc3\xbc\xc3\x9f"),          "gr\xc3\xbc\xc3\x9f" },
	{ RAW("nul\0here"),                   "nul here" },
	/* U+FF1C and U+FF5C are letters like others: nothing renders them as markup. */
	{ RAW("\xef\xbc\x9c\xef\xbd\x9c"),    "\xef\xbc\x9c\xef\xbd\x9c" },
};

static const struct {
	const char *line, *shown;
} summaries[] = {
	{ "MAIL OK - fine",                             "MAIL OK - fine" },
	{ "MAIL OK - fine |",                           "MAIL OK - fine |" },
	{ "MAIL OK - fine | smtp_time=0.1;;;0 a=U",     "MAIL OK - fine | smtp_time=0.1;;;0 a=U" },
	{ "SMTP OK|time=0.001565s;5.000000;;0.000000",  "SMTP OK|time=0.001565s;5.000000;;0.000000" },
	{ "x| fe80::1%eth0_imaps_time=1;@1:2;~:3;0",    "x| fe80::1%eth0_imaps_time=1;@1:2;~:3;0" },
	{ "x|evil=1 | a=1",                             "x/evil=1 | a=1" },
	{ "x | a=1 <b>",                                "x / a=1 (b)" },
	{ "x | a=",                                     "x / a=" },
	{ "x | =1",                                     "x / =1" },
	{ "x | 'a b'=1",                                "x / 'a b'=1" },
	{ "x | a=1\x1b[m",                              "x / a=1" },
	{ "x | a=1|b=2",                                "x / a=1|b=2" },
};
/* clang-format on */

static void pieces_are_made_harmless(void **state)
{
	char storage[256], copy[256];
	struct buffer b;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		buffer_init(&b, storage, sizeof(storage));
		plugin_text_put(&b, pieces[i].raw);
		assert_string_equal(buffer_string(&b), pieces[i].shown);
		plugin_text_copy(copy, sizeof(copy), pieces[i].raw);
		assert_null(plain_output_fault(view_of(copy)));
		assert_null(strchr(copy, '|'));
	}
}

static void only_performance_values_keep_their_bar(void **state)
{
	char storage[256];
	struct buffer b;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(summaries); i++) {
		buffer_init(&b, storage, sizeof(storage));
		plugin_text_put_summary(&b, view_of(summaries[i].line));
		assert_string_equal(buffer_string(&b), summaries[i].shown);
		assert_null(plain_output_fault(buffer_view(&b)));
	}
}

/* Every pair of bytes in the middle of a text. */
static void no_two_bytes_get_through(void **state)
{
	char storage[64], raw[] = "x..y";
	struct buffer b;

	(void)state;
	for (unsigned i = 0; i < 0x10000; i++) {
		raw[1] = (char)(i >> 8);
		raw[2] = (char)(i & 0xff);
		buffer_init(&b, storage, sizeof(storage));
		plugin_text_put(&b, (struct view){ raw, 4 });
		assert_null(plain_output_fault(buffer_view(&b)));
		assert_null(memchr(b.p, '|', b.n));
	}
}

static void a_full_buffer_is_noted(void **state)
{
	char storage[4], copy[8];
	struct buffer b;

	(void)state;
	buffer_init(&b, storage, sizeof(storage));
	plugin_text_put(&b, view_of("abcdef"));
	assert_true(b.full);
	assert_int_equal(b.n, 4);
	assert_string_equal(plugin_text_copy(copy, sizeof(copy), view_of("<<<<<<<<<<")),
			    "((((\xe2\x80\xa6");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_made_harmless),
		cmocka_unit_test(only_performance_values_keep_their_bar),
		cmocka_unit_test(no_two_bytes_get_through),
		cmocka_unit_test(a_full_buffer_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
