/* check_mailvane - a Nagios plugin that asks a running exporter for its last verdict.
 *
 * It links libc only: fork and exec are most of what it costs. An alarm ends it, whatever it
 * is waiting for.
 */
#include "exchange.h"
#include "inquiry.h"
#include "printable.h"
#include "standing.h"

#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { UNKNOWN = 3 };
enum { OUTPUT_MAX = EXCHANGE_ANSWER_MAX + 1024, LINE_MAX_BYTES = 512 };

static void put_out(struct view text)
{
	while (text.n > 0) {
		ssize_t n = write(STDOUT_FILENO, text.p, text.n);

		if (n <= 0)
			return;
		text = view_skip(text, (size_t)n);
	}
}

/* Without bars, which would begin performance values, and without control characters. */
static void put_clean(struct buffer *b, struct view text, const char *kept)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool bad = (unsigned char)c < 0x20 || c == 0x7f || c == '|';

		if (bad && strchr(kept, c) != NULL && c != '\0')
			bad = false;
		buffer_put(b, (struct view){ bad ? (c == '|' ? "/" : " ") : &c, 1 });
	}
}

static int give_up(struct view why)
{
	char storage[LINE_MAX_BYTES + 40];
	struct buffer b;

	buffer_init(&b, storage, sizeof(storage));
	buffer_text(&b, "MAIL UNKNOWN - ");
	if (why.n > LINE_MAX_BYTES)
		why.n = LINE_MAX_BYTES;
	put_clean(&b, why, "");
	buffer_text(&b, "\n");
	put_out(buffer_view(&b));
	return UNKNOWN;
}

static char late_text[LINE_MAX_BYTES];
static size_t late_n;

static void on_alarm(int number)
{
	(void)number;
	if (write(STDOUT_FILENO, late_text, late_n) < 0) {
		/* Nobody reads; the exit code says it. */
	}
	_exit(UNKNOWN);
}

static void set_alarm(const struct inquiry *q)
{
	struct itimerval timer = {
		.it_value = { (time_t)(q->timeout.ns / 1000000000),
			      (suseconds_t)(q->timeout.ns % 1000000000 / 1000) + 1 }
	};
	struct sigaction caught = { .sa_handler = on_alarm };
	char span[SPAN_TEXT_MAX], shown[200];
	struct buffer b;

	printable_copy(shown, sizeof(shown), view_of(q->url));
	buffer_init(&b, late_text, sizeof(late_text));
	buffer_format(&b, "MAIL UNKNOWN - no answer from the exporter at %s within %s\n",
		      shown, span_text(q->timeout, span));
	late_n = b.n;
	sigemptyset(&caught.sa_mask);
	sigaction(SIGALRM, &caught, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* Whole milliseconds: no locale writes a comma into them. */
static void put_seconds(struct buffer *b, struct span span)
{
	long long ms = span.ns / 1000000;

	buffer_format(b, "%lld.%03lld", ms / 1000, ms % 1000);
}

/* The last line; `age` is the one value check_mail does not have. */
static void put_age(struct buffer *b, const struct inquiry *q, const struct standing *s)
{
	char age[SPAN_TEXT_MAX], interval[SPAN_TEXT_MAX];

	if (s->pending.n > 0) {
		put_clean(b, s->pending, "");
		buffer_text(b, ": not probed yet\n");
	}
	buffer_format(b, "probed %s ago, every %s, by the exporter at ",
		      span_text(s->age, age), span_text(s->interval, interval));
	put_clean(b, view_of(q->url), "");
	buffer_text(b, "|age=");
	put_seconds(b, s->age);
	buffer_text(b, "s;;");
	put_seconds(b, s->limit);
	buffer_text(b, ";0\n");
}

/* What was known, without values: they are not those of now. */
static void put_stale(struct buffer *b, const struct inquiry *q, const struct standing *s)
{
	char age[SPAN_TEXT_MAX], limit[SPAN_TEXT_MAX];
	struct view known = s->report;

	buffer_text(b, "MAIL UNKNOWN - ");
	put_clean(b, view_of(q->server), "");
	buffer_text(b, " ");
	put_clean(b, s->service, "");
	buffer_format(b, ": the last verdict is %s old, more than %s; last known:\n",
		      span_text(s->age, age), span_text(s->limit, limit));
	if (memchr(known.p, '|', known.n) != NULL)
		known.n = (size_t)((const char *)memchr(known.p, '|', known.n) - known.p);
	put_clean(b, known, "");
	buffer_text(b, "\n");
}

static int show(const struct inquiry *q, const struct standing *s)
{
	static char storage[OUTPUT_MAX];
	struct buffer b;
	bool stale = standing_is_stale(s);

	buffer_init(&b, storage, sizeof(storage));
	if (s->results == 0) {
		put_clean(&b, s->pending, "");
		buffer_text(&b, ": not probed yet, the exporter has just begun");
		return give_up(buffer_view(&b));
	}
	if (stale)
		put_stale(&b, q, s);
	else
		put_clean(&b, s->report, "|\n");
	put_age(&b, q, s);
	put_out(buffer_view(&b));
	return stale ? UNKNOWN : (int)s->state;
}

static int refused(unsigned status, struct view body)
{
	char storage[LINE_MAX_BYTES];
	struct buffer b;

	buffer_init(&b, storage, sizeof(storage));
	buffer_format(&b, "the exporter answers %u: ", status);
	body.n = body.n < 300 ? body.n : 300;
	while (body.n > 0 && (unsigned char)body.p[body.n - 1] <= ' ')
		body.n--;
	buffer_put(&b, body);
	if (status == 401 || status == 403)
		buffer_text(&b, " (ask through its Unix socket, unix:PATH)");
	return give_up(buffer_view(&b));
}

static int ask(const struct inquiry *q)
{
	static char storage[EXCHANGE_ANSWER_MAX];
	char path_storage[3072], error_storage[LINE_MAX_BYTES];
	struct buffer path, error;
	struct standing standing;
	struct view body;
	unsigned status;

	buffer_init(&path, path_storage, sizeof(path_storage));
	buffer_init(&error, error_storage, sizeof(error_storage));
	buffer_text(&path, "/api/v1/verdict?server=");
	exchange_encode(&path, q->server);
	if (q->service != NULL) {
		buffer_text(&path, "&service=");
		exchange_encode(&path, q->service);
	}
	buffer_string(&path);
	if (!exchange_get(q->url, path.p, storage, &status, &body, &error))
		return give_up(buffer_view(&error));
	if (status != 200)
		return refused(status, body);
	if (!standing_read(body, q->max_age, &standing)) {
		buffer_format(&error,
			      "what answers at %s is no mailvane_exporter of this version",
			      q->url);
		return give_up(buffer_view(&error));
	}
	return show(q, &standing);
}

int main(int argc, char **argv)
{
	static const char version[] = "check_mailvane " MAILVANE_VERSION "\n";
	char error[REFUSAL_MAX];
	struct inquiry inquiry;

	if (!inquiry_parse(argc, argv, &inquiry, error))
		return give_up(view_of(error));
	if (inquiry.help || inquiry.version) {
		put_out(view_of(version));
		if (inquiry.help)
			put_out(view_of(inquiry_help));
		return UNKNOWN;
	}
	set_alarm(&inquiry);
	return ask(&inquiry);
}
