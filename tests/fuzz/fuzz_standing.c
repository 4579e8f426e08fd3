/* fuzz_standing.c - whatever answers check_mailvane: it is no answer, or all that is taken from it
 * lies in it and can be used.
 */
#include "verdict_reader.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void must_lie_in(struct view part, struct view whole)
{
	must(part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const struct span ages[] = { { 0 }, { 1 }, { INT64_MAX } };
	struct view body = { (const char *)bytes, n };
	struct verdict s;

	for (size_t i = 0; i < ARRAY_SIZE(ages); i++) {
		if (!verdict_reader_read(body, ages[i], &s))
			continue;
		must(s.state <= 3 && s.results + s.pending.n > 0);
		must(s.results == 0 ||
		     (s.limit.ns > 0 && s.age.ns >= 0 && s.interval.ns > 0));
		must_lie_in(s.service, body);
		must_lie_in(s.pending, body);
		must_lie_in(s.report, body);
		must(s.results == 0 || s.report.p[s.report.n - 1] == '\n');
	}
	return 0;
}
