#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "folder.h"
#include "routes.h"
#include "running_exporter.h"
#include "web_state.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

/* What one request gets, byte for byte: methods, HEAD, targets, origins, bodies. The test is the
 * web thread. */

static struct running x;
static struct web *web;
static struct site site;
static char heard[4 * 1024 * 1024];

/* --- a connection ------------------------------------------------------------------------------- */

static int dial(void)
{
	const struct sockaddr_un nameless = { .sun_family = AF_UNIX };
	int ends[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
	connection_add(web, ends[0], (const struct sockaddr *)&nameless, sizeof(nameless));
	return ends[1];
}

/* All that comes, until nothing does for a few turns. */
static const char *hear(int fd)
{
	size_t n = 0;
	ssize_t got;

	for (int quiet = 0; quiet < 5; quiet++) {
		web_run_once(web, 0);
		while ((got = recv(fd, heard + n, sizeof(heard) - 1 - n, 0)) > 0) {
			n += (size_t)got;
			quiet = 0;
		}
	}
	heard[n] = '\0';
	return heard;
}

static const char *say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	return hear(fd);
}

/* The answer on a connection of its own. */
static const char *ask(const char *text)
{
	int fd = dial();

	say(fd, text);
	close(fd);
	web_run_once(web, 0);
	web_run_once(web, 0);
	assert_int_equal(web->clients.n, 0);
	return heard;
}

static unsigned status_of(const char *answer)
{
	if (strncmp(answer, "HTTP/1.1 ", 9) != 0)
		fail_msg("no answer: '%.80s'", answer);
	return (unsigned)strtoul(answer + 9, NULL, 10);
}

static void gets(const char *request, unsigned status)
{
	unsigned got = status_of(ask(request));

	if (got != status)
		fail_msg("%u and not %u to: %.80s", got, status, request);
}

static void has(const char *part)
{
	if (!strstr(heard, part))
		fail_msg("'%s' is not in '%.600s'", part, heard);
}

#define REQUEST(start) start " HTTP/1.1\r\nHost: exporter:19025\r\n"
#define HEALTHY        REQUEST("GET /-/healthy") "\r\n"

/* --- HEAD ----------------------------------------------------------------------------------------- */

/* Nothing stands behind the headers but the answer to the next request, if the connection is
 * kept. */
static void head_on(const char *path, const char *version, const char *header)
{
	char request[300];
	const char *rest;
	bool closes;
	int fd = dial();

	snprintf(request, sizeof(request), "HEAD %s HTTP/%s\r\nHost: x\r\n%s\r\n", path,
		 version, header);
	status_of(say(fd, request));
	rest = strstr(heard, "\r\n\r\n");
	if (!rest || strcmp(rest, "\r\n\r\n") != 0)
		fail_msg("HEAD %s HTTP/%s has a body: %s", path, version, heard);
	closes = strstr(heard, "\r\nConnection: close\r\n") != NULL;
	if (!closes) {
		say(fd, HEALTHY);
		if (status_of(heard) != 200 || !strstr(heard, "\r\n\r\nhealthy\n"))
			fail_msg("behind HEAD %s: %s", path, heard);
	} else if (strcmp(version, "1.1") == 0 && strcmp(path, "/events") != 0) {
		fail_msg("HEAD %s closes the connection: %s", path, heard);
	}
	close(fd);
}

static void head_has_no_body_on_any_path(void **state)
{
	(void)state;
	for (size_t i = 0; i < routes.count; i++) {
		const struct path *path = &routes.list[i];
		const char *at = path->path ? path->path : site.metrics;

		head_on(at, "1.1", "");
		head_on(at, "1.1", "Accept-Encoding: gzip\r\n");
		head_on(at, "1.0", "");
		head_on(at, "1.0", "Connection: keep-alive\r\n");
	}
	head_on("/nothing", "1.1", "");
	head_on("/target?server=mx&service=far", "1.1", "");
	head_on("/api/v1/verdict?server=mx", "1.1", "");
}

