#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "negotiation.h"
#include "view.h"

#include <string.h>

#define TEXT "text/plain; version=0.0.4; charset=utf-8"
#define OPEN "application/openmetrics-text; version=1.0.0; charset=utf-8"

static void serves_the_format_that_ranks_first(void **state)
{
	static const struct {
		const char *accept, *type;
	} rows[] = {
		{ NULL, TEXT },
		{ "", TEXT },
		{ "*/*", TEXT },
		{ "text/*", TEXT },
		{ "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", TEXT },
		{ "application/json", TEXT },
		/* Prometheus 2.42 and 3. */
		{ "application/openmetrics-text;version=1.0.0,application/"
		  "openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/"
		  "*;q=0.1",
		  OPEN },
		{ "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
		  "application/openmetrics-text;version=0.0.1;q=0.4,"
		  "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
		  "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
		  OPEN "; escaping=allow-utf-8" },
		/* PrometheusText1.0.0 alone is not what we have; the rest is. */
		{ "text/plain;version=1.0.0;escaping=values,*/*;q=0.1", TEXT },
		{ "application/openmetrics-text; version=\"1.0.0\"; escaping=values",
		  OPEN "; escaping=values" },
		{ "application/openmetrics-text;version=1.0.0;escaping=dots",
		  OPEN "; escaping=dots" },
		{ "application/openmetrics-text;version=1.0.0;escaping=other",
		  OPEN "; escaping=underscores" },
		{ "Application/OpenMetrics-Text", OPEN },
		{ "application/openmetrics-text;version=0.0.1", TEXT },
		{ "application/openmetrics-text;version=2.0.0,text/plain;q=0.1", TEXT },
		{ "application/*", OPEN },
		/* Weights. */
		{ "application/openmetrics-text;q=0.5,text/plain;q=0.6", TEXT },
		{ "application/openmetrics-text;q=0.601,text/plain;q=0.6", OPEN },
		{ "application/openmetrics-text;q=0", TEXT },
		{ "application/openmetrics-text;q=0.0,*/*;q=0.1", TEXT },
		{ "text/plain;q=0,*/*;q=0.1", OPEN },
		{ "application/openmetrics-text ; q=0.9 , text/plain ; q=0.8", OPEN },
		{ "application/openmetrics-text;q=x,text/plain;q=0.9", OPEN },
		{ "text/plain;q=0.9;version=0.0.4,application/openmetrics-text;q=0.4",
		  TEXT },
		/* The closer member counts, and between equals the first. */
		{ "application/openmetrics-text;version=1.0.0;q=0.2,application/"
		  "openmetrics-text,text/plain;q=0.5",
		  TEXT },
		{ "application/openmetrics-text,text/plain", OPEN },
		{ "text/plain,application/openmetrics-text", TEXT },
		/* Nonsense. */
		{ ",,;;=,;q", TEXT },
		{ "\"", TEXT },
		{ "application/openmetrics-text;note=\"a,b;q=0\",text/plain;q=0.5", OPEN },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct representation as = negotiate_format(rows[i].accept);

		if (strcmp(as.content_type, rows[i].type) != 0)
			fail_msg("'%s' got '%s'", rows[i].accept, as.content_type);
		assert_int_equal(as.format == TEXT_OPENMETRICS,
				 strncmp(rows[i].type, OPEN, strlen(OPEN)) == 0);
	}
}

static void packs_for_those_who_accept_it(void **state)
{
	static const struct {
		const char *accept;
		enum coding coding;
	} rows[] = {
		{ NULL, CODING_IDENTITY },
		{ "", CODING_IDENTITY },
		{ "gzip", CODING_GZIP },
		{ "GZip", CODING_GZIP },
		{ "x-gzip", CODING_GZIP },
		{ "deflate, gzip;q=1.0, *;q=0.5", CODING_GZIP },
		{ "br", CODING_IDENTITY },
		{ "gzipped", CODING_IDENTITY },
		{ "*", CODING_GZIP },
		{ "gzip;q=0", CODING_IDENTITY },
		{ "gzip;q=0.000", CODING_IDENTITY },
		{ "gzip ; q=0.001", CODING_GZIP },
		{ "gzip;q=0, *", CODING_IDENTITY },
		{ "*;q=0, gzip", CODING_GZIP },
		{ "identity", CODING_IDENTITY },
		{ "identity;q=0.5, gzip;q=0.5", CODING_GZIP },
		{ "identity, gzip;q=0.5", CODING_IDENTITY },
		{ "identity;q=0, gzip;q=0.1", CODING_GZIP },
		{ "identity;q=0, *;q=0.1", CODING_GZIP },
		{ "identity;q=0", CODING_NONE },
		{ "*;q=0", CODING_NONE },
		{ "*;q=0, identity;q=0.1", CODING_IDENTITY },
		{ "gzip;q=0, identity;q=0", CODING_NONE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (negotiate_coding(rows[i].accept) != rows[i].coding)
			fail_msg("'%s'", rows[i].accept);
}

/* Only so much of a header is read, and nothing behind it. */
static void a_long_header_is_cut(void **state)
{
	char accept[NEGOTIATION_MAX + 100];

	(void)state;
	memset(accept, ',', sizeof(accept));
	strcpy(accept + NEGOTIATION_MAX, "application/openmetrics-text");
	assert_int_equal(negotiate_format(accept).format, TEXT_PROMETHEUS);
	assert_int_equal(negotiate_format(accept + 1).format, TEXT_PROMETHEUS);
	assert_int_equal(negotiate_format(accept + 40).format, TEXT_OPENMETRICS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serves_the_format_that_ranks_first),
		cmocka_unit_test(packs_for_those_who_accept_it),
		cmocka_unit_test(a_long_header_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
