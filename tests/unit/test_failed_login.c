#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "failed_login.h"
#include "folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct account account = { .user = "probe@x.test", .password = "Secret.1" };
static const struct account changed = { .user = "probe@x.test", .password = "Secret.2" };

static char error[REFUSAL_MAX];

/* Seconds of both clocks; the monotonic one began at some time of its own. */
static struct instant at(int64_t s)
{
	return (struct instant){ (777 + s) * 1000000000 };
}

static struct moment wall_at(int64_t s)
{
	return (struct moment){ (1795262400 + s) * 1000 };
}

static int enter(void **state)
{
	(void)state;
	folder_enter();
	return mkdir("state", 0700);
}

static int leave(void **state)
{
	(void)state;
	folder_leave();
	return 0;
}

enum end { FAILS, PASSES, ENDS_OTHERWISE };

/* One run of the plugin; true: it logged in. */
static bool run_as(const struct account *a, const char *host, int64_t now, enum end end)
{
	struct failed_login l;
	struct instant until;
	bool allowed;

	assert_true(failed_login_open(&l, "state", host, a, at(now), wall_at(now), error));
	allowed = breaker_allows(&l.breaker, l.key, at(now), &until);
	if (allowed && end == FAILS)
		breaker_failed(&l.breaker, l.key, at(now));
	if (allowed && end == PASSES)
		breaker_passed(&l.breaker, l.key);
	assert_true(failed_login_keep(&l, at(now), wall_at(now), error));
	failed_login_close(&l);
	return allowed;
}

static bool run(int64_t now, enum end end)
{
	return run_as(&account, "h.test", now, end);
}

/* How many files begin so; the name of one of them. */
static unsigned files(const char *prefix, char ret_path[300])
{
	DIR *d = opendir("state");
	unsigned n = 0;

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		if (*e->d_name == '.' || strncmp(e->d_name, prefix, strlen(prefix)) != 0)
			continue;
		n++;
		snprintf(ret_path, 300, "state/%s", e->d_name);
	}
	closedir(d);
	return n;
}

static void waits_longer_from_run_to_run(void **state)
{
	static const int64_t waits[] = { 60, 120, 240, 480, 960, 1920, 3600, 3600 };
	char path[300];
	int64_t now = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(waits); i++) {
		assert_true(run(now, FAILS));
		assert_false(run(now, FAILS));
		assert_false(run(now + waits[i] - 1, FAILS));
		now += waits[i];
	}
	assert_int_equal(files("login-", path), 1);
	assert_true(run(now, ENDS_OTHERWISE));
	assert_int_equal(files("login-", path), 1);
	assert_true(run(now, PASSES));
	assert_int_equal(files("login-", path), 0);
	assert_true(run(now, FAILS));
	assert_false(run(now + 59, FAILS));
	assert_true(run(now + 60, FAILS));
	assert_int_equal(files("new-", path), 0);
}

static void each_password_and_host_is_its_own(void **state)
{
	char path[300];

	(void)state;
	assert_true(run(0, FAILS));
	assert_true(run_as(&changed, "h.test", 1, FAILS));
	assert_true(run_as(&account, "i.test", 1, PASSES));
	assert_int_equal(files("login-", path), 2);
	assert_false(run(2, PASSES));
	assert_false(run_as(&changed, "h.test", 2, FAILS));
}

static void a_boot_changes_nothing(void **state)
{
	struct failed_login l;
	struct instant until, booted = { 5 };

	(void)state;
	assert_true(run(0, FAILS));
	assert_true(
	    failed_login_open(&l, "state", "h.test", &account, booted, wall_at(20), error));
	assert_false(breaker_allows(&l.breaker, l.key, booted, &until));
	assert_int_equal(until.ns, booted.ns + INT64_C(40) * 1000000000);
	failed_login_close(&l);
}

static void failures_at_once_count_as_one(void **state)
{
	struct failed_login a, b;

	(void)state;
	assert_true(
	    failed_login_open(&a, "state", "h.test", &account, at(0), wall_at(0), error));
	assert_true(
	    failed_login_open(&b, "state", "h.test", &account, at(0), wall_at(0), error));
	breaker_failed(&a.breaker, a.key, at(1));
	breaker_failed(&b.breaker, b.key, at(5));
	assert_true(failed_login_keep(&a, at(1), wall_at(1), error));
	assert_true(failed_login_keep(&b, at(5), wall_at(5), error));
	failed_login_close(&a);
	failed_login_close(&b);
	assert_true(run(61, FAILS));
	assert_false(run(61 + 119, FAILS));
}

