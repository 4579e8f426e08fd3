#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draft.h"

#include <string.h>

static void grows(void **state)
{
	struct draft d;
	char block[1000];

	(void)state;
	memset(block, 'x', sizeof(block));
	draft_init(&d);
	draft_text(&d, "");
	draft_format(&d, "%d-%s", 7, "seven");
	for (unsigned i = 0; i < 100; i++)
		draft_put(&d, (struct view){ block, sizeof(block) });
	draft_format(&d, "%0*d", 9000, 1);
	assert_int_equal(draft_view(&d).n, 7 + 100000 + 9000);
	assert_memory_equal(draft_view(&d).p, "7-sevenxx", 9);
	assert_false(d.failed);
	draft_clear(&d);
	assert_int_equal(d.n, 0);
	assert_true(d.cap > 100000);
	draft_fini(&d);
	assert_null(d.p);
}

static void has_a_cap(void **state)
{
	static char block[DRAFT_MAX / 4];
	struct draft d;

	(void)state;
	draft_init(&d);
	for (unsigned i = 0; i < 4; i++)
		draft_put(&d, (struct view){ block, sizeof(block) });
	assert_false(d.failed);
	assert_int_equal(d.n, DRAFT_MAX);
	draft_text(&d, "x");
	assert_true(d.failed);
	assert_int_equal(d.n, DRAFT_MAX);
	draft_clear(&d);
	assert_false(d.failed);
	draft_fini(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(has_a_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
