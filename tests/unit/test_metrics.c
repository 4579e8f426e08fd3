#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "metrics.h"

#include <string.h>

static bool ends(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

static void every_row_follows_the_conventions(void **state)
{
	(void)state;
	for (size_t i = 0; i < metric_count; i++) {
		const struct family *f = &metrics[i].family;
		char unit[32] = "_";
		bool own = view_starts(view_of(f->name), "mailvane_");

		assert_true(own || (metrics[i].scope == SCOPE_EXPORTER &&
				    view_starts(view_of(f->name), "process_")));
		assert_int_equal(strspn(f->name, "abcdefghijklmnopqrstuvwxyz_0123456789"),
				 strlen(f->name));
		assert_int_equal(f->kind == COUNTER, ends(f->name, "_total"));
		assert_true(strlen(f->help) > 5 && ends(f->help, "."));
		assert_non_null(metrics[i].read);
		if (*metrics[i].unit)
			assert_true(ends(f->name, strcat(unit, metrics[i].unit)) ||
				    ends(f->name, strcat(unit, "_total")));
		else
			assert_false(ends(f->name, "_seconds") || ends(f->name, "_bytes"));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(f->name, metrics[k].family.name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_follows_the_conventions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
