/* encoder.c - escapes, numbers and the order of labels. */
#include "encoder.h"

#include "printable.h"

#include <math.h>
#include <string.h>

void encoder_family(struct encoder *e, const struct family *family)
{
	e->family = family;
	e->headed = false;
}

/* Most samples are whole numbers, and printf is slow with all others. */
static void put_whole(struct draft *out, int64_t value)
{
	uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	char digits[24], *at = digits + sizeof(digits);

	do
		*--at = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (value < 0)
		*--at = '-';
	draft_put(out, (struct view){ at, (size_t)(digits + sizeof(digits) - at) });
}

void encoder_number(struct draft *out, double value)
{
	if (isnan(value))
		draft_text(out, "NaN");
	else if (isinf(value))
		draft_text(out, value < 0 ? "-Inf" : "+Inf");
	else if (fabs(value) < 1e15 && value == (double)(int64_t)value)
		put_whole(out, (int64_t)value);
	else
		draft_format(out, "%.15g", value); /* Unix time in ms has 13 digits */
}

static void put_help(struct draft *out, const char *help)
{
	for (; *help; help++)
		if (*help == '\n')
			draft_text(out, "\\n");
		else if (*help == '\\')
			draft_text(out, "\\\\");
		else
			draft_put(out, (struct view){ help, 1 });
}

static void head(struct encoder *e)
{
	static const char *const kinds[] = { [COUNTER] = "counter", [GAUGE] = "gauge" };

	if (e->headed)
		return;
	e->headed = true;
	draft_format(e->out, "# HELP %s ", e->family->name);
	put_help(e->out, e->family->help);
	draft_format(e->out, "\n# TYPE %s %s\n", e->family->name, kinds[e->family->kind]);
}

/* How many bytes at the front stand for themselves. */
static size_t plain(struct view v)
{
	size_t n = 0;

	while (n < v.n && v.p[n] >= ' ' && v.p[n] < 0x7f && v.p[n] != '"' && v.p[n] != '\\')
		n++;
	return n;
}

/* Most values are plain ASCII. The others are made valid UTF-8, because a single broken byte
 * costs Prometheus the whole scrape. */
static void put_value(struct draft *out, const char *raw)
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
		draft_put(out, (struct view){ v.p, n });
		v = view_skip(v, n);
		if (v.n == 0)
			break;
		if (v.p[0] == '"' || v.p[0] == '\\')
			draft_text(out, "\\");
		draft_put(out, (struct view){ v.p, 1 });
		v = view_skip(v, 1);
	}
}

static void put_label(struct draft *out, bool *first, const char *name, const char *value)
{
	draft_text(out, *first ? "{" : ",");
	*first = false;
	draft_text(out, name);
	draft_text(out, "=\"");
	put_value(out, value);
	draft_text(out, "\"");
}

static void put_subject(struct encoder *e, bool *first)
{
	char text[ADDRESS_TEXT_MAX];

	if (!e->target)
		return;
	put_label(e->out, first, "server", e->target->server);
	put_label(e->out, first, "service", e->target->service->name);
	if (e->address && e->address->any.sa_family != AF_UNSPEC)
		put_label(e->out, first, "address", address_text(e->address, text));
	for (size_t i = 0; i < e->target->label_count; i++)
		put_label(e->out, first, e->target->labels[i].name,
			  e->target->labels[i].value);
}

void encoder_samples(struct encoder *e, const struct label *labels, size_t count,
		     double value)
{
	bool first = true;

	head(e);
	draft_text(e->out, e->family->name);
	put_subject(e, &first);
	for (size_t i = 0; i < count; i++)
		put_label(e->out, &first, labels[i].name, labels[i].value);
	draft_text(e->out, first ? " " : "} ");
	encoder_number(e->out, value);
	draft_text(e->out, "\n");
}

void encoder_sample(struct encoder *e, double value)
{
	encoder_samples(e, NULL, 0, value);
}

void encoder_sample1(struct encoder *e, const char *name, const char *label, double value)
{
	encoder_samples(e, &(struct label){ name, label }, 1, value);
}
