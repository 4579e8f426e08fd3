/* check_mailvane - a Nagios plugin that asks a running exporter for its last verdict.
 *
 * It links libc only: fork and exec are most of what it costs. An alarm ends it, whatever it
 * is waiting for.
 */
#include "exporter_answer.h"
#include "exporter_query.h"
#include "output.h"
#include "plugin_text.h"

#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { UNKNOWN = 3, ERROR_MAX = 512 };

static char late_text[ERROR_MAX];
static size_t late_n;

static void on_alarm(int number)
{
	(void)number;
	if (write(STDOUT_FILENO, late_text, late_n) < 0) {
		/* Nobody reads; the exit code says it. */
	}
	_exit(UNKNOWN);
}

static void set_alarm(const struct check_mailvane_options *q)
{
	/* Rounded up: a timer of 0 would never ring. */
	int64_t us = q->timeout.ns / 1000 + 1;
	struct itimerval timer = { .it_value = { (time_t)(us / 1000000),
						 (suseconds_t)(us % 1000000) } };
	struct sigaction caught = { .sa_handler = on_alarm };
	char span[SPAN_TEXT_MAX], shown[200];
	struct buffer b;

	buffer_init(&b, late_text, sizeof(late_text));
	buffer_format(&b, "MAIL UNKNOWN - no answer from the exporter at %s within %s\n",
		      plugin_text_copy(shown, sizeof(shown), view_of(q->url)),
		      span_text(q->timeout, span));
	late_n = b.n;
	sigemptyset(&caught.sa_mask);
	sigaction(SIGALRM, &caught, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static int check_mailvane_ask(const struct check_mailvane_options *q)
{
	static char storage[EXCHANGE_ANSWER_MAX];
	char path_storage[3072], error_storage[ERROR_MAX];
	struct buffer path, error;
	struct exporter_answer answer;
	struct view http;

	buffer_init(&path, path_storage, sizeof(path_storage));
	buffer_init(&error, error_storage, sizeof(error_storage));
	buffer_text(&path, "/api/v1/verdict?server=");
	exchange_encode(&path, q->server);
	if (q->service != NULL) {
		buffer_text(&path, "&service=");
		exchange_encode(&path, q->service);
	}
	if (path.full || path.n == path.cap)
		return output_unknown("MAIL", view_of("--server and --service together "
						      "are longer than any name"));
	if (!exchange_get(q->url, buffer_string(&path), storage, &http, &error))
		return output_unknown("MAIL", buffer_view(&error));
	exporter_answer_read(q, http, &answer);
	output_report(answer.report, answer.last);
	return answer.code;
}

int main(int argc, char **argv)
{
	static const char version[] = "check_mailvane " MAILVANE_VERSION "\n";
	char error[REFUSAL_MAX];
	struct check_mailvane_options options;

	if (!check_mailvane_options_parse(argc, argv, &options, error))
		return output_unknown("MAIL", view_of(error));
	if (options.help || options.version) {
		output_text(version);
		if (options.help)
			output_text(check_mailvane_options_help);
		return UNKNOWN;
	}
	set_alarm(&options);
	return check_mailvane_ask(&options);
}
