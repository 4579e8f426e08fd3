#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "verdict_reader.h"

#include <string.h>

static const struct span intervals = { 0 };

static struct verdict read_well(const char *body, struct span max_age)
{
	struct verdict s;

	if (!verdict_reader_read(view_of(body), max_age, &s))
		fail_msg("not understood: %s", body);
	return s;
}

static void an_answer_is_taken_apart(void **state)
{
	struct verdict s =
	    read_well("mailvane verdict 1\nstate 2\nresult 5000 60000 imaps\n"
		      "result 2000 10000 smtp\npending pop3s\npending sieve\n\n"
		      "MAIL CRITICAL - x\nmore\n",
		      intervals);

	(void)state;
	assert_int_equal(s.state, 2);
	assert_int_equal(s.results, 2);
	assert_true(view_equal(s.pending, "pop3s"));
	assert_true(view_equal(s.report, "MAIL CRITICAL - x\nmore\n"));
	/* 2 of 30 seconds is more than 5 of 180. */
	assert_true(view_equal(s.service, "smtp"));
	assert_int_equal(span_ms(s.age), 2000);
	assert_int_equal(span_ms(s.limit), 30000);
	assert_int_equal(span_ms(s.interval), 10000);
	assert_false(exporter_verdict_is_stale(&s));
}

static void three_intervals_are_too_old(void **state)
{
	struct verdict at =
	    read_well("mailvane verdict 1\nstate 0\nresult 3000 1000 a\n\nx\n", intervals);
	struct verdict past =
	    read_well("mailvane verdict 1\nstate 0\nresult 3001 1000 a\n\nx\n", intervals);

	(void)state;
	assert_false(exporter_verdict_is_stale(&at));
	assert_true(exporter_verdict_is_stale(&past));
}

static void one_result_too_old_is_enough(void **state)
{
	struct verdict s = read_well("mailvane verdict 1\nstate 0\nresult 10 1000 new\n"
				     "result 9000 1000 old\nresult 20 1000 newer\n\nx\n",
				     intervals);

	(void)state;
	assert_true(exporter_verdict_is_stale(&s));
	assert_true(view_equal(s.service, "old"));
}

static void an_age_given_counts_instead(void **state)
{
	struct verdict s =
	    read_well("mailvane verdict 1\nstate 0\nresult 9000 1000 old\n\nx\n",
		      span_of_seconds(10));

	(void)state;
	assert_false(exporter_verdict_is_stale(&s));
	assert_int_equal(span_ms(s.limit), 10000);
}

static void nothing_probed_yet_is_an_answer(void **state)
{
	struct verdict s =
	    read_well("mailvane verdict 1\nstate 3\npending imaps\n\n", intervals);

	(void)state;
	assert_int_equal(s.results, 0);
	assert_false(exporter_verdict_is_stale(&s));
}

static void what_is_no_answer_is_refused(void **state)
{
	static const char *const bodies[] = {
		"",
		"mailvane verdict 1",
		"mailvane verdict 1\n",
		"mailvane verdict 2\nstate 0\nresult 1 1 a\n\nx\n",
		"<html></html>\n",
		"mailvane verdict 1\nresult 1 1000 a\n\nx\n",
		"mailvane verdict 1\nstate 4\nresult 1 1000 a\n\nx\n",
		"mailvane verdict 1\nstate -1\nresult 1 1000 a\n\nx\n",
		"mailvane verdict 1\nstate 0\n\nx\n",
		"mailvane verdict 1\nstate 0\nresult 1 0 a\n\nx\n",
		"mailvane verdict 1\nstate 0\nresult 1 99999999999999999999 a\n\nx\n",
		"mailvane verdict 1\nstate 0\nresult 1\n\nx\n",
		"mailvane verdict 1\nstate 0\nresult 1 1000 a\nx\n",
		"mailvane verdict 1\nstate 0\nresult 1 1000 a\n\n",
		"mailvane verdict 1\nstate 0\nresult 1 1000 a\n\ncut o",
		"mailvane verdict 1\nstate 0\nnews 1\nresult 1 1000 a\n\nx\n",
	};
	struct verdict s;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++)
		if (verdict_reader_read(view_of(bodies[i]), intervals, &s))
			fail_msg("understood: %s", bodies[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_taken_apart),
		cmocka_unit_test(three_intervals_are_too_old),
		cmocka_unit_test(one_result_too_old_is_enough),
		cmocka_unit_test(an_age_given_counts_instead),
		cmocka_unit_test(nothing_probed_yet_is_an_answer),
		cmocka_unit_test(what_is_no_answer_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
