#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "extra_opts.h"
#include "folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_MAX_HERE = 400 };

static struct arena arena;
static char error[EXTRA_OPTS_ERROR_MAX];
static char line[LINE_MAX_HERE];

static int begin(void **state)
{
	(void)state;
	arena_init(&arena);
	folder_enter();
	return 0;
}

static int end(void **state)
{
	(void)state;
	unsetenv("MP_CONFIG_FILE");
	unsetenv("NAGIOS_CONFIG_PATH");
	folder_leave();
	arena_fini(&arena);
	return 0;
}

static const char *join(char *const *words, size_t count)
{
	size_t n = 0;

	line[0] = '\0';
	for (size_t i = 0; i < count; i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%s", i > 0 ? "|" : "",
				      words[i]);
	return line;
}

/* The options of a section, with '|' between; "!" and the error when there are none. */
static const char *options_in(const char *text, const char *section)
{
	struct extra_opts opts = { 0 };

	if (extra_opts_read(&arena, view_of(text), "f.ini", section, &opts, error))
		return join(opts.options, opts.count);
	snprintf(line, sizeof(line), "!%s", error);
	return line;
}

static void reads_a_section(void **state)
{
	static const char text[] =
	    "; a comment\n# another\n\n[check_smtp]\nport = 25\n\n"
	    "[ check_imap ]\n  port=993\n\thostname =  mail.example.com \r\n"
	    "ssl\n w = 5\nempty=\n  ; no = comment\n"
	    "expect = * OK = here\n[other]\nport=1\n";

	(void)state;
	assert_string_equal(options_in(text, "check_imap"),
			    "--port=993|--hostname=mail.example.com|--ssl|-w5|--empty|"
			    "--expect=* OK = here");
	assert_string_equal(options_in(text, "check_smtp"), "--port=25");
	assert_string_equal(options_in(text, "other"), "--port=1");
}

static void reads_what_the_original_reads(void **state)
{
	(void)state;
	assert_string_equal(options_in("[z] port=9\n", "z"), "--port=9");
	assert_string_equal(options_in("[a]\nx=1\n[b]\ny=2\n[a]\nz=3", "a"), "-x1|-z3");
	assert_string_equal(options_in("[ab]\nxx=1\n[a]\nyy=2\n", "a"), "--yy=2");
	assert_string_equal(options_in("[open\n[a]\nxx=1", "a"), "--xx=1");
}

static void refuses_what_is_no_ini_file(void **state)
{
	(void)state;
	assert_string_equal(options_in("port=3\n[a]\nx=1\n", "a"), "!Config file error");
	assert_string_equal(options_in("[a]\n=3\n", "a"), "!Config file error");
	assert_string_equal(options_in("", "a"),
			    "!Invalid section 'a' in config file 'f.ini'");
	assert_string_equal(options_in("[a]\n; nothing\n[b]\nx=1\n", "a"),
			    "!Invalid section 'a' in config file 'f.ini'");
	assert_string_equal(options_in("[a\033[31m]\n", "a\033[31m"),
			    "!Invalid section 'a' in config file 'f.ini'");
}

static void refuses_nul(void **state)
{
	static const char text[] = "[a]\npo\0rt=3\n";
	struct extra_opts opts = { 0 };

	(void)state;
	assert_false(extra_opts_read(&arena, (struct view){ text, sizeof(text) - 1 }, "f",
				     "a", &opts, error));
}

/* The command line behind the expansion, or "!" and the error. */
static const char *expand(const char *words)
{
	char *argv[20], *copy = arena_text(&arena, view_of(words)), **all = argv;
	int argc = 0;

	for (char *word; (word = strsep(&copy, " ")) != NULL;)
		argv[argc++] = word;
	argv[argc] = NULL;
	if (!extra_opts_expand(&arena, "check_imap", &argc, &all, error)) {
		snprintf(line, sizeof(line), "!%s", error);
		return line;
	}
	assert_null(all[argc]);
	return join(all, (size_t)argc);
}

static void puts_options_before_the_rest(void **state)
{
	(void)state;
	folder_write("a.ini", 0644, "[check_imap]\nport=3\n[x]\nw=1\n");
	assert_string_equal(expand("p -H h"), "p|-H|h");
	assert_string_equal(expand("p -H h --extra-opts=@a.ini -p 4"),
			    "p|--port=3|-H|h|-p|4");
	assert_string_equal(expand("p --extra-opts x@a.ini -H h"), "p|-w1|-H|h");
	assert_string_equal(expand("p --extra-opts=@a.ini --extra-opts=x@a.ini"),
			    "p|--port=3|-w1");
	assert_string_equal(expand("--extra-opts"), "--extra-opts");
}

