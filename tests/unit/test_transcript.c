#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "transcript.h"

#include <string.h>

static void lines_say_who_said_them(void **state)
{
	struct transcript *t = transcript_new();

	(void)state;
	assert_string_equal(transcript_text(t), "");
	transcript_add(t, "S: ", view_of("220 \x1b[31mhi"));
	transcript_add(t, "C: ", view_of("QUIT"));
	assert_string_equal(transcript_text(t), "S: 220 hi\nC: QUIT");
	assert_string_equal(transcript_text(NULL), "");
	transcript_release(t);
}

static void what_does_not_fit_is_left_out_and_said(void **state)
{
	static const char end[] = "\n-- more was said than is kept";
	struct transcript *t = transcript_new();
	char line[900];
	const char *text;

	(void)state;
	memset(line, 'x', sizeof(line));
	for (int i = 0; i < 20; i++)
		transcript_add(t, "S: ", (struct view){ line, sizeof(line) });
	text = transcript_text(t);
	assert_true(strlen(text) < TRANSCRIPT_MAX);
	assert_string_equal(text + strlen(text) - strlen(end), end);
	transcript_release(t);
}

static void trimmed_it_says_the_same(void **state)
{
	struct transcript *t = transcript_new(), *same;

	(void)state;
	transcript_trim(NULL);
	transcript_add(t, "S: ", view_of("220 hi"));
	transcript_trim(t);
	assert_string_equal(transcript_text(t), "S: 220 hi");
	assert_string_equal(transcript_offered_before(t), "");
	assert_string_equal(transcript_offered_after(t), "");
	/* There is no room any more. */
	transcript_add(t, "C: ", view_of("QUIT"));
	assert_string_equal(transcript_text(t), "S: 220 hi");
	same = transcript_hold(t);
	transcript_release(t);
	assert_string_equal(transcript_text(same), "S: 220 hi");
	transcript_release(same);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_say_who_said_them),
		cmocka_unit_test(what_does_not_fit_is_left_out_and_said),
		cmocka_unit_test(trimmed_it_says_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
