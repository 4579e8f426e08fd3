#include "driver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_names(void **state)
{
	const char *const *names;
	size_t count;

	(void)state;
	names = protocol_names(&count);
	assert_int_equal(count, 5);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(protocol_name(protocol_from_name(view_of(names[i]))),
				    names[i]);
	assert_ptr_equal(protocol_from_name(view_of("IMAP")), &imap_protocol);
	assert_null(protocol_from_name(view_of("smtps")));
	assert_null(protocol_from_name(view_of("")));
}

/* What the runner relies on: one farewell, the last step, without a guard; a judge and a way
 * on for every other step; the phases in order, but that capabilities come again. */
static void test_tables(void **state)
{
	const char *const *names;
	size_t count;

	(void)state;
	names = protocol_names(&count);
	for (size_t i = 0; i < count; i++) {
		const struct protocol *p = protocol_from_name(view_of(names[i]));
		const struct step *last = &p->steps[p->step_count - 1];

		assert_int_equal(p->steps[0].phase, PHASE_GREETING);
		assert_null(p->steps[0].say);
		assert_int_equal(last->flags, STEP_LAST);
		assert_null(last->when);
		assert_non_null(last->say);
		for (const struct step *s = p->steps; s < last; s++) {
			assert_non_null(s->hear);
			assert_false(s->flags & STEP_LAST);
			assert_true(s[1].phase >= s->phase ||
				    s[1].phase == PHASE_CAPABILITY);
			if (s->flags & STEP_DEAD_END)
				assert_true(s->say == NULL && s->when != NULL);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
