#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "log.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct moment noon = { 1795262400007 }; /* 2026-11-21T12:00:00.007Z */

static const char *styled(enum log_style style, const struct log_field *fields,
			  size_t count)
{
	static char storage[2 * LOG_LINE_MAX];
	struct buffer line;

	buffer_init(&line, storage, sizeof(storage));
	log_format(&line, style, noon, LOG_WARN, "m", fields, count);
	assert_true(line.n <= LOG_LINE_MAX);
	assert_int_equal(line.p[line.n - 1], '\n');
	return buffer_string(&line);
}

static const char *line_of(const struct log_field *fields, size_t count)
{
	return styled(LOG_LOGFMT, fields, count);
}

static void writes_json(void **state)
{
	static const struct log_field fields[] = {
		{ "plain", "mx1" },
		{ "none", NULL },
		{ "quoted", "a \"b\" c\\d" },
		{ "control", "two\nlines\x1b[31m\x01\xff" },
		{ "empty", "" },
	};

	(void)state;
	assert_string_equal(
	    styled(LOG_JSON, fields, ARRAY_SIZE(fields)),
	    "{\"time\":\"2026-11-21T12:00:00.007Z\",\"level\":\"warn\",\"msg\":\"m\","
	    "\"plain\":\"mx1\",\"quoted\":\"a \\\"b\\\" c\\\\d\","
	    "\"control\":\"two lines \xef\xbf\xbd\",\"empty\":\"\"}\n");
}

static void a_long_line_of_json_is_still_json(void **state)
{
	struct log_field fields[6];
	char word[1001];
	const char *line;

	(void)state;
	memset(word, '"', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		fields[i] = (struct log_field){ "k", word };
	line = styled(LOG_JSON, fields, ARRAY_SIZE(fields));
	assert_string_equal(line + strlen(line) - 5, "\\\"\"}\n");
	assert_true(strlen(line) > 2000);
}

static void knows_its_words(void **state)
{
	enum log_level level = LOG_INFO;
	enum log_style style = LOG_LOGFMT;

	(void)state;
	assert_true(log_level_of("debug", &level));
	assert_int_equal(level, LOG_DEBUG);
	assert_true(log_level_of("error", &level));
	assert_int_equal(level, LOG_ERROR);
	assert_false(log_level_of("ERROR", &level));
	assert_true(log_style_of("json", &style));
	assert_int_equal(style, LOG_JSON);
	assert_false(log_style_of("", &style));
}

static void quotes_what_needs_it(void **state)
{
	static const struct {
		const char *value, *written;
	} values[] = {
		{ "plain", "plain" },
		{ "mx1.example.com:25", "mx1.example.com:25" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "two words", "\"two words\"" },
		{ "", "\"\"" },
		{ "a=b", "\"a=b\"" },
		{ "say \"no\"", "\"say \\\"no\\\"\"" },
		{ "back\\slash", "\"back\\\\slash\"" },
		{ "two\nlines", "\"two lines\"" },
		{ "\x1b[31mred", "red" },
		{ "x\xff", "x\xef\xbf\xbd" },
	};
	char expected[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		snprintf(expected, sizeof(expected),
			 "time=2026-11-21T12:00:00.007Z level=warn msg=m k=%s\n",
			 values[i].written);
		assert_string_equal(line_of(&(struct log_field){ "k", values[i].value }, 1),
				    expected);
	}
	assert_string_equal(line_of(&(struct log_field){ "k", NULL }, 1),
			    "time=2026-11-21T12:00:00.007Z level=warn msg=m\n");
}

static void cuts_a_long_line_at_a_field(void **state)
{
	struct log_field fields[6];
	char word[1001];
	const char *line;

	(void)state;
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		fields[i] = (struct log_field){ "k", word };
	line = line_of(fields, ARRAY_SIZE(fields));
	assert_string_equal(line + strlen(line) - 3, "xx\n");
	assert_true(strlen(line) > 4 * 1000 && strlen(line) < 5 * 1000);
}

struct pipe_log {
	int ends[2];
	struct log *log;
};

static void open_log(struct pipe_log *p)
{
	assert_int_equal(pipe2(p->ends, O_CLOEXEC), 0);
	p->log = log_new(p->ends[1]);
	assert_non_null(p->log);
}

static void close_log(struct pipe_log *p)
{
	log_free(p->log);
	close(p->ends[0]);
	close(p->ends[1]);
}

static size_t read_all(int fd, char *dst, size_t cap)
{
	size_t n = 0;

	while (n < cap && poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 0) > 0) {
		ssize_t got = read(fd, dst + n, cap - n);

		assert_true(got > 0);
		n += (size_t)got;
	}
	return n;
}

static void wakes_and_writes(void **state)
{
	struct pipe_log p;
	char text[1000];

	(void)state;
	open_log(&p);
	assert_int_equal(
	    poll(&(struct pollfd){ .fd = log_wake_fd(p.log), .events = POLLIN }, 1, 0), 0);
	log_put(p.log, LOG_INFO, "first", NULL, 0);
	log_put(p.log, LOG_ERROR, "second", NULL, 0);
	assert_int_equal(
	    poll(&(struct pollfd){ .fd = log_wake_fd(p.log), .events = POLLIN }, 1, 0), 1);
	assert_false(log_drain(p.log));
	assert_int_equal(
	    poll(&(struct pollfd){ .fd = log_wake_fd(p.log), .events = POLLIN }, 1, 0), 0);
	text[read_all(p.ends[0], text, sizeof(text) - 1)] = '\0';
	assert_non_null(strstr(text, "level=info msg=first\n"));
	assert_non_null(strstr(text, "level=error msg=second\n"));
	close_log(&p);
}

