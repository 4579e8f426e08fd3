/* encoder.c - escapes, numbers and the order of labels.
 *
 * A scrape can have millions of lines, so a line is copied together from pieces of known
 * length, into room that is requested once.
 */
#include "encoder.h"

#include "printable.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Bytes copied at once; room for a number; room for a line without its name and labels. */
enum { BLOCK = 32, NUMBER_MAX = 32, LINE_MAX = NUMBER_MAX + 3 * BLOCK };

static char *encoder_put(char *at, struct view v)
{
	if (v.n > 0)
		memcpy(at, v.p, v.n);
	return at + v.n;
}

/* Copies short text without a call of memcpy. Source and destination must have room up
 * to the next whole block. */
static inline char *put_blocks(char *at, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i += BLOCK)
		memcpy(at + i, p + i, BLOCK);
	return at + n;
}

/* --- numbers ------------------------------------------------------------------------------ */

static unsigned digits_of(uint64_t value)
{
	unsigned n = 1;

	for (; value >= 10000; value /= 10000)
		n += 4;
	return n + (value >= 10) + (value >= 100) + (value >= 1000);
}

/* Writes the last n digits, two at a time. */
static inline void put_pairs(char *at, uint32_t value, unsigned n)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324"
				    "25262728293031323334353637383940414243444546474849"
				    "50515253545556575859606162636465666768697071727374"
				    "75767778798081828384858687888990919293949596979899";

	for (; n >= 2; n -= 2, value /= 100)
		memcpy(at + n - 2, &pairs[value % 100 * 2], 2);
	if (n > 0)
		*at = (char)('0' + value % 10);
}

/* Writes `n` digits with leading zeros. Halves of 32 bits are divided faster. */
static inline char *put_digits(char *at, uint64_t value, unsigned n)
{
	enum { HALF = 8 };
	char *end = at + n;

	for (; n > HALF; n -= HALF, value /= 100000000)
		put_pairs(at + n - HALF, (uint32_t)(value % 100000000), HALF);
	put_pairs(at, (uint32_t)value, n);
	return end;
}

/* The part before the decimal point. Divides by constants, because other divisions are
 * slow. */
static uint64_t whole_part(uint64_t units, unsigned decimals, uint64_t *ret_scale)
{
	switch (decimals) {
	case 3:
		*ret_scale = 1000;
		return units / 1000;
	case 6:
		*ret_scale = 1000000;
		return units / 1000000;
	default:
		*ret_scale = 1;
		for (; decimals > 0; decimals--)
			*ret_scale *= 10;
		return units / *ret_scale;
	}
}

static char *put_fraction(char *at, uint64_t left, unsigned decimals)
{
	for (; left % 10 == 0; left /= 10)
		decimals--;
	*at++ = '.';
	return put_digits(at, left, decimals);
}

static inline char *encoder_put_number(char *at, struct number number)
{
	uint64_t left =
	    number.units < 0 ? 0 - (uint64_t)number.units : (uint64_t)number.units;
	uint64_t scale, whole;

	/* most numbers are 0 or 1 */
	if (left < 10 && number.decimals == 0 && number.units >= 0) {
		*at++ = (char)('0' + left);
		return at;
	}
	if (number.units < 0)
		*at++ = '-';
	if (number.decimals == 0)
		return put_digits(at, left, digits_of(left));
	whole = whole_part(left, number.decimals, &scale);
	at = put_digits(at, whole, digits_of(whole));
	left -= whole * scale;
	return left > 0 ? put_fraction(at, left, number.decimals) : at;
}

/* Writes whole numbers itself, because printf is slow. */
static char *put_double(char *at, double value)
{
	if (isnan(value))
		return encoder_put(at, (struct view){ "NaN", 3 });
	if (isinf(value))
		return encoder_put(at, (struct view){ value < 0 ? "-Inf" : "+Inf", 4 });
	if (fabs(value) < 1e15 && value == (double)(int64_t)value)
		return encoder_put_number(at, number_of((int64_t)value));
	return at + snprintf(at, NUMBER_MAX, "%.15g", value);
}

/* --- labels ------------------------------------------------------------------------------- */

