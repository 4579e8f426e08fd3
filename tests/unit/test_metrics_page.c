/* test_metrics_page.c - conf/metrics.md is what the tables of metrics say.
 * MAILVANE_REWRITE=1 writes the file instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "metrics_page.h"

#include "metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct strbuf page;

static int write_page(void **state)
{
	FILE *f;

	(void)state;
	strbuf_init(&page);
	metrics_page(&page);
	strbuf_put(&page, (struct view){ "", 1 });
	if (!getenv("MAILVANE_REWRITE"))
		return page.failed;
	f = fopen(METRICS_PAGE, "w");
	if (!f)
		return -1;
	fputs(page.p, f);
	return fclose(f);
}

static int free_page(void **state)
{
	(void)state;
	strbuf_fini(&page);
	return 0;
}

static void the_page_is_the_tables(void **state)
{
	static char text[64 * 1024];
	FILE *f = fopen(METRICS_PAGE, "r");
	size_t n;

	(void)state;
	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	assert_string_equal(page.p, text);
}

static void every_metric_is_there(void **state)
{
	char row[300];

	(void)state;
	for (size_t i = 0; i < metric_count; i++) {
		const struct family *f = &metrics[i].family;

		snprintf(row, sizeof(row), "\n| `%s` | %s | %s | ", f->name,
			 metric_kind_name(f->kind), f->unit);
		if (!strstr(page.p, row))
			fail_msg("missing: %s", row);
		assert_non_null(strstr(page.p, f->help));
	}
	assert_non_null(
	    strstr(page.p, "| `mailvane_probe_fault` | gauge |  | `fault`, `phase` | "));
	assert_non_null(strstr(page.p, "\n| `probe_success` | "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_is_the_tables),
		cmocka_unit_test(every_metric_is_there),
	};

	return cmocka_run_group_tests(tests, write_page, free_page);
}