/* An answer that is not counted is told to end with the connection. */
static void head_of_a_very_large_answer(void **state)
{
	enum { MANY = 10000 };
	static char rows[MANY * 40];
	struct buffer csv;

	(void)state;
	buffer_init(&csv, rows, sizeof(rows));
	buffer_text(&csv, "name,host,services,account,labels\n");
	for (unsigned i = 0; i < MANY; i++)
		buffer_format(&csv, "s%u,127.0.0.1,far,,\n", i);
	folder_write("many.csv", 0644, buffer_string(&csv));
	running_configure("target_files = [ \"many.csv\" ];\n");
	exporter_reload(x.exporter, RELOAD_REQUESTED);
	gets(REQUEST("HEAD /metrics") "\r\n", 200);
	has("\r\nConnection: close\r\n");
	assert_null(strstr(heard, "Content-Length"));
	assert_string_equal(strstr(heard, "\r\n\r\n"), "\r\n\r\n");
}

static void head_says_how_long_get_is(void **state)
{
	unsigned long length;
	const char *found;

	(void)state;
	ask(REQUEST("HEAD /config") "\r\n");
	found = strstr(heard, "\r\nContent-Length: ");
	assert_non_null(found);
	length = strtoul(found + 18, NULL, 10);
	ask("GET /config HTTP/1.0\r\n\r\n");
	assert_int_equal(strlen(strstr(heard, "\r\n\r\n") + 4), length);
}

/* --- targets ---------------------------------------------------------------------------------------- */

static void bad_targets_are_no_other_path(void **state)
{
	static const char *const bad[] = {
		"/metrics%00",
		"/metrics%00x",
		"/%00",
		"/-/healthy%0a",
		"/metrics%7F",
		"/metrics%1b[",
		"/metrics%",
		"/metrics%4",
		"/metrics%zz",
		"/metrics%4g",
		"/metrics?a=%00",
		"/metrics?%0d%0a=1",
		"/target?server=mx%00&service=far",
		"/metrics?a=%",
		"/metrics?a=%f",
		"/metrics\001",
		"/metrics?\177",
		"/api/v1/verdict?server=mx%00",
	};
	static const char *const good[] = {
		"/metrics?a=%c3%a9",
		"/%6detrics",
		"/-/healthy?%41=%42+c",
		"/-/healthy?",
	};
	char request[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n",
			 bad[i]);
		gets(request, 400);
		has("control character");
	}
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n",
			 good[i]);
		gets(request, 200);
	}
	gets(REQUEST("GET /metrics/../-/healthy") "\r\n", 404);
	gets(REQUEST("GET //metrics") "\r\n", 404);
	gets(REQUEST("GET metrics") "\r\n", 404);
}

/* A NUL byte stands for '~'. */
static void sent_with_nul(int fd, const char *text)
{
	char raw[400];
	size_t n = strlen(text);

	assert_true(n < sizeof(raw));
	for (size_t i = 0; i < n; i++)
		raw[i] = text[i] == '~' ? '\0' : text[i];
	assert_int_equal(send(fd, raw, n, MSG_NOSIGNAL), n);
}

/* Whoever else reads the request would see another one. */
static void heads_that_can_be_read_in_two_ways_are_refused(void **state)
{
	static const char *const bad[] = {
		"GET /metrics~x HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /metrics~ HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET~ /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET~X /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
		REQUEST("GET /metrics") "A: b~c\r\n\r\n",
		"GET /metrics HTTP/1.1\r\nHost: x~y\r\n\r\n",
		REQUEST("GET /metrics") "Authorization: Basic ~YTpi\r\n\r\n",
		REQUEST("POST /metrics") "Content-Length: 5~9\r\n\r\nhello",
		REQUEST("POST /metrics") "Transfer-Encoding: chunked~\r\n\r\n0\r\n\r\n",
		REQUEST("GET /metrics") "Host: y\r\n\r\n",
		REQUEST("GET /metrics") "Authorization: a\r\nAuthorization: b\r\n\r\n",
		REQUEST("POST /-/reload") "Origin: http://exporter:19025\r\n"
					  "origin: http://evil.example\r\n\r\n",
		REQUEST(
		    "POST /metrics") "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
		REQUEST("POST /metrics") "Content-Length: 5\r\nTransfer-Encoding: "
					 "chunked\r\n\r\n0\r\n\r\n",
		REQUEST(
		    "POST /metrics") "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		REQUEST("POST /metrics") "Transfer-Encoding: identity\r\n\r\nhello",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		int fd = dial();

		sent_with_nul(fd, bad[i]);
		if (status_of(hear(fd)) != 400)
			fail_msg("%.12s to: %s", heard, bad[i]);
		has("\r\nConnection: close\r\n");
		web_run_once(web, 0);
		assert_int_equal(web->clients.n, 0);
		close(fd);
	}
}

