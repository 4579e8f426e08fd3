#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "strbuf.h"

#include <string.h>

static void grows(void **state)
{
	struct strbuf d;
	char block[1000];

	(void)state;
	memset(block, 'x', sizeof(block));
	strbuf_init(&d);
	strbuf_text(&d, "");
	strbuf_format(&d, "%d-%s", 7, "seven");
	for (unsigned i = 0; i < 100; i++)
		strbuf_put(&d, (struct view){ block, sizeof(block) });
	strbuf_format(&d, "%0*d", 9000, 1);
	assert_int_equal(strbuf_view(&d).n, 7 + 100000 + 9000);
	assert_memory_equal(strbuf_view(&d).p, "7-sevenxx", 9);
	assert_false(d.failed);
	strbuf_clear(&d);
	assert_int_equal(d.n, 0);
	assert_true(d.cap > 100000);
	strbuf_fini(&d);
	assert_null(d.p);
}

static void has_a_cap(void **state)
{
	static char block[STRBUF_MAX / 4];
	struct strbuf d;

	(void)state;
	strbuf_init(&d);
	for (unsigned i = 0; i < 4; i++)
		strbuf_put(&d, (struct view){ block, sizeof(block) });
	assert_false(d.failed);
	assert_int_equal(d.n, STRBUF_MAX);
	strbuf_text(&d, "x");
	assert_true(d.failed);
	assert_int_equal(d.n, STRBUF_MAX);
	strbuf_clear(&d);
	assert_false(d.failed);
	strbuf_fini(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(has_a_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