static void names_and_contents_tell_nothing(void **state)
{
	char path[300], key[300], *text;
	struct stat st;

	(void)state;
	umask(0);
	assert_true(run(0, FAILS));
	assert_int_equal(files("", path), 2);
	assert_int_equal(files("login-", path), 1);
	assert_int_equal(strlen(path), strlen("state/login-") + 64);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	text = folder_read(path);
	assert_string_equal(text, "mailvane-login 1 60 1795262460000\n");
	free(text);
	assert_int_equal(files("key", key), 1);
	assert_int_equal(stat(key, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, 32);

	/* Another folder, other names. */
	assert_int_equal(unlink(key), 0);
	assert_true(run(0, FAILS));
	assert_int_equal(files("login-", path), 2);
}

static void senseless_files_are_no_files(void **state)
{
	static const char *const senseless[] = {
		"",
		"mailvane-login 1 60 1795262460000", /* cut off */
		"mailvane-login 1 60 17952624",
		"mailvane-login 2 60 1795262460000\n",
		"mailvane-logout 1 60 1795262460000\n",
		"mailvane-login 1 0 1795262460000\n",
		"mailvane-login 1 3601 1795262460000\n",
		"mailvane-login 1 60 1795262460000 7\n",
		"mailvane-login 1 60 -1\n",
		"mailvane-login 1 60 99999999999999999999999\n",
		"mailvane-login 1 60 253402300799000\n", /* further off than it can be */
		"mailvane-login 1 60 1795262521000\n",
		("\x7f"
		 "ELF and more of it\n"),
	};
	char path[300], big[STATE_FILE_MAX + 100];

	(void)state;
	assert_true(run(0, FAILS));
	assert_int_equal(files("login-", path), 1);
	for (size_t i = 0; i < ARRAY_SIZE(senseless); i++) {
		folder_write(path, 0600, senseless[i]);
		assert_true(run(0, ENDS_OTHERWISE));
	}
	memset(big, ' ', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	memcpy(big, "mailvane-login 1 60 1795262460000", 33);
	folder_write(path, 0600, big);
	assert_true(run(0, ENDS_OTHERWISE));

	folder_write(path, 0644, "mailvane-login 1 60 1795262460000\n");
	assert_true(run(0, ENDS_OTHERWISE));
	folder_write(path, 0600, "mailvane-login 1 60 1795262460000\n");
	assert_false(run(0, ENDS_OTHERWISE));
	folder_write("state/key", 0600, "short");
	assert_true(run(0, FAILS));
	assert_false(run(0, FAILS));
}

static void links_are_not_followed(void **state)
{
	char path[300], *text;
	struct stat st;

	(void)state;
	assert_true(run(0, FAILS));
	assert_int_equal(files("login-", path), 1);
	folder_write("elsewhere", 0600, "mailvane-login 1 60 1795262460000\n");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("../elsewhere", path), 0);
	assert_true(run(0, FAILS));
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	text = folder_read("elsewhere");
	assert_string_equal(text, "mailvane-login 1 60 1795262460000\n");
	free(text);

	/* Neither a pipe nor a folder holds it up. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_true(run(0, ENDS_OTHERWISE));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_true(run(0, ENDS_OTHERWISE));
}

static bool opens(const char *folder)
{
	struct failed_login l;

	if (!failed_login_open(&l, folder, "h.test", &account, at(0), wall_at(0), error))
		return false;
	failed_login_close(&l);
	return true;
}

static void a_folder_that_is_not_ours_alone_is_refused(void **state)
{
	(void)state;
	assert_true(opens("state"));
	assert_int_equal(chmod("state", 0755), 0);
	assert_true(opens("state"));
	assert_int_equal(chmod("state", 0770), 0);
	assert_false(opens("state"));
	assert_non_null(strstr(error, "--state-dir 'state': others can write to it"));
	assert_int_equal(chmod("state", 01702), 0);
	assert_false(opens("state"));
	assert_int_equal(chmod("state", 0700), 0);
	assert_int_equal(symlink("state", "link"), 0);
	assert_false(opens("link"));
	assert_non_null(strstr(error, "symbolic link"));
	assert_false(opens("nowhere"));
	assert_non_null(strstr(error, "mkdir -m 700"));
	folder_write("file", 0600, "x");
	assert_false(opens("file"));
	if (geteuid() == 0)
		assert_int_equal(chown("state", 12345, 12345), 0);
	assert_false(opens(geteuid() == 0 ? "state" : "/"));
	assert_non_null(strstr(error, "another user"));
}

static void says_what_could_not_be_kept(void **state)
{
	struct failed_login l;

	(void)state;
	assert_true(
	    failed_login_open(&l, "state", "h.test", &account, at(0), wall_at(0), error));
	breaker_failed(&l.breaker, l.key, at(0));
	assert_int_equal(mkdirat(l.folder.fd, l.name, 0700), 0);
	assert_false(failed_login_keep(&l, at(0), wall_at(0), error));
	assert_non_null(strstr(error, "the failed login is not kept"));
	failed_login_close(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(waits_longer_from_run_to_run, enter, leave),
		cmocka_unit_test_setup_teardown(each_password_and_host_is_its_own, enter,
						leave),
		cmocka_unit_test_setup_teardown(a_boot_changes_nothing, enter, leave),
		cmocka_unit_test_setup_teardown(failures_at_once_count_as_one, enter,
						leave),
		cmocka_unit_test_setup_teardown(names_and_contents_tell_nothing, enter,
						leave),
		cmocka_unit_test_setup_teardown(senseless_files_are_no_files, enter, leave),
		cmocka_unit_test_setup_teardown(links_are_not_followed, enter, leave),
		cmocka_unit_test_setup_teardown(a_folder_that_is_not_ours_alone_is_refused,
						enter, leave),
		cmocka_unit_test_setup_teardown(says_what_could_not_be_kept, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
