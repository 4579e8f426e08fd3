#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy.h"

static const int64_t day_ms = 24LL * 3600 * 1000;

/* The state with `left` days to go of a certificate that lives `life` days. */
static enum state with(double life, double left)
{
	struct policy p;
	struct moment begin = { 1700000000000 };
	struct moment end = { begin.ms + (int64_t)(life * (double)day_ms) };
	struct moment now = { end.ms - (int64_t)(left * (double)day_ms) };

	policy_init(&p);
	return policy_expiry(&p, begin, end, now);
}

static void days_decide_for_long_lives(void **state)
{
	(void)state;
	assert_int_equal(with(398, 21.01), STATE_OK);
	assert_int_equal(with(398, 20.99), STATE_WARNING);
	assert_int_equal(with(398, 7.01), STATE_WARNING);
	assert_int_equal(with(398, 6.99), STATE_CRITICAL);
}

static void the_share_decides_for_short_lives(void **state)
{
	(void)state;
	assert_int_equal(with(47, 11.76), STATE_OK);
	assert_int_equal(with(47, 11.74), STATE_WARNING);
	assert_int_equal(with(47, 4.71), STATE_WARNING);
	assert_int_equal(with(47, 4.69), STATE_CRITICAL);
	assert_int_equal(with(6, 1.51), STATE_OK);
	assert_int_equal(with(6, 1.49), STATE_WARNING);
}

static void the_last_day_is_always_critical(void **state)
{
	(void)state;
	assert_int_equal(with(6, 1.01), STATE_WARNING);
	assert_int_equal(with(6, 0.99), STATE_CRITICAL);
	assert_int_equal(with(6, -1), STATE_CRITICAL);
}

static void limits_are_read_as_share_or_days(void **state)
{
	struct expiry_limit limit = { 7, { 7 } };

	(void)state;
	assert_false(expiry_limit_parse(view_of("0%"), &limit));
	assert_false(expiry_limit_parse(view_of("100%"), &limit));
	assert_false(expiry_limit_parse(view_of("%"), &limit));
	assert_false(expiry_limit_parse(view_of("2.%"), &limit));
	assert_false(expiry_limit_parse(view_of("21"), &limit));
	assert_false(expiry_limit_parse(view_of(""), &limit));
	assert_int_equal(limit.left.ns, 7);
	assert_true(expiry_limit_parse(view_of("12.5%"), &limit));
	assert_true(limit.share > 0.1249 && limit.share < 0.1251);
	assert_int_equal(limit.left.ns, 0);
	assert_true(expiry_limit_parse(view_of("21d"), &limit));
	assert_true(limit.share == 0);
	assert_int_equal(limit.left.ns, 21 * day_ms * 1000000);
}

static void an_operators_limit_stands_alone(void **state)
{
	struct policy p = { 0 };
	struct moment begin = { 1700000000000 }, end = { begin.ms + 90 * day_ms };

	(void)state;
	assert_true(expiry_limit_parse(view_of("50%"), &p.expiry_warning));
	assert_true(expiry_limit_parse(view_of("30d"), &p.expiry_critical));
	assert_int_equal(
	    policy_expiry(&p, begin, end, (struct moment){ end.ms - 46 * day_ms }),
	    STATE_OK);
	assert_int_equal(
	    policy_expiry(&p, begin, end, (struct moment){ end.ms - 44 * day_ms }),
	    STATE_WARNING);
	assert_int_equal(
	    policy_expiry(&p, begin, end, (struct moment){ end.ms - 29 * day_ms }),
	    STATE_CRITICAL);
}

/* The state of a certificate of so many days with so many milliseconds to go; limits as an operator
 * writes them, NULL for the preset. */
static enum state judged(int64_t life, int64_t left_ms, const char *warning,
			 const char *critical)
{
	const struct moment begin = { 1700000000000 }, end = { begin.ms + life * day_ms };
	struct policy p;

	policy_init(&p);
	if (warning != NULL)
		assert_true(expiry_limit_parse(view_of(warning), &p.expiry_warning));
	if (critical != NULL)
		assert_true(expiry_limit_parse(view_of(critical), &p.expiry_critical));
	return policy_expiry(&p, begin, end, (struct moment){ end.ms - left_ms });
}

/* Each border from both sides, one millisecond away. */
static void borders_are_exact(void **state)
{
	static const int64_t hour_ms = 3600 * 1000;
	static const struct {
		int64_t life; /* days */
		const char *warning, *critical;
		double warning_days, critical_days; /* the borders; 0: there is none */
	} cases[] = {
		/* clang-format off */
		{ 6, NULL, NULL, 1.5, 1 }, { 47, NULL, NULL, 11.75, 4.7 }, { 90, NULL, NULL, 21, 7 }, { 398, NULL, NULL, 21, 7 },
		{ 6, "25%", "10%", 1.5, 1 }, { 47, "25%", "10%", 11.75, 4.7 }, { 90, "25%", "10%", 22.5, 9 }, { 398, "25%", "10%", 99.5, 39.8 },
		{ 6, "21d", "7d", 0, 7 }, { 47, "21d", "7d", 21, 7 }, { 90, "21d", "7d", 21, 7 }, { 398, "21d", "7d", 21, 7 },
		{ 6, "3d", "36h", 3, 1.5 }, { 47, "3d", "2h", 3, 1 }, { 90, "50%", "3d", 45, 3 }, { 398, "60d", "5%", 60, 19.9 },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t life = cases[i].life;
		const char *w = cases[i].warning, *c = cases[i].critical;
		/* To the hour, so that no share is a fraction of a millisecond. */
		int64_t warning =
		    (int64_t)(cases[i].warning_days * 240 + 0.5) * hour_ms / 10;
		int64_t critical =
		    (int64_t)(cases[i].critical_days * 240 + 0.5) * hour_ms / 10;

		if (warning != 0 && (judged(life, warning + 1, w, c) != STATE_OK ||
				     judged(life, warning - 1, w, c) != STATE_WARNING))
			fail_msg("%d days: warning %s", (int)life,
				 w != NULL ? w : "preset");
		if (critical < life * day_ms &&
		    judged(life, critical + 1, w, c) != STATE_WARNING)
			fail_msg("%d days: above critical %s", (int)life,
				 c != NULL ? c : "preset");
		if (judged(life, critical - 1, w, c) != STATE_CRITICAL)
			fail_msg("%d days: below critical %s", (int)life,
				 c != NULL ? c : "preset");
		assert_int_equal(judged(life, day_ms - 1, w, c), STATE_CRITICAL);
		assert_int_equal(judged(life, -1, w, c), STATE_CRITICAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_decide_for_long_lives),
		cmocka_unit_test(the_share_decides_for_short_lives),
		cmocka_unit_test(the_last_day_is_always_critical),
		cmocka_unit_test(limits_are_read_as_share_or_days),
		cmocka_unit_test(an_operators_limit_stands_alone),
		cmocka_unit_test(borders_are_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