static void leaves_out_what_is_below_its_level(void **state)
{
	struct pipe_log p;
	char text[1000];

	(void)state;
	open_log(&p);
	assert_false(log_wants(p.log, LOG_DEBUG));
	assert_true(log_wants(p.log, LOG_INFO));
	log_choose(p.log, LOG_WARN, LOG_JSON);
	log_put(p.log, LOG_INFO, "first", NULL, 0);
	log_put(p.log, LOG_WARN, "second", NULL, 0);
	log_drain(p.log);
	text[read_all(p.ends[0], text, sizeof(text) - 1)] = '\0';
	assert_null(strstr(text, "first"));
	assert_non_null(strstr(text, "\"level\":\"warn\",\"msg\":\"second\"}\n"));
	close_log(&p);
}

/* Nobody reads: putting and draining return all the same, and what was lost is counted and
 * said, once there is a reader, between the lines where it was lost. */
static void a_slow_reader_costs_lines_not_time(void **state)
{
	static char text[2 * LOG_QUEUE_MAX];
	const unsigned put = 20000;
	unsigned long long lost, seen = 0, said;
	struct pipe_log p;
	size_t n = 0;
	char *notice;

	(void)state;
	open_log(&p);
	for (unsigned i = 0; i < put; i++) {
		log_put(p.log, LOG_INFO, "line", NULL, 0);
		log_drain(p.log);
	}
	assert_true(log_drain(p.log));
	lost = log_dropped(p.log);
	assert_true(lost > 0 && lost < put);
	while (log_drain(p.log) || n == 0)
		n += read_all(p.ends[0], text + n, sizeof(text) - 1 - n);
	log_put(p.log, LOG_INFO, "after", NULL, 0);
	log_drain(p.log);
	n += read_all(p.ends[0], text + n, sizeof(text) - 1 - n);
	text[n] = '\0';
	for (char *at = text; (at = strstr(at, "msg=line\n")); at++)
		seen++;
	assert_int_equal(seen, put - lost);
	notice = strstr(text, "msg=\"log lines lost: stderr is too slow\" count=");
	assert_non_null(notice);
	said = strtoull(strchr(notice, '"') +
			    strlen("\"log lines lost: stderr is too slow\" count="),
			NULL, 10);
	assert_int_equal(said, lost);
	assert_true(notice < strstr(text, "msg=after"));
	close_log(&p);
}

static void flushes_for_a_while(void **state)
{
	struct pipe_log p;
	struct instant before = instant_now();

	(void)state;
	open_log(&p);
	for (unsigned i = 0; i < 3000; i++)
		log_put(p.log, LOG_INFO, "line", NULL, 0);
	log_flush(p.log, span_of_ms(30));
	assert_true(span_between(before, instant_now()).ns >= span_of_ms(30).ns);
	assert_true(log_drain(p.log));
	close_log(&p);
}

static void a_closed_reader_is_no_trouble(void **state)
{
	struct pipe_log p;

	(void)state;
	open_log(&p);
	close(p.ends[0]);
	log_put(p.log, LOG_INFO, "line", NULL, 0);
	assert_false(log_drain(p.log));
	p.ends[0] = open("/dev/null", O_RDONLY);
	close_log(&p);
}

static void *put_many(void *log)
{
	for (unsigned i = 0; i < 2000; i++)
		log_put(log, LOG_INFO, "0123456789", NULL, 0);
	return NULL;
}

static void lines_of_many_threads_stay_whole(void **state)
{
	static char text[1024 * 1024];
	pthread_t threads[4];
	struct pipe_log p;
	size_t n = 0, whole = 0;

	(void)state;
	open_log(&p);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, put_many, p.log), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		log_drain(p.log);
		n += read_all(p.ends[0], text + n, sizeof(text) - 1 - n);
		pthread_join(threads[i], NULL);
	}
	while (log_drain(p.log))
		n += read_all(p.ends[0], text + n, sizeof(text) - 1 - n);
	n += read_all(p.ends[0], text + n, sizeof(text) - 1 - n);
	text[n] = '\0';
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		static const char tail[] = " level=info msg=0123456789";
		bool notice = strstr(line, "lost") && strstr(line, "lost") < end;

		assert_memory_equal(line, "time=20", 7);
		if (notice)
			continue;
		whole++;
		assert_int_equal(end - line, strlen("time=2026-11-21T12:00:00.007Z") +
						 sizeof(tail) - 1);
	}
	assert_int_equal(whole + log_dropped(p.log), 8000);
	close_log(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes_what_needs_it),
		cmocka_unit_test(writes_json),
		cmocka_unit_test(a_long_line_of_json_is_still_json),
		cmocka_unit_test(knows_its_words),
		cmocka_unit_test(cuts_a_long_line_at_a_field),
		cmocka_unit_test(wakes_and_writes),
		cmocka_unit_test(leaves_out_what_is_below_its_level),
		cmocka_unit_test(a_slow_reader_costs_lines_not_time),
		cmocka_unit_test(flushes_for_a_while),
		cmocka_unit_test(a_closed_reader_is_no_trouble),
		cmocka_unit_test(lines_of_many_threads_stay_whole),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
