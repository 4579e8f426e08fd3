/* test_file.c - what is read, and whose. */
#include "file.h"
#include "folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct place here = { "test", 1 };

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

static bool reads(const char *path, size_t max, unsigned rules)
{
	struct errors errors;
	struct file file;
	bool good;

	errors_init(&errors);
	good = file_read(path, max, rules, &errors, here, &file);
	assert_int_equal(errors.found.total, good ? 0 : 1);
	if (good)
		file_fini(&file);
	errors_fini(&errors);
	return good;
}

static void reads_whole_files_up_to_the_cap(void **state)
{
	struct errors errors;
	struct file file;

	(void)state;
	errors_init(&errors);
	folder_write_bytes("a", 0644, "x\0y", 3);
	assert_true(file_read("a", 3, 0, &errors, here, &file));
	assert_int_equal(file.size, 3);
	assert_memory_equal(file.text, "x\0y", 4);
	file_fini(&file);
	assert_null(file.text);
	assert_false(reads("a", 2, 0));
	folder_write("empty", 0644, "");
	assert_true(reads("empty", 0, 0));
	errors_fini(&errors);
}

static void what_grows_or_is_not_real_is_refused(void **state)
{
	(void)state;
	/* Files of the kernel say they are empty and are not. */
	if (access("/proc/version", R_OK) == 0)
		assert_false(reads("/proc/version", 1000, 0));
	assert_false(reads("/dev/null", 1000, 0));
	assert_false(reads(".", 1000, 0));
	assert_false(reads("nothing", 1000, 0));
}

static void follows_links(void **state)
{
	(void)state;
	folder_write("a", 0600, "x");
	assert_int_equal(symlink("a", "b"), 0);
	assert_true(reads("b", 10, FILE_SECRET));
	assert_int_equal(symlink("loop", "loop"), 0);
	assert_false(reads("loop", 10, 0));
}

/* As a user who is in `groups` and no other, what does the file tell? */
static bool reads_as_other(const char *path, gid_t group, gid_t more)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		if (setgroups(1, &more) != 0 || setresgid(group, group, group) != 0 ||
		    setresuid(65534, 65534, 65534) != 0)
			_exit(2);
		_exit(reads(path, 100, FILE_SECRET) ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status) == 0;
}

static void a_secret_may_be_read_by_our_groups_only(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip(); /* only root can be somebody else */
	assert_int_equal(chmod(".", 0755), 0);
	folder_write("a", 0440, "x");
	assert_int_equal(chown("a", 0, 4242), 0);
	assert_true(reads("a", 100, FILE_SECRET)); /* root leaves it to the administrator */
	assert_int_equal(chown("a", 65534, 4242), 0);
	assert_true(reads_as_other("a", 4242, 4243));
	assert_true(reads_as_other("a", 4243, 4242));
	assert_false(reads_as_other("a", 4243, 4244));
	assert_int_equal(chown("a", 65534, 0), 0);
	assert_true(reads_as_other("a", 4243, 4244));
}

/* What somebody else may change at any time is not ours to obey or to send. */
static void a_secret_is_root_s_or_our_own(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip(); /* only root can give files away */
	assert_int_equal(chmod(".", 0755), 0);
	folder_write("a", 0600, "x");
	assert_true(reads("a", 100, FILE_SECRET | FILE_OWNED));
	assert_int_equal(chown("a", 12345, 0), 0);
	assert_false(reads("a", 100, FILE_SECRET));
	assert_false(reads("a", 100, FILE_OWNED));
	assert_true(reads("a", 100, 0)); /* a list of targets, say */
	assert_int_equal(chown("a", 65534, 0), 0);
	assert_int_equal(chmod("a", 0440), 0);
	assert_true(reads_as_other("a", 4242, 4243)); /* its own */
	assert_int_equal(chown("a", 0, 4242), 0);
	assert_true(reads_as_other("a", 4242, 4243)); /* root's */
	assert_int_equal(chown("a", 12345, 4242), 0);
	assert_false(reads_as_other("a", 4242, 4243));
}

static void tells_what_is_usable(void **state)
{
	struct errors errors;

	(void)state;
	errors_init(&errors);
	folder_write("a", 0644, "x");
	assert_true(file_usable("a", false, &errors, here));
	assert_false(file_usable("a", true, &errors, here));
	assert_true(file_usable(".", true, &errors, here));
	assert_false(file_usable(".", false, &errors, here));
	assert_false(file_usable("nothing", false, &errors, here));
	folder_write("a", 0666, "x");
	assert_false(file_usable("a", false, &errors, here));
	assert_int_equal(errors.found.total, 4);
	errors_fini(&errors);
}

static void set_time(const char *path, time_t seconds, long nanoseconds)
{
	struct timespec times[2] = { { 1, 0 }, { seconds, nanoseconds } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void each_part_of_a_stamp_counts(void **state)
{
	struct stamp first, now;

	(void)state;
	folder_write("a", 0644, "x");
	set_time("a", 1000, 5);
	assert_true(stamp_of("a", &first));
	assert_true(stamp_same(&first, &first));
	set_time("a", 1000, 6);
	assert_true(stamp_of("a", &now));
	assert_false(stamp_same(&first, &now));
	set_time("a", 1001, 5);
	assert_true(stamp_of("a", &now));
	assert_false(stamp_same(&first, &now));
	folder_write("a", 0644, "xy");
	set_time("a", 1000, 5);
	assert_true(stamp_of("a", &now));
	assert_false(stamp_same(&first, &now));
	assert_true(stamp_same_file(&first, &now));
	folder_write("b", 0644, "x");
	set_time("b", 1000, 5);
	assert_true(stamp_of("b", &now));
	assert_false(stamp_same(&first, &now));
	assert_false(stamp_of("c", &now));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
	const struct CMUnitTest tests[] = {
		TEST(reads_whole_files_up_to_the_cap),
		TEST(what_grows_or_is_not_real_is_refused),
		TEST(follows_links),
		TEST(a_secret_may_be_read_by_our_groups_only),
		TEST(a_secret_is_root_s_or_our_own),
		TEST(tells_what_is_usable),
		TEST(each_part_of_a_stamp_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