static void finds_the_file(void **state)
{
	(void)state;
	folder_write("here.ini", 0644, "[check_imap]\nport=1\n[x]\nport=2\n");
	folder_write("etc/plugins.ini", 0644, "[check_imap]\nport=3\n");
	setenv("NAGIOS_CONFIG_PATH", "nowhere::etc", 1);
	assert_string_equal(expand("p --extra-opts -v"), "p|--port=3|-v");
	setenv("MP_CONFIG_FILE", "here.ini", 1);
	assert_string_equal(expand("p --extra-opts"), "p|--port=1");
	assert_string_equal(expand("p --extra-opts="), "p|--port=1");
	assert_string_equal(expand("p --extra-opts=x"), "p|--port=2");
}

static void says_what_it_cannot_read(void **state)
{
	(void)state;
	assert_string_equal(expand("p --extra-opts=x@none.ini"),
			    "!Can't read config file: No such file or directory");
	assert_string_equal(expand("p --extra-opts=@."),
			    "!Can't read config file: is a directory, not a file");
	assert_string_equal(expand("p --extra-opts=@"),
			    "!Cannot find config file in any standard location.");
}

/* Opening a pipe waits for its other end, and a device may never end. */
static void waits_for_nothing_but_files(void **state)
{
	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_string_equal(expand("p --extra-opts=@pipe"),
			    "!Can't read config file: is a pipe, not a file");
	assert_string_equal(expand("p --extra-opts=@/dev/zero"),
			    "!Can't read config file: is not a regular file");
}

/* It holds passwords and says what a plugin does. */
static void obeys_files_of_root_and_its_own_only(void **state)
{
	(void)state;
	folder_write("a.ini", 0666, "[check_imap]\nport=3\n");
	assert_string_equal(
	    expand("p --extra-opts=@a.ini"),
	    "!Can't read config file: everybody can write to it (chmod o-w)");
	if (geteuid() != 0)
		skip(); /* only root can give files away */
	assert_int_equal(chmod("a.ini", 0644), 0);
	assert_int_equal(chown("a.ini", 12345, 12345), 0);
	assert_string_equal(expand("p --extra-opts=@a.ini"),
			    "!Can't read config file: it belongs to a user who is neither "
			    "root nor the one that runs this");
}

static void refuses_a_huge_file(void **state)
{
	size_t n = EXTRA_OPTS_FILE_MAX + 1;
	char *text = malloc(n + 1);

	(void)state;
	assert_non_null(text);
	memset(text, '\n', n);
	text[n] = '\0';
	folder_write("huge.ini", 0644, text);
	free(text);
	assert_string_equal(expand("p --extra-opts=@huge.ini"),
			    "!Can't read config file: it is larger than 1 MiB");
}

static void holds_many_options(void **state)
{
	struct extra_opts opts = { 0 };
	char text[3000] = "[a]\n";

	(void)state;
	for (int i = 0; i < 500; i++)
		strcat(text, "x=1\n");
	assert_true(extra_opts_read(&arena, view_of(text), "f", "a", &opts, error));
	assert_int_equal(opts.count, 500);
	assert_string_equal(opts.options[499], "-x1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_a_section, begin, end),
		cmocka_unit_test_setup_teardown(reads_what_the_original_reads, begin, end),
		cmocka_unit_test_setup_teardown(refuses_what_is_no_ini_file, begin, end),
		cmocka_unit_test_setup_teardown(refuses_nul, begin, end),
		cmocka_unit_test_setup_teardown(puts_options_before_the_rest, begin, end),
		cmocka_unit_test_setup_teardown(finds_the_file, begin, end),
		cmocka_unit_test_setup_teardown(says_what_it_cannot_read, begin, end),
		cmocka_unit_test_setup_teardown(waits_for_nothing_but_files, begin, end),
		cmocka_unit_test_setup_teardown(obeys_files_of_root_and_its_own_only, begin,
						end),
		cmocka_unit_test_setup_teardown(refuses_a_huge_file, begin, end),
		cmocka_unit_test_setup_teardown(holds_many_options, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
