#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "listen.h"

#include <string.h>
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listens_where_it_is_told),
		cmocka_unit_test(an_empty_host_is_every_address),
		cmocka_unit_test(says_what_is_wrong_with_an_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
