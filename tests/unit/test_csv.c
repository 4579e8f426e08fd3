/* test_csv.c - rows and cells, in every way RFC 4180 and its neighbours write them. */
#include "csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The rows as "LINE:cell|cell;" and "LINE!fault;". */
static char *rows_of(const char *text)
{
	char *copy = strdup(text), *shown = NULL;
	struct csv csv;
	struct row row;
	size_t n;
	FILE *out = open_memstream(&shown, &n);

	csv_init(&csv, copy, strlen(copy));
	while (csv_next(&csv, &row)) {
		fprintf(out, "%u%s", row.line, row.fault != NULL ? "!" : ":");
		for (size_t i = 0; i < row.count && row.fault == NULL; i++)
			fprintf(out, "%s%.*s", i > 0 ? "|" : "", (int)row.cells[i].n,
				row.cells[i].p);
		fputc(';', out);
	}
	fclose(out);
	free(copy);
	return shown;
}

static void gives(const char *text, const char *expected)
{
	char *rows = rows_of(text);

	assert_string_equal(rows, expected);
	free(rows);
}

static void rows_and_cells(void **state)
{
	(void)state;
	gives("", "");
	gives("\n\n\r\n", "");
	gives("a", "1:a;");
	gives("a,b\nc,d\n", "1:a|b;2:c|d;");
	gives("a,b\r\nc,d", "1:a|b;2:c|d;");
	gives("a,\n,b\n,\n", "1:a|;2:|b;3:|;");
	gives("a\r", "1:a;");
	gives("a,\r\n", "1:a|;");
	gives("# x\n\na\n#y\nb", "3:a;5:b;");
}

static void quoted_cells(void **state)
{
	(void)state;
	gives("\"a\",\"b,c\"\n", "1:a|b,c;");
	gives("\"a \"\"b\"\" c\",\"\"\r\n\"\"\"\"\n", "1:a \"b\" c|;2:\";");
	gives("\"two\nlines\",x\ny\n", "1:two\nlines|x;3:y;");
	gives("\"#\",x\n", "1:#|x;");
	gives("\"a\"", "1:a;");
}

static void faults(void **state)
{
	(void)state;
	gives("a\"b,c\nd\n", "1!;2:d;");
	gives("\"a\"b,c\nd\n", "1!;2:d;");
	gives("x\n\"a\nb\n", "1:x;2!;");
	gives(
	    "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,"
	    "30,31,32,33\nx",
	    "1!;2:x;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_and_cells),
		cmocka_unit_test(quoted_cells),
		cmocka_unit_test(faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
