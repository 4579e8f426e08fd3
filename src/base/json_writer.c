/* json_writer.c - see json_writer.h. */
#include "json_writer.h"

#include "buffer.h"
#include "printable.h"

#include <inttypes.h>

enum { NUMBER_MAX = 48 };

void json_init(struct json *j, void (*put)(void *to, struct view text), void *to)
{
	*j = (struct json){ .put = put, .to = to };
}

static void json_put(struct json *j, const char *text)
{
	j->put(j->to, view_of(text));
}

static void json_put_unit(struct json *j, uint32_t unit)
{
	static const char digits[] = "0123456789abcdef";
	const char text[] = { '\\',
			      'u',
			      digits[unit >> 12 & 15],
			      digits[unit >> 8 & 15],
			      digits[unit >> 4 & 15],
			      digits[unit & 15] };

	j->put(j->to, (struct view){ text, sizeof(text) });
}

/* RFC 8259 section 7: beyond the first plane in two halves. */
static void json_put_point(struct json *j, uint32_t point)
{
	if (point >= 0x10000) {
		json_put_unit(j, 0xd800 + ((point - 0x10000) >> 10));
		point = 0xdc00 + ((point - 0x10000) & 0x3ff);
	}
	json_put_unit(j, point);
}

static size_t json_plain(struct view v)
{
	size_t n = 0;

	while (n < v.n && v.p[n] >= ' ' && v.p[n] <= '~' && v.p[n] != '"' && v.p[n] != '\\')
		n++;
	return n;
}

void json_escape(struct json *j, struct view rest)
{
	while (rest.n > 0) {
		size_t n = json_plain(rest);
		struct view bytes;
		uint32_t point;

		if (n > 0) {
			j->put(j->to, (struct view){ rest.p, n });
			rest = view_skip(rest, n);
		} else if (!printable_point(&rest, &bytes, &point)) {
			json_put_point(j, point);
		} else {
			if (point == '"' || point == '\\')
				json_put(j, "\\");
			j->put(j->to, bytes);
		}
	}
}

static void json_quoted(struct json *j, struct view v)
{
	json_put(j, "\"");
	json_escape(j, v);
	json_put(j, "\"");
}

/* The place of the object or array that was opened last. Should there be more than
 * JSON_DEPTH_MAX, those beyond share one, so that nothing outside is written to. */
static unsigned json_top(const struct json *j)
{
	return (j->depth < JSON_DEPTH_MAX ? j->depth : JSON_DEPTH_MAX) - 1;
}

/* What stands before a value. */
static void json_begin_value(struct json *j, const char *key)
{
	if (j->depth > 0) {
		bool *has_members = &j->has_members[json_top(j)];

		if (*has_members)
			json_put(j, ",");
		*has_members = true;
	}
	if (j->on_a_line)
		json_put(j, "\n");
	j->on_a_line = false;
	if (key == NULL)
		return;
	json_quoted(j, view_of(key));
	json_put(j, ":");
}

static void json_open(struct json *j, const char *key, const char *opens, char closes)
{
	json_begin_value(j, key);
	json_put(j, opens);
	j->depth++;
	j->has_members[json_top(j)] = false;
	j->closes_with[json_top(j)] = closes;
}

void json_object(struct json *j, const char *key)
{
	json_open(j, key, "{", '}');
}

void json_array(struct json *j, const char *key)
{
	json_open(j, key, "[", ']');
}

void json_end(struct json *j)
{
	if (j->depth == 0)
		return;
	j->put(j->to, (struct view){ &j->closes_with[json_top(j)], 1 });
	j->depth--;
}

void json_line(struct json *j)
{
	j->on_a_line = true;
}

void json_null(struct json *j, const char *key)
{
	json_begin_value(j, key);
	json_put(j, "null");
}

void json_text(struct json *j, const char *key, const char *text)
{
	if (text == NULL) {
		json_null(j, key);
		return;
	}
	json_begin_value(j, key);
	json_quoted(j, view_of(text));
}

/* Digits behind the point: 0 for none. */
static void json_put_number(struct json *j, int64_t number, int64_t fraction, int digits)
{
	char text[NUMBER_MAX];
	struct buffer b;

	buffer_init(&b, text, sizeof(text));
	buffer_format(&b, "%" PRId64, number);
	if (digits > 0)
		buffer_format(&b, ".%0*" PRId64, digits, fraction);
	j->put(j->to, buffer_view(&b));
}

void json_number(struct json *j, const char *key, int64_t number)
{
	json_begin_value(j, key);
	json_put_number(j, number, 0, 0);
}

void json_bool(struct json *j, const char *key, bool value)
{
	json_begin_value(j, key);
	json_put(j, value ? "true" : "false");
}

void json_seconds(struct json *j, const char *key, struct span span)
{
	if (span.ns < 0) {
		json_null(j, key);
		return;
	}
	json_begin_value(j, key);
	json_put_number(j, span.ns / 1000000000, span.ns / 1000 % 1000000, 6);
}

void json_time(struct json *j, const char *key, struct moment moment)
{
	if (moment.ms <= 0) {
		json_null(j, key);
		return;
	}
	json_begin_value(j, key);
	json_put_number(j, moment.ms / 1000, moment.ms % 1000, 3);
}

void json_date(struct json *j, const char *key, struct moment moment)
{
	char text[MOMENT_TEXT_MAX];

	json_text(j, key, moment.ms != 0 ? moment_text(moment, text) : NULL);
}

void json_faults(struct json *j, const char *key, unsigned set, enum fault first)
{
	json_array(j, key);
	for (unsigned f = first; set != 0; f++, set >>= 1)
		if (set & 1)
			json_text(j, NULL, fault_name((enum fault)f));
	json_end(j);
}
