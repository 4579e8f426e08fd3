#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "range.h"

#include <math.h>
#include <string.h>

enum { VALUES_MAX = 5 };

/* For each range: values in pairs of what is said ('A' alerts, '.' does not) and the value. */
static const struct vector {
	const char *range, *said;
	double values[VALUES_MAX];
} vectors[] = {
	/* clang-format off */
	{ "10",                "A..A",  { -1, 0, 10, 10.01 } },
	{ "10:",               "A..",   { 9.99, 10, 1000 } },
	{ "~:10",              "..A",   { -100, 10, 10.01 } },
	{ "10:20",             "A..A",  { 9.99, 10, 20, 20.01 } },
	{ "@10:20",            ".AA.",  { 9.99, 10, 20, 20.01 } },
	{ "@10",               ".AA.",  { -1, 0, 10, 10.01 } },
	{ "~:0",               "A..",   { 0.5, -10, 0 } },
	{ "~:-95.99",          ".A",    { -100, -7 } },
	{ "-7:23",             "A..A",  { -7.1, -7, 23, 24 } },
	{ "@~:5",              "A.",    { 5, 5.75 } },
	{ "@5:",               ".A",    { 4.9, 5 } },
	{ "~:",                "....",  { -INFINITY, 0, 1e300, NAN } },
	{ "@~:",               "AAA",   { -1e300, 0, 1e300 } },
	{ "@1:1",              ".A.",   { 0.5, 1, 5.2 } },
	{ "1:1",               "A.A",   { 0.5, 1, 5.2 } },
	{ "@0:657.8210567",    ".AAA.", { -2, 0, 32.88, 657.8210567, 657.9 } },
	{ ":5.75",             "..AA",  { 0, 5.75, 9, -1 } },
	{ "12345678901234567890:", "A..", { 12345678901234567890.0 / 1.1, 12345678901234567890.0,
					  24691357802469135780.0 } },
	{ "0",                 ".A",    { 0, 0.5 } },
	{ "0:0",               ".A",    { 0, 0.5 } },
	{ "1e3",               ".A",    { 1000, 1001 } },
	{ "+5",                ".A",    { 5, 5.1 } },
	{ ".5",                ".A",    { 0.5, 0.6 } },
	{ "5.",                ".A",    { 5, 5.1 } },
	{ "~:-1",              ".A",    { -5, 0 } },
	{ ":",                 "A..",   { -1, 0, 1000 } },
	{ "5",                 "A",     { NAN } },
	/* clang-format on */
};

static const char *const nonsense[] = {
	/* clang-format off */
	"2:1", "20:10", "10:5", "-1", "", "a", "5%", "10;20", "10:20:30", "~", "@", "5:a", "1:12%",
	"5:~", "@@5", " 5", "5 ", "0x10", "inf", "nan", "1:inf", "1e999", "--5", "1,5", "1e", "+",
	"1:2:", "~~:5", "5\n", "12345678901234567890123456789012345678901234567890",
	/* clang-format on */
};

static void judges_every_vector(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		const struct vector *v = &vectors[i];
		struct range range;

		if (!range_parse(v->range, &range))
			fail_msg("'%s' was refused", v->range);
		for (size_t k = 0; k < strlen(v->said); k++)
			if (range_alerts(&range, v->values[k]) != (v->said[k] == 'A'))
				fail_msg("'%s' with %g", v->range, v->values[k]);
	}
}

static void refuses_nonsense(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(*nonsense); i++) {
		struct range range = { 7, 8, true };

		if (range_parse(nonsense[i], &range))
			fail_msg("'%s' was taken", nonsense[i]);
		assert_true(range.start == 7 && range.end == 8 && range.inside);
	}
}

static void shows_what_it_read(void **state)
{
	static const char *const shown[][2] = {
		{ "5", "5.000000" },
		{ "0", "0.000000" },
		{ "1:2.5", "1.000000:2.500000" },
		{ "@~:5", "@~:5.000000" },
		{ "10:", "10.000000:" },
		{ "~:", "~:" },
		{ ":", "0.000000:" },
		{ "-7:23", "-7.000000:23.000000" },
		{ "1e30", "1e+30" },
		{ "@1:1", "@1.000000:1.000000" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++) {
		char text[RANGE_TEXT_MAX];
		struct range range, again;

		assert_true(range_parse(shown[i][0], &range));
		assert_string_equal(range_text(&range, text), shown[i][1]);
		assert_true(range_parse(text, &again));
		assert_true(again.start == range.start && again.end == range.end);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_every_vector),
		cmocka_unit_test(refuses_nonsense),
		cmocka_unit_test(shows_what_it_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
