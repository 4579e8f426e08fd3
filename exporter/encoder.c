/* encoder.c - escapes, numbers and the order of labels.
 *
 * A scrape may be millions of lines, so a line is put together from pieces of known length, in
 * room that is asked for once.
 */
#include "encoder.h"

#include "printable.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Room for a number; for all of a line that is not a name or a label. */
enum { NUMBER_MAX = 32, LINE_MAX = NUMBER_MAX + 16 };

static char *put(char *at, struct view v)
{
	if (v.n > 0)
		memcpy(at, v.p, v.n);
	return at + v.n;
}

/* --- numbers ------------------------------------------------------------------------------ */

static unsigned digits_of(uint64_t value)
{
	unsigned n = 1;

	for (; value >= 10000; value /= 10000)
		n += 4;
	return n + (value >= 10) + (value >= 100) + (value >= 1000);
}

/* `n` digits, with zeros in front. */
static char *put_digits(char *at, uint64_t value, unsigned n)
{
	for (char *digit = at + n; digit > at; value /= 10)
		*--digit = (char)('0' + value % 10);
	return at + n;
}

static uint64_t power_of_ten(unsigned n)
{
	static const uint32_t powers[] = {
		1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000
	};

	return powers[n];
}

static char *put_number(char *at, struct number number)
{
	uint64_t left =
	    number.units < 0 ? 0 - (uint64_t)number.units : (uint64_t)number.units;
	uint64_t scale, whole;

	if (number.units < 0)
		*at++ = '-';
	if (number.decimals == 0)
		return put_digits(at, left, digits_of(left));
	scale = power_of_ten(number.decimals);
	whole = left / scale;
	at = put_digits(at, whole, digits_of(whole));
	left -= whole * scale;
	if (left == 0)
		return at;
	for (; left % 10 == 0; left /= 10)
		number.decimals--;
	*at++ = '.';
	return put_digits(at, left, number.decimals);
}

/* Whole numbers by hand: printf is slow. */
static char *put_double(char *at, double value)
{
	if (isnan(value))
		return put(at, (struct view){ "NaN", 3 });
	if (isinf(value))
		return put(at, (struct view){ value < 0 ? "-Inf" : "+Inf", 4 });
	if (fabs(value) < 1e15 && value == (double)(int64_t)value)
		return put_number(at, number_of((int64_t)value));
	return at + snprintf(at, NUMBER_MAX, "%.15g", value);
}

/* --- labels ------------------------------------------------------------------------------- */

/* How many bytes at the front stand for themselves. */
static size_t plain(struct view v)
{
	size_t n = 0;

	while (n < v.n && v.p[n] >= ' ' && v.p[n] < 0x7f && v.p[n] != '"' && v.p[n] != '\\')
		n++;
	return n;
}

/* At most twice LABEL_VALUE_MAX. Most values are plain ASCII. The others are made valid UTF-8,
 * because a single broken byte costs Prometheus the whole scrape. */
static char *put_value(char *at, const char *raw)
{
	struct view v = { raw, strnlen(raw, LABEL_VALUE_MAX) };
	char clean[LABEL_VALUE_MAX];
	size_t n = plain(v);

	if (n < v.n || v.n == LABEL_VALUE_MAX) {
		v = (struct view){ clean,
				   printable_copy(clean, sizeof(clean), view_of(raw)) };
		n = plain(v);
	}
	for (;; n = plain(v)) {
		at = put(at, (struct view){ v.p, n });
		v = view_skip(v, n);
		if (v.n == 0)
			return at;
		if (v.p[0] == '"' || v.p[0] == '\\')
			*at++ = '\\';
		*at++ = v.p[0];
		v = view_skip(v, 1);
	}
}

/* Room for a label and the comma before it. */
static size_t label_room(const char *name)
{
	return strlen(name) + 2 * LABEL_VALUE_MAX + 4;
}

static char *put_label(char *at, const char *name, const char *value)
{
	at = put(at, (struct view){ name, strlen(name) });
	at = put(at, (struct view){ "=\"", 2 });
	at = put_value(at, value);
	*at++ = '"';
	return at;
}

static void add_label(struct draft *d, const char *name, const char *value)
{
	char *start = draft_room(d, label_room(name)), *at = start;

	if (!start)
		return;
	if (d->n > 0)
		*at++ = ',';
	d->n += (size_t)(put_label(at, name, value) - start);
}

void encoder_subject(struct encoder *e, const struct target *target,
		     const struct address *address)
{
	char text[ADDRESS_TEXT_MAX];

	draft_clear(&e->subject);
	if (!target)
		return;
	add_label(&e->subject, "server", target->server);
	add_label(&e->subject, "service", target->service->name);
	if (address && address->any.sa_family != AF_UNSPEC)
		add_label(&e->subject, "address", address_text(address, text));
	for (size_t i = 0; i < target->label_count; i++)
		add_label(&e->subject, target->labels[i].name, target->labels[i].value);
	if (e->subject.failed)
		e->out->failed = true;
}

void encoder_fini(struct encoder *e)
{
	draft_fini(&e->subject);
}

/* --- families ----------------------------------------------------------------------------- */

static void write_words(struct encoder *e, const struct words *words)
{
	for (unsigned i = words->first; i <= words->last; i++) {
		struct words_written *word = &e->words[i - words->first];
		struct buffer b;

		buffer_init(&b, word->text, sizeof(word->text));
		buffer_format(&b, "%s=\"%s\"", words->label, words->value(i));
		word->n = b.n;
	}
}

