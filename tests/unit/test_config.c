/* test_config.c - loading, rights, what changed, and that all or nothing is taken. */
#include "config.h"
#include "folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOP    "ehlo_name = \"monitor.example.com\";\n"
#define SERVER "servers = ( { host = \"mx1.example.com\"; services = [ \"smtp\" ]; } );\n"

static int enter(void **state)
{
	(void)state;
	folder_enter();
	return 0;
}

static int leave(void **state)
{
	(void)state;
	folder_leave();
	return 0;
}

static struct config *load(const char *path)
{
	struct config_errors errors;
	struct config *config = config_load(path, &errors);

	for (size_t i = 0; i < errors.count; i++)
		print_error("%s: %s (%s)\n", errors.list[i].where, errors.list[i].what,
			    errors.list[i].hint);
	assert_non_null(config);
	assert_int_equal(errors.total, 0);
	config_errors_fini(&errors);
	return config;
}

/* The first error must have these words. */
static void refuses(const char *path, const char *where, const char *what, const char *hint)
{
	struct config_errors errors;

	assert_null(config_load(path, &errors));
	assert_true(errors.total > 0);
	assert_string_equal(errors.list[0].where, where);
	if (strstr(errors.list[0].what, what) == NULL ||
	    strstr(errors.list[0].hint, hint) == NULL)
		print_error("%s (%s)\n", errors.list[0].what, errors.list[0].hint);
	assert_non_null(strstr(errors.list[0].what, what));
	assert_non_null(strstr(errors.list[0].hint, hint));
	config_errors_fini(&errors);
	assert_null(errors.list);
}

/* No error has the word, nor its beginning, in any of its texts. */
static void keeps_to_itself(const char *path, const char *word)
{
	struct config_errors errors;

	assert_null(config_load(path, &errors));
	assert_true(errors.total > 0);
	for (size_t i = 0; i < errors.count; i++) {
		const struct config_error *e = &errors.list[i];
		const char *const texts[] = { e->where, e->what, e->hint, e->bare_what,
					      e->bare_hint };

		for (size_t k = 0; k < 5; k++)
			if (strstr(texts[k], word) != NULL)
				fail_msg("%s: %s (%s)", e->where, e->what, e->hint);
	}
	config_errors_fini(&errors);
}

/* A file named by mistake, /etc/shadow or a key, reaches consoles and logs through its errors. */
static void words_of_private_files_are_not_shown(void **state)
{
	static const char *const files[] = {
		"root:Xsecret/9:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n",
		"Xsecret\n",
		"Xsecret = 1;\n",
		"interval = Xsecret;\n",
		"interval = \"Xsecret\";\n",
		"servers = ( { host = \"Xsecret!\"; } );\n",
		"servers = ( { host = \"a\"; labels = { Xsecret = \"1\"; Xsecret = \"2\"; "
		"}; } );\n",
		"accounts = ( { name = \"Xsecret\"; user = \"a\"; }, { name = \"Xsecret\"; "
		"} );\n",
		"servers = ( { host = \"a\"; account = \"Xsecret\"; } );\n",
		"servers = ( { host = \"a\"; services = [ \"Xsecret\" ]; } );\n",
		"Xsecret = 1; Xsecret = 2;\n",
		"threads = 99999999999999999999; Xsecret\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		folder_write("private.conf", 0640, files[i]);
		keeps_to_itself("private.conf", "Xsecret");
		folder_write("targets/a.csv", 0600, files[i]);
		folder_write("targets/a.json", 0600, files[i]);
		folder_write("m.conf", 0644,
			     TOP SERVER "target_files = [ \"targets/*\" ];\n");
		keeps_to_itself("m.conf", "Xsecret");
	}
}

static void what_is_wrong_there_is_said_all_the_same(void **state)
{
	(void)state;
	folder_write("m.conf", 0600, TOP "  intervall = \"60s\";\n");
	refuses("m.conf", "m.conf:2", "unknown key (not shown)",
		"did you mean 'interval'?");
	refuses("m.conf", "m.conf:2", "unknown key", "not every user may read");
	folder_write("m.conf", 0600, TOP "interval = 60s;\n");
	refuses("m.conf", "m.conf:2:12", "the value (not shown) is not quoted",
		"not every user may read");
	folder_write("m.conf", 0644, TOP "interval = 60s;\n");
	refuses("m.conf", "m.conf:2", "the value '60s' is not quoted", "write \"60s\"");
}

