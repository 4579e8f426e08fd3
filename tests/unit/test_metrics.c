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
		assert_int_equal(f->kind == INFO, ends(f->name, "_info"));
		if (f->words && f->words->value) {
			assert_true(f->words->last - f->words->first < WORDS_MAX);
			for (unsigned w = f->words->first; w <= f->words->last; w++)
				assert_true(strlen(f->words->label) + 3 +
						strlen(f->words->value(w)) <
					    WORD_TEXT_MAX);
		}
		assert_true(strlen(f->help) > 5 && ends(f->help, "."));
		assert_non_null(metrics[i].read);
		if (*f->unit)
			assert_true(ends(f->name, strcat(unit, f->unit)) ||
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
