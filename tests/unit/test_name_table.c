/* test_name_table.c - a set of names: each once, found again, and nothing else. */
#include "name_table.h"

#include "errors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { COUNT = 3000 };

/* Names of which many are the beginning of others. */
static void make(char names[COUNT][16])
{
	for (size_t i = 0; i < COUNT; i++)
		snprintf(names[i], sizeof(names[i]), "n%zu", i);
}

static void each_is_there_once(void **state)
{
	static char texts[COUNT][16];
	struct name_table names = { 0 };
	size_t number;

	(void)state;
	make(texts);
	assert_false(name_table_find(&names, view_of("n0"), &number));
	for (size_t i = 0; i < COUNT; i++) {
		assert_true(
		    name_table_add(&names, texts[i], (struct place){ "a", 1 }, &number));
		assert_int_equal(number, i);
	}
	for (size_t i = 0; i < COUNT; i++) {
		assert_true(name_table_find(&names, view_of(texts[i]), &number));
		assert_int_equal(number, i);
		assert_false(
		    name_table_add(&names, texts[i], (struct place){ "a", 2 }, &number));
		assert_int_equal(number, i);
	}
	assert_int_equal(names.count, COUNT);
	assert_int_equal(names.list[7].place.line, 1);
	name_table_fini(&names);
}

static void nothing_else_is(void **state)
{
	static char texts[COUNT][16];
	struct name_table names = { 0 };
	size_t number;
	char other[20];

	(void)state;
	make(texts);
	for (size_t i = 1000; i < COUNT; i++)
		name_table_add(&names, texts[i], (struct place){ "a", 1 }, &number);
	for (size_t i = 0; i < 1000; i++) {
		/* The beginnings of those that are there, and these with more behind them. */
		assert_false(name_table_find(&names, view_of(texts[i]), &number));
		snprintf(other, sizeof(other), "%sx", texts[1000 + i]);
		assert_false(name_table_find(&names, view_of(other), &number));
	}
	assert_false(name_table_find(&names, view_of("N1000"), &number));
	assert_false(name_table_find(&names, view_of(""), &number));
	name_table_fini(&names);
}

/* What the reader of an error is given as its hint. */
static void assert_hint(const char *hint, const char *want)
{
	struct errors errors;
	struct config_errors found;

	errors_init(&errors);
	errors_add(&errors, (struct place){ 0 }, hint, "wrong");
	errors_take(&errors, &found);
	assert_string_equal(found.list[0].hint, want);
	config_errors_fini(&found);
	errors_fini(&errors);
}

static void the_nearest_is_suggested(void **state)
{
	struct name_table names = { 0 };
	struct hint hint;
	size_t number;

	(void)state;
	assert_string_equal(name_table_similar(&names, &hint, view_of("imap"), "none"),
			    "none");
	name_table_add(&names, "imaps", (struct place){ 0 }, &number);
	name_table_add(&names, "pop3s", (struct place){ 0 }, &number);
	assert_hint(name_table_similar(&names, &hint, view_of("pop3"), "none"),
		    "did you mean 'pop3s'?");
	assert_string_equal(name_table_similar(&names, &hint, view_of("http"), "none"),
			    "none");
	name_table_fini(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_there_once),
		cmocka_unit_test(nothing_else_is),
		cmocka_unit_test(the_nearest_is_suggested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
