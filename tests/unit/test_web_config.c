/* Each file of web_config/ is loaded as --web.config.file: NAME.expected is what it is, or all
 * its errors. MAILVANE_REWRITE=1 writes what came instead of comparing: read the difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "buffer.h"
#include "folder.h"
#include "pki.h"
#include "rules.h"
#include "tls_words.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char came[8192];
static struct buffer out;

static void put_words(const char *what, const struct web_words *words)
{
	if (words->n == 0)
		return;
	buffer_format(&out, "%s:", what);
	for (size_t i = 0; i < words->n; i++)
		buffer_format(&out, " %s", words->list[i]);
	buffer_text(&out, "\n");
}

static void put_pairs(const char *what, const struct web_pairs *pairs)
{
	for (size_t i = 0; i < pairs->n; i++)
		buffer_format(&out, "%s %s: %s\n", what, pairs->list[i].name,
			      pairs->list[i].value);
}

static void put_tls(const struct web_tls *tls)
{
	buffer_format(&out, "%s, client auth %d\n", tls->on ? "HTTPS" : "HTTP",
		      (int)tls->client_auth);
	if (!tls->on)
		return;
	tls_priority(tls, &out);
	buffer_text(&out, "\n");
	put_words("client names", &tls->client_sans);
}

static void put_rules(const struct rules *rules)
{
	const struct web_config *c = rules->config;

	put_tls(&c->tls);
	put_pairs("header", &c->headers);
	put_pairs("user", &c->users);
	if (c->every.ns > 0)
		buffer_format(&out, "a request each %g s, %u at once\n",
			      span_seconds(c->every), c->burst);
	for (size_t i = 0; i < c->warnings.n; i++)
		buffer_format(&out, "warning: %s\n", c->warnings.list[i]);
}

static void put_errors(struct errors *errors)
{
	struct config_errors found;

	errors_take(errors, &found);
	for (size_t i = 0; i < found.count; i++)
		buffer_format(&out, "%s: %s%s%s\n", found.list[i].where, found.list[i].what,
			      *found.list[i].hint ? " -> " : "", found.list[i].hint);
	config_errors_fini(&found);
}

static void load(const char *name)
{
	struct errors errors;
	struct rules *rules;

	errors_init(&errors);
	buffer_init(&out, came, sizeof(came));
	rules = rules_load(name, &errors);
	if (rules)
		put_rules(rules);
	put_errors(&errors);
	assert_false(out.full);
	buffer_string(&out);
	rules_release(rules);
}

static void compare(const char *name)
{
	char path[400];
	char *expected;

	snprintf(path, sizeof(path), DATA "/%s.expected", name);
	if (getenv("MAILVANE_REWRITE")) {
		folder_write(path, 0644, came);
		return;
	}
	expected = folder_read(path);
	if (!expected || strcmp(expected, came) != 0)
		print_error("%s: expected\n%s\nbut came\n%s\n", name,
			    expected ? expected : "(no file .expected)", came);
	assert_non_null(expected);
	assert_string_equal(expected, came);
	free(expected);
}

static void loads_each_file_as_expected(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(glob("*.yml", 0, NULL, &found), 0);
	assert_true(found.gl_pathc > 60);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		load(found.gl_pathv[i]);
		compare(found.gl_pathv[i]);
		if (strncmp(found.gl_pathv[i], "good-", 5) == 0)
			assert_true(strncmp(came, "HTTP", 4) == 0);
		if (strncmp(found.gl_pathv[i], "bad-", 4) == 0)
			assert_non_null(strstr(came, ".yml:"));
	}
	globfree(&found);
}

static void notices_that_a_file_has_changed(void **state)
{
	static const char *const files[] = { "good-tls.yml", "cert.pem", "key.pem" };
	struct errors errors;
	struct rules *rules;
	struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };

	(void)state;
	errors_init(&errors);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		rules = rules_load("good-tls.yml", &errors);
		assert_non_null(rules);
		assert_false(rules_changed(rules));
		times[1].tv_sec++;
		assert_int_equal(utimensat(AT_FDCWD, files[i], times, 0), 0);
		assert_true(rules_changed(rules));
		rules_release(rules);
	}
	rules = rules_load(NULL, &errors);
	assert_false(rules_changed(rules));
	rules_release(rules);
}

static void refuses_a_file_that_cannot_be_read(void **state)
{
	static char large[WEB_CONFIG_MAX + 2];

	(void)state;
	load("nowhere.yml");
	assert_non_null(strstr(came, "cannot open 'nowhere.yml'"));
	folder_write("open.yml", 0666, "");
	load("open.yml");
	assert_non_null(strstr(came, "can be written by others"));
	memset(large, '#', sizeof(large) - 1);
	folder_write("large.yml", 0644, large);
	load("large.yml");
	assert_non_null(strstr(came, "too large"));
	folder_write("nul.yml", 0644, "basic_auth_users:\n  \"a\\0b\": x\n");
	load("nul.yml");
	assert_non_null(strstr(came, "nul.yml:2: a key with a NUL in it"));
}

static void put_pem(const char *name, char *from)
{
	char *text = folder_read(from);

	folder_write(name, 0600, text);
	unlink(from);
	free(text);
	free(from);
}

static int enter(void **state)
{
	struct pki_options wish = { .name = "localhost", .san = "DNS:localhost" };
	struct identity one = pki_issue(&wish, NULL), other = pki_issue(&wish, NULL);
	const struct identity *chain[] = { &one };

	(void)state;
	folder_enter();
	folder_copy(DATA);
	put_pem("cert.pem", pki_file(chain, 1));
	put_pem("key.pem", pki_key_file(&one));
	put_pem("other.pem", pki_key_file(&other));
	folder_write("nothing.pem", 0644, "");
	pki_drop(&one);
	pki_drop(&other);
	return 0;
}

static int leave(void **state)
{
	(void)state;
	folder_leave();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_each_file_as_expected),
		cmocka_unit_test(notices_that_a_file_has_changed),
		cmocka_unit_test(refuses_a_file_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