/* The name of a family in OpenMetrics, where the ending belongs to the sample alone. */
static struct view stem_of(const struct family *family)
{
	static const char *const endings[] = {
		[COUNTER] = "_total", [GAUGE] = "", [INFO] = "_info"
	};
	struct view stem = view_of(family->name);

	stem.n -= strlen(endings[family->kind]);
	return stem;
}

void encoder_family(struct encoder *e, const struct family *family)
{
	e->family = family;
	e->headed = false;
	e->name = view_of(family->name);
	e->stem = stem_of(family);
	if (family->words)
		write_words(e, family->words);
}

static void put_help(struct encoder *e, struct view name)
{
	draft_format(e->out, "# HELP %.*s ", (int)name.n, name.p);
	for (const char *help = e->family->help; *help; help++)
		if (*help == '\n')
			draft_text(e->out, "\\n");
		else if (*help == '\\')
			draft_text(e->out, "\\\\");
		else if (*help == '"' && e->format == TEXT_OPENMETRICS)
			draft_text(e->out, "\\\"");
		else
			draft_put(e->out, (struct view){ help, 1 });
	draft_text(e->out, "\n");
}

static void put_type(struct encoder *e, struct view name, const char *type)
{
	draft_format(e->out, "# TYPE %.*s %s\n", (int)name.n, name.p, type);
}

static void head(struct encoder *e)
{
	static const char *const types[] = {
		[COUNTER] = "counter", [GAUGE] = "gauge", [INFO] = "info"
	};
	enum metric_kind kind = e->family->kind;

	if (e->headed)
		return;
	e->headed = true;
	if (e->format == TEXT_OPENMETRICS) {
		put_type(e, e->stem, types[kind]);
		if (*e->family->unit)
			draft_format(e->out, "# UNIT %.*s %s\n", (int)e->stem.n, e->stem.p,
				     e->family->unit);
		put_help(e, e->stem);
	} else {
		put_help(e, e->name);
		put_type(e, e->name, kind == INFO ? types[GAUGE] : types[kind]);
	}
}

void encoder_end(struct encoder *e)
{
	if (e->format == TEXT_OPENMETRICS)
		draft_text(e->out, "# EOF\n");
}

/* --- samples ------------------------------------------------------------------------------ */

/* Labels of a sample's own: written out already, or not. */
struct own {
	struct view written;
	const struct label *labels;
	size_t count;
};

static size_t own_room(const struct own *own)
{
	size_t room = own->written.n;

	for (size_t i = 0; i < own->count; i++)
		room += label_room(own->labels[i].name);
	return room;
}

static char *put_labels(char *at, const struct draft *subject, const struct own *own)
{
	char *start = at;

	*at++ = '{';
	if (subject->n > 0)
		at = put(at, draft_view(subject));
	if (own->written.n > 0) {
		if (at > start + 1)
			*at++ = ',';
		at = put(at, own->written);
	}
	for (size_t i = 0; i < own->count; i++) {
		if (at > start + 1)
			*at++ = ',';
		at = put_label(at, own->labels[i].name, own->labels[i].value);
	}
	if (at == start + 1)
		return start;
	*at++ = '}';
	return at;
}

/* The line but for its number and its end; lent from the draft. NULL: no memory. */
static char *begin_line(struct encoder *e, struct view name, const char *ending,
			const struct own *own)
{
	size_t ending_n = strlen(ending);
	char *at =
	    draft_room(e->out, name.n + ending_n + e->subject.n + own_room(own) + LINE_MAX);

	if (!at)
		return NULL;
	at = put(at, name);
	at = put(at, (struct view){ ending, ending_n });
	at = put_labels(at, &e->subject, own);
	*at++ = ' ';
	return at;
}

static void end_line(struct encoder *e, char *at)
{
	*at++ = '\n';
	e->out->n = (size_t)(at - e->out->p);
}

/* OpenMetrics: when a counter began, behind its total. */
static void put_created(struct encoder *e, const struct own *own)
{
	char *at;

	if (e->format != TEXT_OPENMETRICS || e->family->kind != COUNTER ||
	    e->created.ms == 0)
		return;
	at = begin_line(e, e->stem, "_created", own);
	if (at)
		end_line(e, put_number(at, (struct number){ e->created.ms, 3 }));
}

static void put_sample(struct encoder *e, const struct own *own, struct number number)
{
	char *at;

	head(e);
	at = begin_line(e, e->name, "", own);
	if (at)
		end_line(e, put_number(at, number));
	put_created(e, own);
}

void encoder_number(struct encoder *e, struct number number)
{
	put_sample(e, &(struct own){ 0 }, number);
}

void encoder_word(struct encoder *e, unsigned word, struct number number)
{
	const struct words_written *w = &e->words[word - e->family->words->first];

	put_sample(e, &(struct own){ .written = { w->text, w->n } }, number);
}

void encoder_labels(struct encoder *e, const struct label *labels, size_t count,
		    struct number number)
{
	put_sample(e, &(struct own){ .labels = labels, .count = count }, number);
}

void encoder_double(struct encoder *e, double value)
{
	const struct own none = { 0 };
	char *at;

	head(e);
	at = begin_line(e, e->name, "", &none);
	if (at)
		end_line(e, put_double(at, value));
	put_created(e, &none);
}
