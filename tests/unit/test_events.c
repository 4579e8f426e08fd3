#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "routes.h"
#include "web.h"

#include "events.h"
#include "folder.h"
#include "running_exporter.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct running x;
static struct web *web;
static struct address at;
static struct sockets sockets;
static struct site site;
static char heard[64 * 1024];

static int dial(const char *path)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, &at.any, address_length(&at)), 0);
	assert_true(send(fd, "GET ", 4, MSG_NOSIGNAL) == 4);
	assert_true(send(fd, path, strlen(path), MSG_NOSIGNAL) > 0);
	assert_true(send(fd, " HTTP/1.1\r\nHost: test\r\n\r\n", 25, MSG_NOSIGNAL) == 25);
	return fd;
}

/* Until `word` comes, or the end: true if it came. */
static bool hear(int fd, const char *word)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t n = 0;

	heard[0] = '\0';
	while (!strstr(heard, word) && n + 1 < sizeof(heard) && poll(&p, 1, 20000) > 0) {
		ssize_t got = recv(fd, heard + n, sizeof(heard) - 1 - n, 0);

		if (got <= 0)
			break;
		n += (size_t)got;
		heard[n] = '\0';
	}
	return strstr(heard, word) != NULL;
}

static int listen_to(void)
{
	int fd = dial("/events");

	assert_true(hear(fd, "retry: "));
	return fd;
}

static void a_change_is_told_to_all(void **state)
{
	int first = dial("/events"), second = listen_to();
	struct instant began = { 0 };

	(void)state;
	assert_true(hear(first, "retry: 3000\n\n"));
	assert_true(strncmp(heard, "HTTP/1.1 200 ", 13) == 0);
	assert_non_null(strstr(heard, "\r\nContent-Type: text/event-stream\r\n"));
	for (int i = 0; i < 3; i++) {
		exporter_reload(x.exporter, RELOAD_REQUESTED);
		assert_true(hear(first, "data: new\n\n"));
		assert_true(hear(second, "data: new\n\n"));
		if (i == 0)
			began = instant_now();
	}
	/* Not by the ticks that come anyway. */
	assert_true(span_seconds(span_between(began, instant_now())) < 2 * EVENTS_TICK_S);
	close(first);
	close(second);
}

/* Nobody is told but who listens, and the scraper is answered meanwhile. */
static void others_are_answered(void **state)
{
	int listener = listen_to(), fd = dial("/-/healthy");

	(void)state;
	assert_true(hear(fd, "healthy\n"));
	close(fd);
	fd = dial("/");
	assert_true(hear(fd, "</html>\n"));
	close(fd);
	close(listener);
}

static bool is_let_in(void)
{
	int fd = dial("/events");
	bool in = hear(fd, "retry: ");

	close(fd);
	return in;
}

static void too_many_are_sent_away_until_there_is_room(void **state)
{
	int fds[EVENTS_LISTENERS_MAX], fd;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = listen_to();
	fd = dial("/events");
	assert_true(hear(fd, "instead\n"));
	assert_true(strncmp(heard, "HTTP/1.1 503 ", 13) == 0);
	close(fd);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
	/* A sleeper that has gone is noticed when it is told something. */
	for (int i = 0; i < 10; i++) {
		exporter_reload(x.exporter, RELOAD_REQUESTED);
		sleep(1);
		if (is_let_in())
			return;
	}
	fail_msg("listeners that have gone keep their places");
}

static void the_end_is_the_end_of_all(void **state)
{
	int fds[EVENTS_LISTENERS_MAX / 2];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = i % 2 ? listen_to() : dial("/events");
	web_free(web);
	web = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		assert_false(hear(fds[i], "no such word"));
		close(fds[i]);
	}
}

static int start(void **state)
{
	static const char *const address[] = { "127.0.0.1:0" };
	char storage[200], text[LISTEN_TEXT_MAX];
	struct buffer error;
	uint64_t port;

	(void)state;
	running_start(&x);
	buffer_init(&error, storage, sizeof(storage));
	if (!sockets_open(&sockets, address, 1, &error) ||
	    !site_init(&site, NULL, NULL, NULL, &error))
		return -1;
	view_number(view_of(strrchr(listen_text(sockets.fds[0], text), ':') + 1), 65535,
		    &port);
	address_parse(view_of("127.0.0.1"), (uint16_t)port, &at);
	web = web_new(&sockets, &site, rules_load(NULL, NULL), routes_over(x.store));
	return web ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	web_free(web);
	running_stop(&x);
	return 0;
}

#define EVENTS_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EVENTS_TEST(a_change_is_told_to_all),
		EVENTS_TEST(others_are_answered),
		EVENTS_TEST(too_many_are_sent_away_until_there_is_room),
		EVENTS_TEST(the_end_is_the_end_of_all),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