/* For those who asked over HTTP. */
static void a_bare_error_has_no_words_of_any_file(void **state)
{
	struct config_errors errors;

	(void)state;
	folder_write("m.conf", 0644, TOP "intervall = \"60s\";\ntimeout = 7x;\n");
	assert_null(config_load("m.conf", &errors));
	assert_string_equal(errors.list[0].bare_what,
			    "the value (not shown) is not quoted");
	assert_null(strstr(errors.list[0].bare_hint, "7x"));
	assert_non_null(strstr(errors.list[0].what, "7x"));
	config_errors_fini(&errors);
}

static void the_example_loads(void **state)
{
	struct config *c;
	char *text = folder_read(CONF "/mailvane.conf");

	(void)state;
	assert_non_null(text);
	folder_write("mailvane.conf", 0644, text);
	free(text);
	folder_write("probe.secret", 0600, "secret\n");
	c = load("mailvane.conf");
	assert_true(c->plan->target_count >= 5);
	config_free(c);
}

/* Each setting that the example shows commented out is right as well. */
static void the_example_loads_uncommented(void **state)
{
	char *text = folder_read(CONF "/mailvane.conf");
	struct config *c;

	(void)state;
	for (char *line = text; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (line[0] == '#' && line[1] != ' ' && line[1] != '\n')
			line[0] = ' ';
	}
	folder_write("all.conf", 0644, text);
	free(text);
	folder_write("probe.secret", 0600, "secret\n");
	folder_write("ca-certificates.crt", 0644, "");
	folder_write("certs/x", 0644, "");
	c = load("all.conf");
	assert_string_equal(c->plan->settings.resolvers, "192.0.2.53,[2001:db8::53]:5353");
	config_free(c);
}

static void files_of_others_are_refused(void **state)
{
	(void)state;
	folder_write("a.conf", 0664, TOP SERVER);
	refuses("a.conf", "a.conf", "can be written by others", "chmod go-w a.conf");
	folder_write("a.conf", 0646, TOP SERVER);
	refuses("a.conf", "a.conf", "can be written by others", "chmod go-w a.conf");
	folder_write("a.conf", 0444, TOP SERVER);
	config_free(load("a.conf"));

	folder_write("main.conf", 0644, TOP SERVER "include = \"b.conf\";\n");
	folder_write("b.conf", 0662, "interval = \"30s\";\n");
	refuses("main.conf", "main.conf:3", "can be written by others",
		"chmod go-w b.conf");

	folder_write("main.conf", 0644, TOP "target_files = [ \"*.csv\" ];\n");
	folder_write("t.csv", 0666, "a,a.example,smtp\n");
	refuses("main.conf", "main.conf:2", "can be written by others", "chmod go-w t.csv");
}

static void secrets_of_everybody_are_refused(void **state)
{
	static const mode_t bad[] = { 0604, 0644, 0601 | 0004, 0620, 0602, 0660 };

	(void)state;
	folder_write("a.conf", 0644,
		     TOP SERVER "accounts = ( { name = \"p\"; user = \"u\";\n"
				"password_file = \"p.secret\"; } );\n");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		folder_write("p.secret", bad[i], "x\n");
		refuses("a.conf", "a.conf:4", "'p.secret'", "chmod");
	}
	folder_write("p.secret", 0400, "x\n");
	config_free(load("a.conf"));
	folder_write("p.secret", 0440, "x\n"); /* our own group */
	config_free(load("a.conf"));
}

static void what_is_no_file_is_refused(void **state)
{
	(void)state;
	refuses("none.conf", "none.conf", "No such file", "");
	assert_int_equal(mkdir("folder", 0755), 0);
	refuses("folder", "folder", "is a directory", "");
	assert_int_equal(mkfifo("pipe", 0600), 0); /* and nothing waits for its writer */
	refuses("pipe", "pipe", "is a pipe", "");
	refuses("/dev/null", "/dev/null", "", "");
	folder_write("huge.conf", 0644, TOP SERVER);
	assert_int_equal(truncate("huge.conf", CONFIG_FILE_MAX + 1), 0);
	refuses("huge.conf", "huge.conf", "too large", "16777216");
	folder_write("main.conf", 0644, TOP SERVER "include = [ \"huge.*\" ];\n");
	refuses("main.conf", "main.conf:3", "too large", "16777216");
}

