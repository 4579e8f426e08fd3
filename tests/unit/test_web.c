#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "web.h"

#include "folder.h"
#include "listen.h"
#include "running_exporter.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct running x;
static struct web *web;
static struct address at;
static char reply[4 * 1024 * 1024];

static int dial(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, &at.any, address_length(&at)), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* All until the server closes, as text. To HTTP/1.0 the body comes in one run. */
static const char *hear(int fd)
{
	size_t n = 0;
	ssize_t got;

	while ((got = recv(fd, reply + n, sizeof(reply) - 1 - n, 0)) > 0)
		n += (size_t)got;
	assert_int_equal(got, 0);
	assert_true(n + 1 < sizeof(reply));
	reply[n] = '\0';
	close(fd);
	return reply;
}

/* Method and path, with the connection closed behind the answer. */
static const char *ask(const char *what)
{
	int fd = dial();

	say(fd, what);
	say(fd, " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
	return hear(fd);
}

static void begins(const char *text, const char *with)
{
	if (strncmp(text, with, strlen(with)) != 0)
		fail_msg("'%.60s' does not begin with '%s'", text, with);
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in '%.600s'", part, text);
}

static void serves_metrics(void **state)
{
	const char *text;

	(void)state;
	text = ask("GET /metrics");
	begins(text, "HTTP/1.1 200 ");
	has(text, "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
	has(text, "mailvane_probes_total{server=\"mx\",service=\"far\"} 0\n");
	has(text, "mailvane_build_info{version=\"1.2.3\"");
	text = ask("HEAD /metrics");
	begins(text, "HTTP/1.1 200 ");
	has(text, "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
	assert_null(strstr(text, "mailvane_"));
}

/* Larger than any buffer on the way. */
static void a_large_answer_arrives_whole(void **state)
{
	enum { MANY = 3000 };
	static char rows[MANY * 40];
	char line[100];
	const char *text;
	struct buffer csv;
	int fd;

	(void)state;
	buffer_init(&csv, rows, sizeof(rows));
	buffer_text(&csv, "name,host,services,account,labels\n");
	for (unsigned i = 0; i < MANY; i++)
		buffer_format(&csv, "s%u,127.0.0.1,far,,\n", i);
	folder_write("many.csv", 0644, buffer_string(&csv));
	running_configure("target_files = [ \"many.csv\" ];\n");
	exporter_reload(x.exporter, RELOAD_ASKED);
	fd = dial();
	say(fd, "GET /metrics HTTP/1.0\r\n\r\n");
	text = hear(fd);
	has(text, " 200 OK\r\n");
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(line, sizeof(line),
			 "\nmailvane_probe_interval_seconds{server=\"s%u\",service=\"far\"}"
			 " 86400\n",
			 i);
		has(text, line);
	}
	has(text, "\nmailvane_targets 3001\n");
	has(text, "\nprocess_start_time_seconds ");
	has(ask("GET /"), "</html>\n");
}

static void serves_the_page_with_a_strict_policy(void **state)
{
	const char *text = ask("GET /");

	(void)state;
	begins(text, "HTTP/1.1 200 ");
	has(text, "\r\nContent-Type: text/html; charset=utf-8\r\n");
	has(text, "\r\nContent-Security-Policy: default-src 'none'; style-src 'sha256-");
	has(text, "\r\nX-Content-Type-Options: nosniff\r\n");
	has(text, "not probed yet");
	has(text, "</html>\n");
}

static void tells_health_and_readiness(void **state)
{
	const char *text = ask("GET /-/healthy");

	(void)state;
	begins(text, "HTTP/1.1 200 ");
	has(text, "\r\n\r\nhealthy\n");
	text = ask("GET /-/ready");
	begins(text, "HTTP/1.1 503 ");
	has(text, "not ready: 1 targets not probed yet\n");
	running_probed(&x, STATE_CRITICAL);
	begins(ask("GET /-/ready"), "HTTP/1.1 200 ");
	has(ask("GET /?x=y"), "CRITICAL: 1 of 1");
}

static void refuses_the_rest(void **state)
{
	const char *text;

	(void)state;
	begins(ask("GET /metrics/"), "HTTP/1.1 404 ");
	begins(ask("GET /../etc/passwd"), "HTTP/1.1 404 ");
	begins(ask("POST /nothing"), "HTTP/1.1 404 ");
	text = ask("POST /metrics");
	begins(text, "HTTP/1.1 405 ");
	has(text, "\r\nAllow: GET, HEAD\r\n");
	begins(ask("DELETE /"), "HTTP/1.1 405 ");
	begins(ask("PUT /-/healthy"), "HTTP/1.1 405 ");
}

static void a_connection_stays_for_the_next_scrape(void **state)
{
	const char *text, *second;
	int fd = dial();

	(void)state;
	say(fd, "GET /-/healthy HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nbody");
	say(fd, "GET /metrics HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
	text = hear(fd);
	second = strstr(text + 1, "HTTP/1.1 200 ");
	assert_non_null(second);
	assert_null(strstr(second + 1, "HTTP/1.1 "));
	assert_true(strstr(text, "healthy\n") < second);
}

/* Half a request, or an answer that nobody reads, costs others nothing; nor does it keep the
 * server from ending, which the teardown does while they are open. */
static void slow_clients_take_nothing_from_others(void **state)
{
	enum { HALF = 20, MUTE = 20 };
	int fds[HALF + MUTE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = dial();
		say(fds[i],
		    i < HALF ? "GET /metr" : "GET / HTTP/1.1\r\nHost: test\r\n\r\n");
	}
	begins(ask("GET /metrics"), "HTTP/1.1 200 ");
	web_free(web);
	web = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
}

static int start(void **state)
{
	char storage[200], text[LISTEN_TEXT_MAX];
	struct buffer error;
	uint64_t port;
	int fd;

	(void)state;
	running_start(&x);
	buffer_init(&error, storage, sizeof(storage));
	fd = listen_open("127.0.0.1:0", &error);
	if (fd < 0)
		return -1;
	view_number(view_of(strrchr(listen_text(fd, text), ':') + 1), 65535, &port);
	address_parse(view_of("127.0.0.1"), (uint16_t)port, &at);
	web = web_new(fd, x.exporter);
	return web ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	web_free(web);
	running_stop(&x);
	return 0;
}

#define WEB_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WEB_TEST(serves_metrics),
		WEB_TEST(a_large_answer_arrives_whole),
		WEB_TEST(serves_the_page_with_a_strict_policy),
		WEB_TEST(tells_health_and_readiness),
		WEB_TEST(refuses_the_rest),
		WEB_TEST(a_connection_stays_for_the_next_scrape),
		WEB_TEST(slow_clients_take_nothing_from_others),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
