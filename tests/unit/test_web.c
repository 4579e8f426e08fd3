#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "routes.h"
#include "web.h"

#include "client_table.h"
#include "folder.h"
#include "running_exporter.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct running x;
static struct web *web;
static struct address at;
static struct sockets sockets;
static struct site site;
static const char *web_config;
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

/* What there is before the connection ends, however it ends. */
static void hear_what_comes(int fd)
{
	size_t n = 0;
	ssize_t got;

	while ((got = recv(fd, reply + n, sizeof(reply) - 1 - n, 0)) > 0)
		n += (size_t)got;
	reply[n] = '\0';
	close(fd);
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

static const char *ask_with(const char *what, const char *headers)
{
	int fd = dial();

	say(fd, what);
	say(fd, " HTTP/1.0\r\n");
	say(fd, headers);
	say(fd, "\r\n");
	return hear(fd);
}

#define OPENMETRICS "application/openmetrics-text; version=1.0.0; charset=utf-8"

static void metrics_are_negotiated(void **state)
{
	const char *text =
	    ask_with("GET /metrics", "Accept: application/openmetrics-text;version=1.0.0,"
				     "text/plain;version=0.0.4;q=0.5\r\n"
				     "Accept-Encoding: identity\r\n");

	(void)state;
	has(text, "\r\nContent-Type: " OPENMETRICS "\r\n");
	has(text, "\r\nVary: Accept, Accept-Encoding\r\n");
	has(text, "\n# TYPE mailvane_probes counter\n");
	has(text, "\n# EOF\n");
	/* In two parts, as one. */
	text = ask_with("GET /metrics", "Accept: text/plain;q=0.5\r\n"
					"Accept: application/openmetrics-text;q=0.6\r\n");
	has(text, "\r\nContent-Type: " OPENMETRICS "\r\n");
	text = ask_with("HEAD /metrics", "Accept: application/openmetrics-text\r\n"
					 "Accept-Encoding: gzip\r\n");
	begins(text, "HTTP/1.");
	has(text, "\r\nContent-Type: " OPENMETRICS "\r\n");
	has(text, "\r\nContent-Encoding: gzip\r\n");
	assert_string_equal(strstr(text, "\r\n\r\n"), "\r\n\r\n");
	text = ask_with("GET /metrics", "Accept-Encoding: gzip\r\n");
	has(text, "\r\nContent-Encoding: gzip\r\n");
	assert_memory_equal(strstr(text, "\r\n\r\n") + 4, "\x1f\x8b\x08", 3);
	text = ask_with("GET /metrics", "Accept-Encoding: gzip;q=0\r\n");
	assert_null(strstr(text, "Content-Encoding"));
	has(text, "\nmailvane_targets 1\n");
	text = ask_with("GET /metrics", "Accept-Encoding: identity;q=0\r\n");
	has(text, " 406 ");
	has(text, "\r\nVary: Accept, Accept-Encoding\r\n");
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
	exporter_reload(x.exporter, RELOAD_REQUESTED);
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
	/* The series of targets that are gone go at once. */
	running_configure("");
	exporter_reload(x.exporter, RELOAD_REQUESTED);
	text = ask("GET /metrics");
	has(text, "\nmailvane_targets 1\n");
	assert_null(strstr(text, "server=\"s1\""));
}

static void serves_the_page_with_a_strict_policy(void **state)
{
	const char *text = ask("GET /");

	(void)state;
	begins(text, "HTTP/1.1 200 ");
	has(text, "\r\nContent-Type: text/html; charset=utf-8\r\n");
	has(text, "\r\nContent-Security-Policy: default-src 'none'; style-src 'sha256-");
	has(text, "\r\nX-Content-Type-Options: nosniff\r\n");
	has(text, "'; script-src 'sha256-");
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
	has(ask("GET /?x=y"), "<title>1 CRITICAL");
	begins(ask("GET /target?server=mx&service=far"), "HTTP/1.1 200 ");
	text = ask("GET /target?server=mx");
	begins(text, "HTTP/1.1 404 ");
	has(text, "No such target");
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

static size_t answers_in(const char *text)
{
	size_t n = 0;

	for (; (text = strstr(text, "HTTP/1.1 ")); text++)
		n++;
	return n;
}

static void requests_in_one_write_are_answered_in_order(void **state)
{
	const char *text;
	int fd = dial();

	(void)state;
	say(fd, "GET /-/healthy HTTP/1.1\r\nHost: test\r\n\r\n"
		"GET /nothing HTTP/1.1\r\nHost: test\r\n\r\n"
		"HEAD / HTTP/1.1\r\nHost: test\r\n\r\n"
		"GET /-/ready HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
	text = hear(fd);
	assert_int_equal(answers_in(text), 4);
	begins(text, "HTTP/1.1 200 ");
	assert_true(strstr(text, "healthy\n") < strstr(text, "HTTP/1.1 404 "));
	assert_true(strstr(text, "HTTP/1.1 404 ") < strstr(text, "HTTP/1.1 503 "));
}

/* However they come: what is too large is refused, and the connection closed. */
static void refuses_what_is_too_large(void **state)
{
	static char large[2 * WEB_BODY_MAX];
	int fd = dial();

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	say(fd, "GET /");
	send(fd, large, sizeof(large) - 1, MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	hear_what_comes(fd);
	if (*reply)
		begins(reply, "HTTP/1.1 414 ");

	fd = dial();
	say(fd, "GET / HTTP/1.1\r\nHost: test\r\nX: ");
	send(fd, large, sizeof(large) - 1, MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	hear_what_comes(fd);
	if (*reply)
		begins(reply, "HTTP/1.1 431 ");

	fd = dial();
	say(fd, "GET /-/healthy HTTP/1.1\r\nHost: test\r\nContent-Length: 70000\r\n\r\n");
	begins(hear(fd), "HTTP/1.1 413 ");

	fd = dial();
	say(fd, "GET /-/healthy HTTP/1.1\r\nHost: test\r\n"
		"Transfer-Encoding: chunked\r\n\r\n1ffff\r\n");
	send(fd, large, sizeof(large) - 1, MSG_NOSIGNAL);
	send(fd, "\r\n0\r\n\r\n", 7, MSG_NOSIGNAL);
	hear_what_comes(fd);
	assert_null(strstr(reply, "200 OK"));
	begins(ask("GET /-/healthy"), "HTTP/1.1 200 ");
}

/* Readers that do not read an answer larger than the buffers on the way: of those from one
 * address only so many are begun, and the others are when one is gone. */
static void few_large_answers_are_made_at_once(void **state)
{
	enum { MANY = 40000, READERS = CLIENT_LARGE_LOCAL + 4, SMALL = 4096 };
	static char rows[MANY * 40];
	struct pollfd fds[READERS];
	struct buffer csv;
	int small = SMALL;

	(void)state;
	buffer_init(&csv, rows, sizeof(rows));
	buffer_text(&csv, "name,host,services,account,labels\n");
	for (unsigned i = 0; i < MANY; i++)
		buffer_format(&csv, "s%u,127.0.0.1,far,,\n", i);
	folder_write("many.csv", 0644, buffer_string(&csv));
	running_configure("target_files = [ \"many.csv\" ];\n");
	exporter_reload(x.exporter, RELOAD_REQUESTED);
	for (size_t i = 0; i < READERS; i++) {
		fds[i] = (struct pollfd){ .fd = dial(), .events = POLLIN };
		setsockopt(fds[i].fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
		say(fds[i].fd, "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n");
		if (i < CLIENT_LARGE_LOCAL)
			assert_int_equal(poll(&fds[i], 1, -1), 1);
	}
	begins(ask("GET /-/healthy"), "HTTP/1.1 200 ");
	begins(ask("GET /api/v1/verdict?server=nobody"), "HTTP/1.1 404 ");
	assert_int_equal(poll(fds + CLIENT_LARGE_LOCAL, READERS - CLIENT_LARGE_LOCAL, 200),
			 0);
	for (size_t i = 0; i < READERS - CLIENT_LARGE_LOCAL; i++)
		close(fds[i].fd);
	for (size_t i = CLIENT_LARGE_LOCAL; i < READERS; i++)
		assert_int_equal(poll(&fds[i], 1, -1), 1);
	/* Those that still wait do not keep the server from ending. */
	for (size_t i = 0; i < READERS - CLIENT_LARGE_LOCAL; i++) {
		fds[i].fd = dial();
		say(fds[i].fd, "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n");
	}
	begins(ask("GET /-/healthy"), "HTTP/1.1 200 ");
	web_free(web);
	web = NULL;
	for (size_t i = 0; i < READERS; i++)
		close(fds[i].fd);
}

/* "alice:U*U" and "alice:wrong". */
#define RIGHT " HTTP/1.0\r\nAuthorization: Basic YWxpY2U6VSpV\r\n\r\n"
#define WRONG " HTTP/1.0\r\nAuthorization: Basic YWxpY2U6d3Jvbmc=\r\n\r\n"

static const char *ask_as(const char *what, const char *login)
{
	int fd = dial();

	say(fd, what);
	say(fd, login);
	return hear(fd);
}

static void asks_for_a_login_and_dresses_answers(void **state)
{
	const char *text = ask("GET /metrics");

	(void)state;
	begins(text, "HTTP/1.1 401 ");
	has(text, "\r\nWWW-Authenticate: Basic realm=\"mailvane\", charset=\"UTF-8\"\r\n");
	has(text, "\r\nX-Frame-Options: sameorigin\r\n");
	assert_null(strstr(text, "mailvane_"));
	begins(ask_as("GET /metrics", WRONG), "HTTP/1.1 401 ");
	begins(ask("GET /nothing"), "HTTP/1.1 401 ");
	begins(ask("GET /-/healthy"), "HTTP/1.1 401 ");
	has(ask_as("GET /metrics", RIGHT), "mailvane_build_info{");
	text = ask_as("GET /", RIGHT);
	has(text, "\r\nX-Frame-Options: sameorigin\r\n");
	assert_null(strstr(text, "DENY"));
	begins(ask_as("GET /nothing", RIGHT), "HTTP/1.1 404 ");
	begins(ask_as("DELETE /", RIGHT), "HTTP/1.1 405 ");
}

static void other_rules_hold_at_once(void **state)
{
	struct errors errors;
	struct rules *rules;

	(void)state;
	begins(ask("GET /-/healthy"), "HTTP/1.1 401 ");
	assert_false(web_rules_changed(web));
	folder_write("web.yml", 0644, "rate_limit:\n  interval: 1h\n  burst: 2\n");
	assert_true(web_rules_changed(web));
	errors_init(&errors);
	rules = rules_load(web_config, &errors);
	assert_non_null(rules);
	assert_true(web_change(web, rules));
	assert_false(web_rules_changed(web));
	begins(ask("GET /-/healthy"), "HTTP/1.1 200 ");
	begins(ask("GET /-/healthy"), "HTTP/1.1 200 ");
	has(ask("GET /-/healthy"), "\r\nRetry-After: 1\r\n");
}

static void everything_is_behind_the_prefix(void **state)
{
	const char *text;

	(void)state;
	begins(ask("GET /mail/vane/-/healthy"), "HTTP/1.1 200 ");
	has(ask("GET /mail/vane/"), "</html>");
	has(ask("GET /mail/vane/numbers"), "mailvane_build_info{");
	text = ask("GET /metrics");
	begins(text, "HTTP/1.1 404 ");
	has(text, "see /mail/vane/ or /mail/vane/numbers\n");
	begins(ask("GET /mail/vane/metrics"), "HTTP/1.1 404 ");
	begins(ask("GET /mail/vanes/"), "HTTP/1.1 404 ");
	text = ask("GET /");
	begins(text, "HTTP/1.1 302 ");
	has(text, "\r\nLocation: https://monitor.example.com/mail/vane/\r\n");
	has(ask("HEAD /mail/vane"),
	    "\r\nLocation: https://monitor.example.com/mail/vane/\r\n");
	begins(ask("POST /"), "HTTP/1.1 404 ");
}

/* More than may be connected from one address, with half a request, none, or an answer that
 * nobody reads: others are answered at once, in the same time as before. Nor do they keep the
 * server from ending. */
static void greedy_clients_take_nothing_from_others(void **state)
{
	enum { MANY = 3 * CLIENTS_PER_NAME };
	static const char *const words[] = { "GET /metr", "",
					     "GET / HTTP/1.1\r\nHost: test\r\n\r\n" };
	int fds[MANY];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = dial();
		say(fds[i], words[i % ARRAY_SIZE(words)]);
		if (i % 50 == 49)
			begins(ask("GET /metrics"), "HTTP/1.1 200 ");
	}
	begins(ask("GET /metrics"), "HTTP/1.1 200 ");
	web_free(web);
	web = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
}

static int start_at(const char *external_url, const char *prefix, const char *metrics)
{
	static const char *const address[] = { "127.0.0.1:0" };
	char storage[200], text[LISTEN_TEXT_MAX];
	struct errors errors;
	struct rules *rules;
	struct buffer error;
	uint64_t port;

	running_start(&x);
	errors_init(&errors);
	folder_write("web.yml", 0644,
		     "http_server_config:\n  headers:\n    X-Frame-Options: sameorigin\n"
		     "basic_auth_users:\n  alice: "
		     "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n");
	rules = rules_load(web_config, &errors);
	if (!rules)
		return -1;
	buffer_init(&error, storage, sizeof(storage));
	if (!sockets_open(&sockets, address, 1, &error) ||
	    !site_init(&site, external_url, prefix, metrics, &error))
		return -1;
	view_number(view_of(strrchr(listen_text(sockets.fds[0], text), ':') + 1), 65535,
		    &port);
	address_parse(view_of("127.0.0.1"), (uint16_t)port, &at);
	web = web_new(&sockets, &site, rules, routes_over(x.store));
	errors_fini(&errors);
	return web ? 0 : -1;
}

static int start(void **state)
{
	(void)state;
	return start_at(NULL, NULL, NULL);
}

static int start_with_users(void **state)
{
	(void)state;
	web_config = "web.yml";
	return start_at(NULL, NULL, NULL);
}

static int start_behind_a_proxy(void **state)
{
	(void)state;
	return start_at("https://monitor.example.com/mail/vane", NULL, "/numbers");
}

static int stop(void **state)
{
	(void)state;
	web_config = NULL;
	web_free(web);
	running_stop(&x);
	return 0;
}

#define WEB_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WEB_TEST(serves_metrics),
		WEB_TEST(metrics_are_negotiated),
		WEB_TEST(a_large_answer_arrives_whole),
		WEB_TEST(serves_the_page_with_a_strict_policy),
		WEB_TEST(tells_health_and_readiness),
		WEB_TEST(refuses_the_rest),
		WEB_TEST(a_connection_stays_for_the_next_scrape),
		WEB_TEST(requests_in_one_write_are_answered_in_order),
		WEB_TEST(refuses_what_is_too_large),
		WEB_TEST(few_large_answers_are_made_at_once),
		WEB_TEST(greedy_clients_take_nothing_from_others),
		cmocka_unit_test_setup_teardown(asks_for_a_login_and_dresses_answers,
						start_with_users, stop),
		cmocka_unit_test_setup_teardown(other_rules_hold_at_once, start_with_users,
						stop),
		cmocka_unit_test_setup_teardown(everything_is_behind_the_prefix,
						start_behind_a_proxy, stop),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
