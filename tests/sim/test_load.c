/* test_load.c - thousands of connections at once, and what is left when they are gone. */
#include "client.h"
#include "simulator.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { WANTED = 4000, SPARE = 200 };

static int connect_fd(unsigned host, uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK + host) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static int descriptors(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur < WANTED + SPARE ? (int)limit.rlim_cur - SPARE : WANTED;
}

static void many(unsigned threads)
{
	static const char hello[] = "220 mail.demo.test ESMTP mailsim\r\n";
	struct simulator *sim =
	    simulator_start_threads("listen smtp 127.0.0.1-8:0 name=many", threads);
	uint16_t port = simulator_port(sim, "many");
	int count = descriptors(), *fds = malloc((size_t)count * sizeof(*fds));
	char heard[64];

	for (int i = 0; i < count; i++)
		fds[i] = connect_fd((unsigned)i % 8, port);
	for (int i = 0; i < count; i++)
		assert_int_equal(recv(fds[i], heard, sizeof(heard), 0), sizeof(hello) - 1);
	assert_int_equal(simulator_count(sim, "many", "now"), count);
	for (int i = 0; i < count; i++)
		assert_int_equal(send(fds[i], "QUIT\r\n", 6, 0), 6);
	for (int i = 0; i < count; i++) {
		assert_int_equal(recv(fds[i], heard, sizeof(heard), 0), 15);
		assert_int_equal(recv(fds[i], heard, sizeof(heard), 0), 0);
		close(fds[i]);
	}
	free(fds);
	for (int i = 0; i < 1000 && simulator_count(sim, "many", "now") != 0; i++)
		;
	assert_int_equal(simulator_count(sim, "many", "now"), 0);
	assert_int_equal(simulator_count(sim, "many", "peak"), count);
	assert_int_equal(simulator_count(sim, "many", "goodbyes"), count);
	assert_int_equal(simulator_count(sim, "many", "rude"), 0);
	assert_int_equal(simulator_stop(sim), 0);
}

static void test_many(void **state)
{
	(void)state;
	many(1);
}

static void test_threads(void **state)
{
	(void)state;
	many(3);
}

/* Ended in the midst of handshakes, pauses and output without end. */
static void test_stop_busy(void **state)
{
	static const char *const names[] = { "plain", "tls", "slow", "endless", "mute" };
	struct simulator *sim =
	    simulator_start("listen smtp 127.0.0.1:0 name=plain\n"
			    "listen smtp 127.0.0.1:0 name=tls tls=implicit\n"
			    "listen smtp 127.0.0.1:0 name=slow fault=delay:60000\n"
			    "listen smtp 127.0.0.1:0 name=endless fault=endless-line\n"
			    "listen smtp 127.0.0.1:0 name=mute fault=silence\n");
	struct client *clients[5];

	(void)state;
	for (size_t i = 0; i < 5; i++)
		clients[i] = client_connect("127.0.0.1", simulator_port(sim, names[i]));
	client_say(clients[1], "\x16\x03\x01");
	for (size_t i = 0; i < 5; i++)
		assert_true(simulator_reached(sim, names[i], "connections", 1));
	assert_int_equal(simulator_stop(sim), 0);
	for (size_t i = 0; i < 5; i++)
		client_close(clients[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_stop_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
