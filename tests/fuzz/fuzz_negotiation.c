/* fuzz_negotiation.c - whatever a client says it accepts, it gets what there is, and nothing it
 * did not speak of.
 *
 * One text is both headers. A type is named, or covered by a star, before it may be served in
 * place of the first; so is gzip.
 */
#include "negotiation.h"
#include "view.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char *text = malloc(n + 1);
	struct representation as;
	enum coding coding;

	must(text != NULL);
	memcpy(text, bytes, n);
	text[n] = '\0';
	as = negotiate_format(text);
	coding = negotiate_coding(text);
	if (as.format == TEXT_OPENMETRICS) {
		must(strncmp(as.content_type,
			     "application/openmetrics-text; version=1.0.0; ", 45) == 0);
		must(strcasestr(text, "application/openmetrics-text") != NULL ||
		     strchr(text, '*') != NULL);
	} else {
		must(strcmp(as.content_type, "text/plain; version=0.0.4; charset=utf-8") ==
		     0);
	}
	if (coding == CODING_GZIP)
		must(strcasestr(text, "gzip") != NULL || strchr(text, '*') != NULL);
	if (coding == CODING_NONE)
		must(strcasestr(text, "identity") != NULL || strchr(text, '*') != NULL);
	free(text);
	return 0;
}