static void eight_levels_of_include_are_enough(void **state)
{
	char name[32], text[200];

	(void)state;
	for (int i = 0; i <= CONFIG_INCLUDE_DEPTH_MAX; i++) {
		snprintf(name, sizeof(name), "%d.conf", i);
		snprintf(text, sizeof(text), "include = \"%d.conf\";\n", i + 1);
		folder_write(name, 0644, i < CONFIG_INCLUDE_DEPTH_MAX ? text : TOP SERVER);
	}
	config_free(load("0.conf"));
}

static void paths_are_seen_from_their_file(void **state)
{
	char here[1000], expected[1100];
	struct config *c;

	(void)state;
	folder_write("etc/main.conf", 0644, "include = [ \"more/*.conf\" ];\n");
	assert_int_equal(mkdir("etc/more", 0755), 0);
	folder_write("etc/more/a.conf", 0644,
		     TOP "target_files = [ \"../*.csv\" ];\n"
			 "accounts = ( { name = \"p\"; user = \"u\"; password_file = "
			 "\"../p.secret\"; } );\n");
	folder_write("etc/p.secret", 0600, "x");
	folder_write("etc/t.csv", 0644, "a,a.example,imaps,p\n");
	c = load("etc/main.conf");
	assert_int_equal(c->plan->target_count, 1);
	assert_string_equal(c->plan->targets[0].account->password, "x");
	assert_int_equal(c->file_count, 4);
	assert_int_equal(c->pattern_count, 2);
	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(expected, sizeof(expected), "%s/etc/main.conf", here);
	assert_string_equal(c->files[0], expected);
	assert_int_equal(c->patterns[0][0], '/');

	assert_int_equal(chdir("/"), 0);
	assert_false(config_changed(c));
	assert_int_equal(chdir(here), 0);
	config_free(c);
	c = load(expected);
	config_free(c);

	folder_write("etc/t.csv", 0644, "a,a.example,imapz\n");
	refuses("etc/main.conf", "etc/more/../t.csv:1", "imapz", "did you mean");
}

static void a_folder_with_pattern_characters_is_no_pattern(void **state)
{
	struct config *c;

	(void)state;
	folder_write("a[b]*\\/main.conf", 0644, TOP "target_files = [ \"t?.csv\" ];\n");
	folder_write("a[b]*\\/t1.csv", 0644, "a,a.example,imaps\n");
	assert_int_equal(chdir("a[b]*\\"), 0);
	c = load("main.conf");
	assert_int_equal(c->plan->target_count, 1);
	assert_int_equal(chdir(".."), 0);
	assert_false(config_changed(c));
	config_free(c);
	c = load("a[b]*\\/main.conf");
	assert_int_equal(c->plan->target_count, 1);
	config_free(c);
}

static void a_name_without_wildcard_may_have_a_backslash(void **state)
{
	struct config *c;

	(void)state;
	folder_write("main.conf", 0644, TOP "target_files = [ \"back\\\\slash.csv\" ];\n");
	folder_write("back\\slash.csv", 0644, "a,a.example,imaps\n");
	c = load("main.conf");
	assert_int_equal(c->plan->target_count, 1);
	config_free(c);
}

static void changes_are_seen(void **state)
{
	struct config *c;

	(void)state;
	folder_write("main.conf", 0644,
		     TOP SERVER "include = [ \"more/*.conf\" ];\n"
				"target_files = [ \"t.d/*.csv\" ];\n"
				"accounts = ( { name = \"p\"; user = \"u\"; "
				"password_file = \"p.secret\"; } );\n");
	folder_write("p.secret", 0600, "one");
	folder_write("t.d/a.csv", 0644, "a,a.example,smtp\n");
	c = load("main.conf");
	assert_false(config_changed(c));
	folder_write("t.d/b.json", 0644, "[]"); /* does not match */
	assert_false(config_changed(c));
	folder_write("t.d/b.csv", 0644, "");
	assert_true(config_changed(c));
	config_free(c);

	c = load("main.conf");
	assert_false(config_changed(c));
	unlink("t.d/b.csv");
	assert_true(config_changed(c));
	config_free(c);

	c = load("main.conf");
	folder_write("new.csv", 0644, "a,a.example,smtp\n"); /* the same, another file */
	assert_int_equal(rename("new.csv", "t.d/a.csv"), 0);
	assert_true(config_changed(c));
	config_free(c);

	c = load("main.conf");
	folder_write("p.secret", 0600, "another");
	assert_true(config_changed(c));
	config_free(c);

	c = load("main.conf");
	folder_write("more/x.conf", 0644, "");
	assert_true(config_changed(c));
	config_free(c);

	c = load("main.conf");
	assert_false(config_changed(c));
	folder_write("main.conf", 0644, TOP SERVER "# other\n");
	assert_true(config_changed(c));
	unlink("main.conf");
	assert_true(config_changed(c));
	config_free(c);
}

