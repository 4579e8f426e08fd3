#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exporter_answer.h"
#include "exporter_query.h"
#include "output.h"
#include "plain_output.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define VERDICT "mailvane verdict 1\nstate 2\nresult 2000 10000 smtp\n\n"

static struct check_mailvane_options options = { .url = "http://127.0.0.1:19025",
						 .server = "mx1" };

/* What is printed of an answer. */
static const char *print(const char *http, int *ret_code)
{
	static char printed[65536];
	int memory = memfd_create("output", MFD_CLOEXEC), saved = dup(STDOUT_FILENO);
	struct exporter_answer answer;
	ssize_t n;

	fflush(stdout);
	assert_true(memory >= 0 && saved >= 0 && dup2(memory, STDOUT_FILENO) >= 0);
	exporter_answer_read(&options, view_of(http), &answer);
	output_report(answer.report, answer.last);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	n = pread(memory, printed, sizeof(printed) - 1, 0);
	close(memory);
	assert_true(n > 0);
	printed[n] = '\0';
	assert_null(plain_output_fault(view_of(printed)));
	*ret_code = answer.code;
	return printed;
}

static void a_verdict_is_printed_with_its_age(void **state)
{
	int code;

	(void)state;
	assert_string_equal(print("HTTP/1.1 200 OK\r\n\r\n" VERDICT
				  "MAIL CRITICAL - x | smtp_time=1.5;;;0\nsmtp: no\n",
				  &code),
			    "MAIL CRITICAL - x | smtp_time=1.5;;;0\nsmtp: no\n"
			    "probed 2s ago, every 10s, by the exporter at "
			    "http://127.0.0.1:19025|age=2.000s;;30.000;0\n");
	assert_int_equal(code, 2);
}

/* Whoever answers at that address need not be an exporter of ours. */
static void what_it_heard_is_cleaned_again(void **state)
{
	int code;

	(void)state;
	assert_string_equal(print("HTTP/1.1 200 OK\r\n\r\n" VERDICT
				  "MAIL OK - \x1b[31m\xc2\x9bJ"
				  "\xe2\x80\xae<b>a&b|evil=1 \xff\nline|evil=2\x07\n",
				  &code),
			    "MAIL OK - (b)a+b/evil=1 \xef\xbf\xbd\nline/evil=2 \n"
			    "probed 2s ago, every 10s, by the exporter at "
			    "http://127.0.0.1:19025|age=2.000s;;30.000;0\n");
	assert_string_equal(
	    print("HTTP/1.1 500 no\r\n\r\n<html>\nMAIL OK|a=1\n", &code),
	    "MAIL UNKNOWN - the exporter answers 500: (html) MAIL OK/a=1\n");
	assert_int_equal(code, 3);
}

static void what_is_no_answer_is_unknown(void **state)
{
	static const char *const answers[] = {
		"",
		"HTTP/1.1",
		"HTTP/1.1 200 OK\r\n",
		"220 mx\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour",
		"HTTP/1.1 200 OK\r\n\r\n<p>\n",
	};
	int code;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		assert_non_null(strstr(print(answers[i], &code), "MAIL UNKNOWN - "));
		assert_int_equal(code, 3);
	}
}

static void values_of_long_ago_are_left_out(void **state)
{
	int code;

	(void)state;
	options.max_age = span_of_ms(1);
	assert_string_equal(
	    print("HTTP/1.1 200 OK\r\n\r\n" VERDICT "MAIL OK - x|a=1\nsmtp: OK\n", &code),
	    "MAIL UNKNOWN - mx1 smtp: the last verdict is 2s old, more than 1ms; last "
	    "known:\nMAIL OK - x\nprobed 2s ago, every 10s, by the exporter at "
	    "http://127.0.0.1:19025|age=2.000s;;0.001;0\n");
	options.max_age = (struct span){ 0 };
	assert_int_equal(code, 3);
}

static void a_url_cannot_write_headers(void **state)
{
	static const char *const urls[] = { "http://a\r\nX: y/", "http://a/ b",
					    "http://a/\xc3\xbc", "http://a\t" };
	static char storage[EXCHANGE_ANSWER_MAX];
	char words[512];
	struct buffer error;
	struct view answer;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
		buffer_init(&error, words, sizeof(words));
		assert_false(exchange_get(urls[i], "/", storage, &answer, &error));
		assert_non_null(strstr(buffer_string(&error), "no blanks"));
		assert_null(plain_output_fault(buffer_view(&error)));
	}
}

/* Answers one request with its own bytes. */
static void echo_once(int listener)
{
	static const char head[] = "HTTP/1.0 200 OK\r\n\r\n";
	char request[4096];
	int fd = accept(listener, NULL, NULL);
	size_t n = 0;

	while (n < sizeof(request) && memmem(request, n, "\r\n\r\n", 4) == NULL) {
		ssize_t got = read(fd, request + n, sizeof(request) - n);

		if (got <= 0)
			_exit(1);
		n += (size_t)got;
	}
	_exit(write(fd, head, strlen(head)) < 0 || write(fd, request, n) < 0);
}

/* RFC 9110 section 7.2. */
static void the_host_header_is_that_of_the_url(void **state)
{
	struct sockaddr_in6 here = { .sin6_family = AF_INET6,
				     .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	static char storage[EXCHANGE_ANSWER_MAX];
	char url[64], header[64], words[512];
	socklen_t size = sizeof(here);
	struct buffer error;
	struct view answer;
	pid_t child;

	(void)state;
	buffer_init(&error, words, sizeof(words));
	if (bind(listener, (struct sockaddr *)&here, sizeof(here)) != 0)
		skip(); /* a machine without IPv6 */
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&here, &size), 0);
	snprintf(url, sizeof(url), "http://[::1]:%u", ntohs(here.sin6_port));
	snprintf(header, sizeof(header), "\r\nHost: [::1]:%u\r\n", ntohs(here.sin6_port));
	child = fork();
	if (child == 0)
		echo_once(listener);
	assert_true(exchange_get(url, "/x", storage, &answer, &error));
	waitpid(child, NULL, 0);
	close(listener);
	assert_non_null(memmem(answer.p, answer.n, header, strlen(header)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verdict_is_printed_with_its_age),
		cmocka_unit_test(what_it_heard_is_cleaned_again),
		cmocka_unit_test(what_is_no_answer_is_unknown),
		cmocka_unit_test(values_of_long_ago_are_left_out),
		cmocka_unit_test(a_url_cannot_write_headers),
		cmocka_unit_test(the_host_header_is_that_of_the_url),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
