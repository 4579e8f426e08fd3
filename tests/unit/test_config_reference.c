/* test_config_reference.c - conf/reference.md is what the table of keys says.
 * MAILVANE_REWRITE=1 writes the file instead. */
#include "config.h"
#include "schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *file_text(void)
{
	static char text[64 * 1024];
	FILE *f = fopen(REFERENCE, "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static void the_page_is_the_table(void **state)
{
	char *text = config_reference();
	FILE *f;

	(void)state;
	assert_non_null(text);
	if (getenv("MAILVANE_REWRITE") != NULL) {
		f = fopen(REFERENCE, "w");
		assert_non_null(f);
		fputs(text, f);
		fclose(f);
	}
	assert_string_equal(text, file_text());
	free(text);
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
		cmocka_unit_test(the_page_is_the_table),
		cmocka_unit_test(every_key_is_there_with_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
