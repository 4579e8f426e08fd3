/* test_config_reference.c - conf/reference.md is what the table of keys says, conf/verdicts.md
 * what the table of verdicts says. MAILVANE_REWRITE=1 writes the files instead. */
#include "config.h"
#include "schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *file_text(const char *path)
{
	static char text[64 * 1024];
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static void must_be(const char *path, char *text)
{
	FILE *f;

	assert_non_null(text);
	if (getenv("MAILVANE_REWRITE") != NULL) {
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(text, f);
		fclose(f);
	}
	assert_string_equal(text, file_text(path));
	free(text);
}

static void the_pages_are_the_tables(void **state)
{
	(void)state;
	must_be(REFERENCE, config_reference());
	must_be(VERDICTS, config_verdicts());
}

static void every_key_is_there_with_help(void **state)
{
	char *text = config_reference(), row[100];

	(void)state;
	for (size_t s = 0; s < SECTION_COUNT; s++)
		for (size_t i = 0; i < sections[s].count; i++) {
			const struct key *key = &sections[s].keys[i];

			snprintf(row, sizeof(row), "| `%s` | ", key->name);
			assert_non_null(strstr(text, row));
			assert_non_null(key->help);
			assert_true(strlen(key->help) > 5);
		}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pages_are_the_tables),
		cmocka_unit_test(every_key_is_there_with_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