/* Checks eight bytes at once; zero if none of them needs an escape. */
static uint64_t encoder_special_bytes(uint64_t bytes)
{
	const uint64_t each = 0x0101010101010101, high = 0x80 * each;
	uint64_t below = bytes - ' ' * each;
	uint64_t quote = bytes ^ '"' * each, slash = bytes ^ '\\' * each;
	uint64_t del = bytes ^ 0x7f * each;

	/* exact as long as no byte has its high bit, which is checked, too */
	return (below | (quote - each) | (slash - each) | (del - each) | bytes) & high;
}

static bool encoder_needs_no_escape(char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

/* Copies eight bytes; returns zero if none of them needs an escape. */
static inline uint64_t put_eight(char *at, const char *p)
{
	uint64_t bytes;

	memcpy(&bytes, p, sizeof(bytes));
	memcpy(at, &bytes, sizeof(bytes));
	return encoder_special_bytes(bytes);
}

/* Copies bytes up to the first one that needs an escape, perhaps with some behind it.
 * Returns how many bytes need no escape. */
static inline size_t encoder_put_plain(char *at, struct view v)
{
	size_t n = 0;

	while (v.n - n >= 8 && put_eight(at + n, v.p + n) == 0)
		n += 8;
	/* copies the last eight bytes, some of them for the second time */
	if (v.n >= 8 && v.n - n < 8 && put_eight(at + v.n - 8, v.p + v.n - 8) == 0)
		return v.n;
	for (; n < v.n && encoder_needs_no_escape(v.p[n]); n++)
		at[n] = v.p[n];
	return n;
}

static char *encoder_put_escaped(char *at, struct view v)
{
	for (;;) {
		size_t n = encoder_put_plain(at, v);

		at += n;
		v = view_skip(v, n);
		if (v.n == 0)
			return at;
		if (v.p[0] == '"' || v.p[0] == '\\')
			*at++ = '\\';
		*at++ = v.p[0];
		v = view_skip(v, 1);
	}
}

/* Writes valid UTF-8, because Prometheus refuses a whole scrape for one invalid byte.
 * Not inlined, because its large stack frame would slow down the common case. */
__attribute__((noinline)) static char *put_cleaned(char *at, const char *raw)
{
	char clean[LABEL_VALUE_MAX];

	return encoder_put_escaped(
	    at, (struct view){ clean, printable_copy(clean, sizeof(clean), view_of(raw)) });
}

/* Writes at most twice LABEL_VALUE_MAX. Most values are plain ASCII. */
static inline char *encoder_put_value(char *at, const char *raw)
{
	struct view v = { raw, strnlen(raw, LABEL_VALUE_MAX) };

	if (encoder_put_plain(at, v) < v.n || v.n == LABEL_VALUE_MAX)
		return put_cleaned(at, raw);
	return at + v.n;
}

/* Room for a label and the comma before it. */
static size_t label_room(struct view name)
{
	return name.n + 2 * LABEL_VALUE_MAX + 4;
}

static inline char *encoder_put_label(char *at, struct view name, const char *value)
{
	at = encoder_put(at, name);
	at = encoder_put(at, (struct view){ "=\"", 2 });
	at = encoder_put_value(at, value);
	*at++ = '"';
	return at;
}

static inline void add_label(struct strbuf *d, struct view name, const char *value)
{
	char *at = strbuf_room(d, label_room(name) + BLOCK);

	if (!at)
		return;
	*at++ = ',';
	d->n = (size_t)(encoder_put_label(at, name, value) - d->p);
}

static void add_address(struct strbuf *d, const struct address *address)
{
	char text[ADDRESS_TEXT_MAX];

	if (address->any.sa_family != AF_UNSPEC)
		add_label(d, (struct view){ "address", 7 }, address_text(address, text));
}

/* Caches the label of a service, because many targets have the same one. */
static void learn_service(struct encoder *e, const struct service *service)
{
	struct strbuf text;

	strbuf_init(&text);
	add_label(&text, (struct view){ "service", 7 }, service->name);
	e->service = NULL;
	if (!text.failed && text.n <= sizeof(e->service_text)) {
		e->service = service;
		e->service_n = text.n;
		memcpy(e->service_text, text.p, text.n);
	}
	strbuf_fini(&text);
}

/* Written only when there is a sample, because many families have none for a target. */
static void write_subject(struct encoder *e)
{
	static const char start[BLOCK] = "{server=\"";
	const struct target *target = e->target;
	char *at =
	    strbuf_room(&e->subject, 2 * LABEL_VALUE_MAX + SERVICE_TEXT_MAX + 2 * BLOCK);

	if (at) {
		at = put_blocks(at, start, 9);
		at = encoder_put_value(at, target->server);
		*at++ = '"';
		if (!e->of_server && e->service != target->service)
			learn_service(e, target->service);
		if (!e->of_server && e->service)
			at = put_blocks(at, e->service_text, e->service_n);
		e->subject.n = (size_t)(at - e->subject.p);
	}
	if (!e->of_server && !e->service)
		add_label(&e->subject, (struct view){ "service", 7 },
			  target->service->name);
	if (e->address)
		add_address(&e->subject, e->address);
	for (size_t i = 0; i < target->label_count; i++)
		add_label(&e->subject, view_of(target->labels[i].name),
			  target->labels[i].value);
	if (e->subject.failed)
		e->out->failed = true;
}

void encoder_subject(struct encoder *e, const struct target *target,
		     const struct address *address)
{
	e->subject.n = 0;
	e->target = target;
	e->address = address;
	e->of_server = false;
}

void encoder_server(struct encoder *e, const struct target *target)
{
	encoder_subject(e, target, NULL);
	e->of_server = true;
}

void encoder_fini(struct encoder *e)
{
	strbuf_fini(&e->subject);
}

/* --- families ----------------------------------------------------------------------------- */

static void write_words(struct encoder *e, const struct words *words)
{
	for (unsigned i = words->first; i <= words->last; i++) {
		struct words_written *word = &e->words[i - words->first];
		struct buffer b;

		buffer_init(&b, word->text, sizeof(word->text));
		buffer_format(&b, ",%s=\"%s\"} ", words->label, words->value(i));
		word->n = b.n;
	}
}

/* The name of a family in OpenMetrics, where only the sample has the ending. */
static struct view stem_of(const struct family *family)
{
	static const char *const endings[] = {
		[COUNTER] = "_total", [GAUGE] = "", [INFO] = "_info", [HISTOGRAM] = ""
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
	text_copy(e->name_text, sizeof(e->name_text), family->name);
	if (family->words && family->words->value)
		write_words(e, family->words);
}

static void encoder_put_help(struct encoder *e, struct view name)
{
	strbuf_format(e->out, "# HELP %.*s ", (int)name.n, name.p);
	for (const char *help = e->family->help; *help; help++)
		if (*help == '\n')
			strbuf_text(e->out, "\\n");
		else if (*help == '\\')
			strbuf_text(e->out, "\\\\");
		else if (*help == '"' && e->format == TEXT_OPENMETRICS)
			strbuf_text(e->out, "\\\"");
		else
			strbuf_put(e->out, (struct view){ help, 1 });
	strbuf_text(e->out, "\n");
}

static void put_type(struct encoder *e, struct view name, const char *type)
{
	strbuf_format(e->out, "# TYPE %.*s %s\n", (int)name.n, name.p, type);
}

const char *metric_kind_name(enum metric_kind kind)
{
	static const char *const names[] = { [COUNTER] = "counter",
					     [GAUGE] = "gauge",
					     [INFO] = "info",
					     [HISTOGRAM] = "histogram" };

	return names[kind];
}

static void head(struct encoder *e)
{
	enum metric_kind kind = e->family->kind;

	if (e->headed)
		return;
	e->headed = true;
	if (e->format == TEXT_OPENMETRICS) {
		put_type(e, e->stem, metric_kind_name(kind));
		if (*e->family->unit)
			strbuf_format(e->out, "# UNIT %.*s %s\n", (int)e->stem.n, e->stem.p,
				      e->family->unit);
		encoder_put_help(e, e->stem);
	} else {
		encoder_put_help(e, view_of(e->family->name));
		put_type(e, view_of(e->family->name),
			 metric_kind_name(kind == INFO ? GAUGE : kind));
	}
}

void encoder_end(struct encoder *e)
{
	if (e->format == TEXT_OPENMETRICS)
		strbuf_text(e->out, "# EOF\n");
}

/* --- samples ------------------------------------------------------------------------------ */

static void encoder_end_line(struct encoder *e, char *at)
{
	*at++ = '\n';
	e->out->n = (size_t)(at - e->out->p);
}

/* Returns room for a line and writes its name and the subject's labels. NULL: no memory. */
static inline char *begin_line(struct encoder *e, size_t labels_room)
{
	char *at;

	if (e->target && e->subject.n == 0)
		write_subject(e);
	at = strbuf_room(e->out, METRIC_NAME_MAX + e->subject.n + labels_room + LINE_MAX);
	if (!at)
		return NULL;
	at = put_blocks(at, e->name_text, e->name.n);
	return put_blocks(at, e->subject.p, e->subject.n);
}

static char *end_labels(struct encoder *e, char *at)
{
	if (e->subject.n > 0)
		*at++ = '}';
	*at++ = ' ';
	return at;
}

static bool has_created(const struct encoder *e)
{
	return e->format == TEXT_OPENMETRICS && e->family->kind == COUNTER &&
	       e->created.ms != 0;
}

/* OpenMetrics: writes the time at which the counter of the line at `line` began: the
 * same line with the ending _created and another number. */
static void put_created(struct encoder *e, size_t line)
{
	static const struct view ending = { "_created", 8 };
	size_t labels_n = e->out->n - line - e->name.n;
	char *at = strbuf_room(e->out, e->stem.n + ending.n + labels_n + LINE_MAX);
	const char *labels = e->out->p + line + e->name.n;

	if (!at)
		return;
	/* the number is the text behind the last blank */
	labels_n = (size_t)((const char *)memrchr(labels, ' ', labels_n) + 1 - labels);
	at = encoder_put(encoder_put(at, e->stem), ending);
	at = encoder_put(at, (struct view){ labels, labels_n });
	encoder_end_line(e, encoder_put_number(at, (struct number){ e->created.ms, 3 }));
}

void encoder_number(struct encoder *e, struct number number)
{
	size_t line;
	char *at;

	head(e);
	line = e->out->n;
	at = begin_line(e, 0);
	if (!at)
		return;
	encoder_end_line(e, encoder_put_number(end_labels(e, at), number));
	if (has_created(e))
		put_created(e, line);
}

void encoder_word(struct encoder *e, unsigned word, struct number number)
{
	const struct words_written *w = &e->words[word - e->family->words->first];
	size_t line;
	char *at, *text;

	head(e);
	line = e->out->n;
	text = begin_line(e, WORD_TEXT_MAX);
	if (!text)
		return;
	at = put_blocks(text, w->text, w->n);
	if (e->subject.n == 0)
		*text = '{';
	encoder_end_line(e, encoder_put_number(at, number));
	if (has_created(e))
		put_created(e, line);
}

void encoder_labels(struct encoder *e, const struct label *labels, size_t count,
		    struct number number)
{
	size_t room = 0, line;
	char *at;

	for (size_t i = 0; i < count; i++)
		room += label_room(view_of(labels[i].name));
	head(e);
	line = e->out->n;
	at = begin_line(e, room);
	if (!at)
		return;
	for (size_t i = 0; i < count; i++) {
		*at++ = i == 0 && e->subject.n == 0 ? '{' : ',';
		at = encoder_put_label(at, view_of(labels[i].name), labels[i].value);
	}
	if (count > 0 || e->subject.n > 0)
		*at++ = '}';
	*at++ = ' ';
	encoder_end_line(e, encoder_put_number(at, number));
	if (has_created(e))
		put_created(e, line);
}

void encoder_double(struct encoder *e, double value)
{
	size_t line;
	char *at;

	head(e);
	line = e->out->n;
	at = begin_line(e, 0);
	if (!at)
		return;
	encoder_end_line(e, put_double(end_labels(e, at), value));
	if (has_created(e))
		put_created(e, line);
}