static void new_roots_are_a_change(void **state)
{
	struct config *c;

	(void)state;
	folder_write("a.conf", 0644,
		     TOP SERVER "ca_file = \"ca.pem\"; ca_path = \"roots\";\n");
	folder_write("ca.pem", 0644, "one");
	folder_write("roots/a.pem", 0644, "one");
	c = load("a.conf");
	assert_false(config_changed(c));
	folder_write("ca.pem", 0644, "another");
	assert_true(config_changed(c));
	config_free(c);
	c = load("a.conf");
	assert_int_equal(rename("roots", "gone"), 0);
	folder_write("roots/a.pem", 0644, "one");
	assert_true(config_changed(c));
	config_free(c);
}

static void the_plan_outlives_its_configuration(void **state)
{
	struct config *c;
	struct plan *plan;

	(void)state;
	folder_write("a.conf", 0644, TOP SERVER);
	c = load("a.conf");
	plan = plan_hold(c->plan);
	config_free(c);
	assert_string_equal(plan->targets[0].host, "mx1.example.com");
	assert_int_equal(plan->service_count, builtin_service_count);
	plan_release(plan);
	config_free(NULL);
}

static void the_locale_stays(void **state)
{
	locale_t mine = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	locale_t before = uselocale(mine);

	(void)state;
	folder_write("a.conf", 0644, TOP SERVER "frob = 1.5;\n");
	refuses("a.conf", "a.conf:3", "unknown key 'frob'", "");
	assert_true(uselocale((locale_t)0) == mine);
	uselocale(before);
	freelocale(mine);
}

static void names_itself_when_nobody_else_does(void **state)
{
	struct config *c;

	(void)state;
	folder_write("a.conf", 0644, SERVER);
	c = load("a.conf");
	assert_true(strchr(c->plan->settings.ehlo_name, '.') != NULL ||
		    c->plan->settings.ehlo_name[0] == '[');
	config_free(c);
	folder_write("a.conf", 0644, SERVER "source_address = \"192.0.2.10\";\n");
	c = load("a.conf");
	assert_int_equal(c->plan->settings.source_v4.v4.sin_family, AF_INET);
	config_free(c);
}

static void folders_that_cannot_be_searched_are_told(void **state)
{
	bool root = geteuid() == 0; /* who can search everything */

	(void)state;
	folder_write("closed/a.csv", 0644, "a,a.example,smtp\n");
	folder_write("a.conf", 0644, TOP "target_files = [ \"closed/*.csv\" ];\n");
	assert_int_equal(chmod("closed", 0700), 0);
	assert_int_equal(chmod(".", 0755), 0);
	if (root)
		assert_int_equal(seteuid(65534), 0);
	else
		assert_int_equal(chmod("closed", 0), 0);
	refuses("a.conf", "a.conf:2", "cannot search", "list the folder");
	if (root)
		assert_int_equal(seteuid(0), 0);
	else
		assert_int_equal(chmod("closed", 0755), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
	const struct CMUnitTest tests[] = {
		TEST(words_of_private_files_are_not_shown),
		TEST(what_is_wrong_there_is_said_all_the_same),
		TEST(a_bare_error_has_no_words_of_any_file),
		TEST(the_example_loads),
		TEST(the_example_loads_uncommented),
		TEST(files_of_others_are_refused),
		TEST(secrets_of_everybody_are_refused),
		TEST(what_is_no_file_is_refused),
		TEST(eight_levels_of_include_are_enough),
		TEST(paths_are_seen_from_their_file),
		TEST(a_folder_with_pattern_characters_is_no_pattern),
		TEST(a_name_without_wildcard_may_have_a_backslash),
		TEST(changes_are_seen),
		TEST(new_roots_are_a_change),
		TEST(the_plan_outlives_its_configuration),
		TEST(the_locale_stays),
		TEST(names_itself_when_nobody_else_does),
		TEST(folders_that_cannot_be_searched_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
