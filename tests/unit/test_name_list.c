/* test_name_list.c - a file of names: what it may hold, and what is said of what it may not. */
#include "folder.h"
#include "name_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

struct reading {
	struct arena arena;
	struct errors errors;
	struct name_list list;
	bool good;
};

static void read_text(struct reading *r, const char *text, size_t n)
{
	*r = (struct reading){ 0 };
	arena_init(&r->arena);
	errors_init(&r->errors);
	r->good = name_list_parse((struct view){ text, n }, "customers.txt", &r->arena,
				  &r->errors, &r->list);
	assert_true(r->good == (r->errors.found.total == 0));
}

static void reading_fini(struct reading *r)
{
	arena_fini(&r->arena);
	errors_fini(&r->errors);
}

static void gives(const char *text, const char *const *names, size_t count)
{
	struct reading r;

	read_text(&r, text, strlen(text));
	assert_true(r.good);
	assert_int_equal(r.list.count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(r.list.names[i], names[i]);
	reading_fini(&r);
}

static void names_come_sorted(void **state)
{
	static const char *const three[] = { "a.example", "b.example", "xn--bcher-kva.de" };

	(void)state;
	gives("b.example\na.example\nxn--bcher-kva.de\n", three, 3);
	gives("xn--bcher-kva.de\nB.Example\na.EXAMPLE", three, 3);
	gives("\xef\xbb\xbf# customers\r\n\r\n a.example\t\r\nb.example # the second\r\n"
	      "\txn--bcher-kva.de#x\n\n",
	      three, 3);
}

static void refuses(const char *text, unsigned line, const char *what)
{
	struct reading r;

	read_text(&r, text, strlen(text));
	assert_false(r.good);
	assert_int_equal(r.errors.found.total, 1);
	assert_int_equal(r.errors.places[0].line, line);
	assert_string_equal(r.errors.places[0].file, "customers.txt");
	assert_non_null(strstr(r.errors.found.list[0].what, what));
	reading_fini(&r);
}

static void bad_lines_are_named(void **state)
{
	(void)state;
	refuses("", 0, "no name in it");
	refuses("# nothing\n\n", 0, "no name in it");
	refuses("a.example\nb_c.example\n", 2, "'b_c.example' is not a host name");
	refuses("*.example\n", 1, "'*.example' is not a host name");
	refuses("a.example\n\n# x\n192.0.2.1\n", 4, "'192.0.2.1' is an address");
	refuses("a.example b.example\n", 1, "is not a host name");
	refuses("a.example.\n", 1, "ends with a dot");
	refuses("b\xc3\xbc.example\n", 1, "is not ASCII");
	refuses("b\xfc.example\n", 1, "is not ASCII");
	refuses("b.example\na.example\nB.Example\n", 3, "'b.example' stands on line 1");
}

static void each_bad_line_is_told(void **state)
{
	static const char text[] = "-a\nb.example\nc..d\n\0.example\n";
	struct reading r;

	(void)state;
	read_text(&r, text, sizeof(text) - 1);
	assert_false(r.good);
	assert_int_equal(r.errors.found.total, 3);
	assert_int_equal(r.errors.places[1].line, 3);
	assert_int_equal(r.errors.places[2].line, 4);
	reading_fini(&r);
}

static void files_are_read_as_all_others(void **state)
{
	struct reading r = { 0 };
	const struct place here = { "mailvane.conf", 7 };

	(void)state;
	folder_enter();
	folder_write("names", 0644, "a.example\n");
	folder_write("open", 0666, "a.example\n");
	arena_init(&r.arena);
	errors_init(&r.errors);
	assert_true(name_list_read("names", &r.arena, &r.errors, here, &r.list));
	assert_string_equal(r.list.names[0], "a.example");
	assert_false(name_list_read("open", &r.arena, &r.errors, here, &r.list));
	assert_false(name_list_read("gone", &r.arena, &r.errors, here, &r.list));
	assert_int_equal(r.errors.found.total, 2);
	assert_int_equal(r.errors.places[1].line, 7);
	reading_fini(&r);
	folder_leave();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_come_sorted),
		cmocka_unit_test(bad_lines_are_named),
		cmocka_unit_test(each_bad_line_is_told),
		cmocka_unit_test(files_are_read_as_all_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
