#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "thresholds.h"

#include <string.h>

static struct finding took(int64_t whole_ms, int64_t tls_ms)
{
	struct finding f = { 0 };

	result_init(&f.result, (struct moment){ 1700000000000 });
	f.result.took = span_of_ms(whole_ms);
	f.result.phases[PHASE_TLS] = span_of_ms(tls_ms);
	return f;
}

static struct limits limits_of(const char *warning, const char *critical)
{
	struct limits l = { 0 };
	char error[REFUSAL_MAX];

	if (*warning != '\0')
		assert_true(thresholds_parse(l.warning, "-w", warning, error));
	if (*critical != '\0')
		assert_true(thresholds_parse(l.critical, "-c", critical, error));
	return l;
}

static void the_worst_broken_limit_decides(void **state)
{
	struct limits l = limits_of("2,tls=0.5", "5,tls=1");
	struct finding f = took(1000, 400);

	(void)state;
	thresholds_judge(&l, &f);
	assert_int_equal(f.result.state, STATE_OK);
	assert_string_equal(f.remark, "");
	f = took(2500, 400);
	thresholds_judge(&l, &f);
	assert_int_equal(f.result.state, STATE_WARNING);
	assert_non_null(strstr(f.remark, "all took 2.500000s, outside of 2 (warning)"));
	f = took(2500, 1400);
	thresholds_judge(&l, &f);
	assert_int_equal(f.result.state, STATE_CRITICAL);
	assert_int_equal(f.result.phase, PHASE_TLS);
	assert_non_null(strstr(f.remark, "tls took 1.400000s"));
}

static void what_was_not_reached_breaks_nothing(void **state)
{
	struct limits l = limits_of("greeting=@0:5", "greeting=0.1");
	struct finding f = took(1000, 400);

	(void)state;
	thresholds_judge(&l, &f);
	assert_int_equal(f.result.state, STATE_OK);
}

static void a_worse_state_stays(void **state)
{
	struct limits l = limits_of("0.1", "");
	struct finding f = took(1000, 400);

	(void)state;
	f.result.state = STATE_CRITICAL;
	f.result.fault = FAULT_REJECTED;
	thresholds_judge(&l, &f);
	assert_int_equal(f.result.state, STATE_CRITICAL);
	assert_string_equal(f.remark, "");
}

static void limits_are_shown_as_given(void **state)
{
	struct limits l = limits_of("2,tls=0.5", "~:5");
	struct report_limits shown;

	(void)state;
	thresholds_show(&l, &shown);
	assert_string_equal(shown.warning[LIMIT_WHOLE], "2");
	assert_string_equal(shown.critical[LIMIT_WHOLE], "~:5");
	assert_string_equal(shown.warning[PHASE_TLS], "0.5");
	assert_null(shown.critical[PHASE_TLS]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_broken_limit_decides),
		cmocka_unit_test(what_was_not_reached_breaks_nothing),
		cmocka_unit_test(a_worse_state_stays),
		cmocka_unit_test(limits_are_shown_as_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