/* As a proxy is asked. */
static void the_absolute_form_names_the_same_path(void **state)
{
	(void)state;
	gets(REQUEST("GET http://exporter:19025/metrics") "\r\n", 200);
	gets(REQUEST("GET HTTPS://other/-/healthy?a=b") "\r\n", 200);
	gets(REQUEST("GET http://other") "\r\n", 200);
	gets(REQUEST("GET http:/metrics") "\r\n", 404);
	gets(REQUEST("GET ftp://exporter/metrics") "\r\n", 404);
}

/* --- methods ---------------------------------------------------------------------------------------- */

static void odd_methods_are_refused(void **state)
{
	static const char *const known[] = { "OPTIONS", "TRACE", "DELETE",
					     "PATCH",   "PUT",   "POST" };
	static const char *const unknown[] = { "CONNECT", "PROPFIND", "get", "Get",
					       "GETT",    "G",        "PRI" };
	char request[200], *longest;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		snprintf(request, sizeof(request),
			 "%s /metrics HTTP/1.1\r\nHost: x\r\n\r\n", known[i]);
		gets(request, 405);
		has("\r\nAllow: GET, HEAD\r\n");
		snprintf(request, sizeof(request),
			 "%s /nothing HTTP/1.1\r\nHost: x\r\n\r\n", known[i]);
		gets(request, 404);
	}
	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++) {
		snprintf(request, sizeof(request),
			 "%s /metrics HTTP/1.1\r\nHost: x\r\n\r\n", unknown[i]);
		gets(request, 501);
	}
	gets(REQUEST("OPTIONS *") "\r\n", 404);
	gets(REQUEST("CONNECT mx:25") "\r\n", 501);
	gets(REQUEST("DELETE /-/reload") "\r\n", 405);
	has("\r\nAllow: POST, PUT\r\n");
	longest = calloc(1, 9000);
	memset(longest, 'A', 8000);
	strcat(longest, " /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
	gets(longest, 501);
	free(longest);
}

/* The body is read, and the next request answered on the same connection. */
static void a_body_of_a_refused_request_is_read(void **state)
{
	static const char *const requests[] = {
		REQUEST("POST /metrics") "Content-Length: 5\r\n\r\nhello",
		REQUEST("POST /nothing") "Transfer-Encoding: "
					 "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
		REQUEST("PROPFIND /") "Content-Length: 5\r\n\r\nhello",
		REQUEST("GET /nothing") "Content-Length: 5\r\n\r\nhello",
		REQUEST("GET /metrics%00") "Content-Length: 5\r\n\r\nhello",
	};
	static const unsigned statuses[] = { 405, 404, 501, 404, 400 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		int fd = dial();

		assert_int_equal(status_of(say(fd, requests[i])), statuses[i]);
		assert_int_equal(status_of(say(fd, HEALTHY)), 200);
		assert_non_null(strstr(heard, "\r\n\r\nhealthy\n"));
		close(fd);
	}
}

/* --- origins ---------------------------------------------------------------------------------------- */

/* Whether the main thread is asked to reload; the request is then cut. */
static bool reloads_at(const char *host, const char *method, const char *headers)
{
	char request[500];
	bool asked;
	int fd = dial();

	snprintf(request, sizeof(request), "%s /-/reload HTTP/1.1\r\nHost: %s\r\n%s\r\n",
		 method, host, headers);
	say(fd, request);
	asked = reload_queue_waits(&x.store->reload_queue);
	if (asked) {
		assert_string_equal(heard, "");
		exporter_reload(x.exporter, RELOAD_REQUESTED);
		assert_int_equal(status_of(hear(fd)), 200);
	} else {
		assert_int_equal(status_of(heard), 403);
		has("--web.external-url");
	}
	close(fd);
	return asked;
}

static bool reloads(const char *method, const char *headers)
{
	return reloads_at("127.0.0.1:19025", method, headers);
}

