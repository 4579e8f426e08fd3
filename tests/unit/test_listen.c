#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "folder.h"
#include "listen.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char storage[512];
static struct buffer error;

static int open_at(const char *address)
{
	buffer_init(&error, storage, sizeof(storage));
	return listen_open(address, &error);
}

static void refuses(const char *address, const char *why)
{
	assert_int_equal(open_at(address), -1);
	if (!strstr(buffer_string(&error), why))
		fail_msg("'%s' does not say '%s'", error.p, why);
}

static void listens_where_it_is_told(void **state)
{
	char text[LISTEN_TEXT_MAX], again[LISTEN_TEXT_MAX];
	int fd = open_at("127.0.0.1:0"), second;

	(void)state;
	assert_true(fd >= 0);
	assert_memory_equal(listen_text(fd, text), "127.0.0.1:", 10);
	assert_string_not_equal(text, "127.0.0.1:0");

	second = open_at(text);
	assert_int_equal(second, -1);
	assert_non_null(
	    strstr(buffer_string(&error), "in use; another program has this port"));
	close(fd);
	second = open_at(text);
	assert_true(second >= 0);
	assert_string_equal(listen_text(second, again), text);
	close(second);
}

static void an_empty_host_is_every_address(void **state)
{
	char text[LISTEN_TEXT_MAX];
	int fd = open_at(":0");

	(void)state;
	assert_true(fd >= 0);
	listen_text(fd, text);
	assert_true(strncmp(text, "[::]:", 5) == 0 || strncmp(text, "0.0.0.0:", 8) == 0);
	close(fd);
}

static void says_what_is_wrong_with_an_address(void **state)
{
	(void)state;
	refuses("19025", "ends in a port");
	refuses("localhost", "ends in a port");
	refuses("127.0.0.1:", "ends in a port");
	refuses("127.0.0.1:http", "ends in a port");
	refuses("127.0.0.1:65536", "ends in a port");
	refuses("::1:19025", "stands in brackets");
	refuses("192.0.2.1:0", "not an address of this machine");
	refuses("256.1.2.3.4:0", "listen address '256.1.2.3.4:0': ");
}

static void a_unix_socket_is_for_owner_and_group(void **state)
{
	char text[LISTEN_TEXT_MAX];
	struct stat facts;
	mode_t mask = umask(0);
	int fd = open_at("unix:here.sock");

	(void)state;
	umask(mask);
	assert_true(fd >= 0);
	assert_string_equal(listen_text(fd, text), "unix:here.sock");
	assert_int_equal(lstat("here.sock", &facts), 0);
	assert_true(S_ISSOCK(facts.st_mode));
	assert_int_equal(facts.st_mode & 0777, 0660);
	refuses("unix:here.sock", "something else has this path");
	listen_unlink(fd);
	close(fd);
	assert_int_equal(lstat("here.sock", &facts), -1);
}

static void only_a_socket_nobody_listens_on_is_replaced(void **state)
{
	int left = open_at("unix:left.sock"), fd;
	struct stat facts;

	(void)state;
	assert_true(left >= 0);
	close(left); /* as after a crash: the path stays */
	fd = open_at("unix:left.sock");
	assert_true(fd >= 0);
	listen_unlink(fd);
	close(fd);

	folder_write("file", 0644, "mine");
	refuses("unix:file", "something else has this path");
	assert_int_equal(symlink("file", "link"), 0);
	refuses("unix:link", "something else has this path");
	assert_int_equal(lstat("file", &facts), 0);
	assert_int_equal(facts.st_size, 4);
	refuses("unix:nowhere/x.sock", "No such file or directory");
	refuses("unix:", "a path of 1 to 107 characters");
	refuses(
	    "unix:/0123456789012345678901234567890123456789012345678901234567890123456789"
	    "0123456789012345678901234567890123456789",
	    "a path of 1 to 107 characters");
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listens_where_it_is_told),
		cmocka_unit_test(an_empty_host_is_every_address),
		cmocka_unit_test(says_what_is_wrong_with_an_address),
		cmocka_unit_test_setup_teardown(a_unix_socket_is_for_owner_and_group, enter,
						leave),
		cmocka_unit_test_setup_teardown(only_a_socket_nobody_listens_on_is_replaced,
						enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
