#include "capability_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void add(struct capability_words *o, const char *name, const char *parameters)
{
	capability_words_add(o, view_of(name), view_of(parameters));
}

static void test_words(void **state)
{
	struct capability_words o = { 0 };

	(void)state;
	assert_string_equal(o.text, "");
	add(&o, "PIPELINING", NULL);
	add(&o, "SIZE", "1000");
	add(&o, "AUTH", " PLAIN\t LOGIN ");
	assert_string_equal(o.text, "PIPELINING SIZE=1000 AUTH=PLAIN,LOGIN");
}

/* What may not be shown does not leave a hole. */
static void test_cleaned(void **state)
{
	struct capability_words o = { 0 };

	(void)state;
	add(&o, "\x01", "A");
	assert_string_equal(o.text, "");
	add(&o, "X\x1b[31m", "\x02 B");
	add(&o, "\xe2\x80\xae", "C");
	add(&o, "Y\xff", NULL);
	assert_string_equal(o.text, "X=B Y\xef\xbf\xbd");
}

static void test_full(void **state)
{
	struct capability_words o = { 0 };
	char big[DIALOGUE_OFFERED_MAX];

	(void)state;
	memset(big, 'a', sizeof(big));
	add(&o, "FIRST", NULL);
	capability_words_add(&o, (struct view){ big, 700 }, view_of(NULL));
	assert_string_equal(o.text, "FIRST \xe2\x80\xa6");
	add(&o, "LAST", NULL);
	assert_string_equal(o.text, "FIRST \xe2\x80\xa6");

	memset(&o, 0, sizeof(o));
	capability_words_add(&o, (struct view){ big, sizeof(big) }, view_of(NULL));
	assert_string_equal(o.text, "\xe2\x80\xa6");
}

/* A capability whose parameters do not fit is left out as a whole; every length is safe. */
static void test_whole_or_not(void **state)
{
	char big[DIALOGUE_OFFERED_MAX];

	(void)state;
	memset(big, 'b', sizeof(big));
	for (size_t n = 1; n < sizeof(big); n++) {
		struct capability_words o = { 0 };

		add(&o, "A", NULL);
		capability_words_add(&o, view_of("SIEVE"), (struct view){ big, n });
		assert_true(strlen(o.text) < sizeof(o.text));
		assert_true(strcmp(o.text, "A \xe2\x80\xa6") == 0 ||
			    strlen(o.text) == strlen("A SIEVE=") + n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_cleaned),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_whole_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