/* DNS rebinding: the attacker's name leads here, so Origin and Host agree. */
static void a_name_that_anybody_may_own_is_not_ours(void **state)
{
	(void)state;
	site.lifecycle = true;
	assert_false(reloads_at("evil.example:9925", "POST",
				"Origin: http://evil.example:9925\r\n"));
	assert_false(reloads_at("evil.example:9925", "POST",
				"Origin: http://evil.example:9925\r\n"
				"Sec-Fetch-Site: same-origin\r\n"));
	assert_false(reloads_at("evil.example", "POST", "Sec-Fetch-Site: same-origin\r\n"));
	assert_false(reloads_at("127.0.0.1.evil.example", "POST",
				"Origin: http://127.0.0.1.evil.example\r\n"));
	assert_true(reloads_at("[::1]:9925", "POST", "Origin: http://[::1]:9925\r\n"));
	assert_true(reloads_at("LOCALHOST", "POST", "Origin: http://localhost\r\n"));
	assert_true(reloads_at("evil.example", "POST", ""));
}

static void another_sites_page_changes_nothing(void **state)
{
	(void)state;
	site.lifecycle = true;
	for (int i = 0; i < 2; i++) {
		const char *method = i == 0 ? "POST" : "PUT";

		assert_true(reloads(method, ""));
		assert_true(reloads(method, "Origin: http://127.0.0.1:19025\r\n"));
		assert_true(reloads(method, "Sec-Fetch-Site: same-origin\r\n"));
		assert_true(reloads(method, "Sec-Fetch-Site: none\r\n"));
		/* A name may be anybody's: only --web.external-url says which one is ours. */
		assert_false(reloads(method, "Sec-Fetch-Site: same-origin\r\n"
					     "Origin: https://monitor.example.com\r\n"));
		assert_false(reloads(method, "Origin: http://evil.example\r\n"));
		assert_false(reloads(method, "Origin: http://127.0.0.1:19026\r\n"));
		assert_false(reloads(method, "Origin: http://127.0.0.1:19025.evil\r\n"));
		assert_false(reloads(method, "Origin: null\r\n"));
		assert_false(reloads(method, "Origin: \r\n"));
		assert_false(reloads(method, "Sec-Fetch-Site: cross-site\r\n"));
		assert_false(reloads(method, "Sec-Fetch-Site: same-site\r\n"
					     "Origin: http://127.0.0.1:19025\r\n"));
	}
	/* What only reads may be linked to. */
	gets(REQUEST("GET /") "Origin: http://evil.example\r\nSec-Fetch-Site: "
			      "cross-site\r\n\r\n",
	     200);
}

static void the_external_url_is_ours_too(void **state)
{
	char storage[200];
	struct buffer error;

	(void)state;
	buffer_init(&error, storage, sizeof(storage));
	site_init(&site, "https://monitor.example.com/x", "/", NULL, &error);
	site.lifecycle = true;
	assert_true(reloads("POST", "Origin: https://monitor.example.com\r\n"));
	assert_false(reloads("POST", "Origin: https://example.com\r\n"));
}

/* --- setup ------------------------------------------------------------------------------------------ */

static int start(void **state)
{
	struct errors errors;
	struct buffer error;
	char storage[200];

	(void)state;
	errors_init(&errors);
	running_start(&x);
	running_probed(&x, STATE_OK);
	buffer_init(&error, storage, sizeof(storage));
	site_init(&site, NULL, NULL, NULL, &error);
	web = web_prepare(&site, rules_load(NULL, &errors), routes_over(x.store));
	errors_fini(&errors);
	return web ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	web_free(web);
	running_stop(&x);
	return 0;
}

#define REQUEST_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REQUEST_TEST(head_has_no_body_on_any_path),
		REQUEST_TEST(head_of_a_very_large_answer),
		REQUEST_TEST(head_says_how_long_get_is),
		REQUEST_TEST(bad_targets_are_no_other_path),
		REQUEST_TEST(heads_that_can_be_read_in_two_ways_are_refused),
		REQUEST_TEST(the_absolute_form_names_the_same_path),
		REQUEST_TEST(odd_methods_are_refused),
		REQUEST_TEST(a_body_of_a_refused_request_is_read),
		REQUEST_TEST(another_sites_page_changes_nothing),
		REQUEST_TEST(a_name_that_anybody_may_own_is_not_ours),
		REQUEST_TEST(the_external_url_is_ours_too),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
