/* printout.c - the numbers look as printf's %f makes them, as those of the classics do. */
#include "printout.h"

#include "plugin_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* For the unknown time that is put in at the end. */
enum { RESERVE = 200, TIME_MAX = 200 };

void printout_init(struct printout *o, const struct arguments *arguments)
{
	o->arguments = arguments;
	o->state = STATE_OK;
	printout_clear(o);
}

void printout_clear(struct printout *o)
{
	o->has_time = false;
	buffer_init(&o->text, o->storage, sizeof(o->storage) - RESERVE);
}

void printout_line(struct printout *o, const char *format, ...)
{
	char line[PRINTOUT_MAX - RESERVE];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n + 1 > o->text.cap - o->text.n)
		return;
	buffer_text(&o->text, line);
	buffer_text(&o->text, "\n");
}

/* --- performance data ------------------------------------------------------------------ */

static void put_threshold(struct buffer *b, const struct arguments *a, unsigned flag,
			  const struct range *range, bool judged)
{
	static const struct range zero = { 0, 0, false };
	char text[RANGE_TEXT_MAX];

	if (a->flags & flag)
		buffer_text(b, range_text(judged ? range : &zero, text));
	buffer_text(b, ";");
}

/* "|time=0.001565s;5.000000;9.000000;0.000000" and, but for check_smtp, the timeout as the
 * greatest value. */
static const char *time_text(const struct arguments *a, const char *value, bool judged,
			     char dst[TIME_MAX])
{
	struct buffer b;

	buffer_init(&b, dst, TIME_MAX);
	buffer_format(&b, "|time=%s;", value);
	put_threshold(&b, a, ARGUMENTS_WARNING, &a->warning, judged);
	put_threshold(&b, a, ARGUMENTS_CRITICAL, &a->critical, judged);
	buffer_format(&b, "%f", 0.0);
	if (a->plugin->family != PLUGIN_SMTP)
		buffer_format(&b, ";%f", (double)a->timeout);
	return buffer_string(&b);
}

static void add_time(struct printout *o, struct span elapsed, bool judged)
{
	char value[32], text[TIME_MAX];

	if (o->text.n == 0)
		return;
	snprintf(value, sizeof(value), "%fs", span_seconds(elapsed));
	o->text.n--;
	if (buffer_text(&o->text, time_text(o->arguments, value, judged, text)))
		o->has_time = true;
	buffer_text(&o->text, "\n");
}

void printout_time(struct printout *o, struct span elapsed)
{
	add_time(o, elapsed, true);
}

void printout_time_unjudged(struct printout *o, struct span elapsed)
{
	add_time(o, elapsed, false);
}

enum state printout_judge(const struct arguments *a, struct span elapsed)
{
	double seconds = span_seconds(elapsed);

	if ((a->flags & ARGUMENTS_CRITICAL) && range_alerts(&a->critical, seconds))
		return STATE_CRITICAL;
	if ((a->flags & ARGUMENTS_WARNING) && range_alerts(&a->warning, seconds))
		return STATE_WARNING;
	return STATE_OK;
}

const char *printout_text(struct printout *o)
{
	char text[TIME_MAX];
	const char *end;
	size_t n, at;

	o->text.cap = sizeof(o->storage);
	end = o->text.n > 0 ? memchr(o->text.p, '\n', o->text.n) : NULL;
	if (!o->has_time && end != NULL) {
		n = strlen(time_text(o->arguments, "U", true, text));
		at = (size_t)(end - o->text.p);
		memmove(o->text.p + at + n, o->text.p + at, o->text.n - at);
		memcpy(o->text.p + at, text, n);
		o->text.n += n;
		o->has_time = true;
	}
	return buffer_string(&o->text);
}

const char *printout_said(char dst[PRINTOUT_SAID_MAX], struct view said)
{
	return plugin_text_copy(dst, PRINTOUT_SAID_MAX, said);
}
