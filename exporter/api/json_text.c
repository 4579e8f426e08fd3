/* json_text.c - see json_text.h. */
#include "json_text.h"

#include "printable.h"

#include <inttypes.h>

/* Longer ones are nobody's. */
enum { TEXT_CUT = 4096 };

static void put_escaped(struct draft *out, struct view v)
{
	while (v.n > 0) {
		size_t n = 0;

		while (n < v.n && v.p[n] != '"' && v.p[n] != '\\')
			n++;
		draft_put(out, (struct view){ v.p, n });
		if (n < v.n)
			draft_format(out, "\\%c", v.p[n++]);
		v = view_skip(v, n);
	}
}

/* All that is in an answer is printable, where it comes from a stranger; what is not, from a
 * configuration, is made so. */
void json_text(struct draft *out, const char *text)
{
	char clean[TEXT_CUT];
	size_t n;

	if (!text) {
		draft_text(out, "null");
		return;
	}
	n = printable_copy(clean, sizeof(clean), view_of(text));
	draft_text(out, "\"");
	put_escaped(out, (struct view){ clean, n });
	draft_text(out, "\"");
}

void json_next(struct json_list *l, const char *name)
{
	if (l->begun)
		draft_text(l->out, ",");
	l->begun = true;
	if (!name)
		return;
	json_text(l->out, name);
	draft_text(l->out, ":");
}

void json_member_text(struct json_list *l, const char *name, const char *text)
{
	json_next(l, name);
	json_text(l->out, text);
}

void json_member_number(struct json_list *l, const char *name, int64_t number)
{
	json_next(l, name);
	draft_format(l->out, "%" PRId64, number);
}

void json_member_bool(struct json_list *l, const char *name, bool value)
{
	json_next(l, name);
	draft_text(l->out, value ? "true" : "false");
}

void json_member_span(struct json_list *l, const char *name, struct span span)
{
	json_next(l, name);
	if (span.ns < 0)
		draft_text(l->out, "null");
	else
		draft_format(l->out, "%" PRId64 ".%06" PRId64, span.ns / 1000000000,
			     span.ns / 1000 % 1000000);
}

void json_member_moment(struct json_list *l, const char *name, struct moment moment)
{
	json_next(l, name);
	if (moment.ms <= 0)
		draft_text(l->out, "null");
	else
		draft_format(l->out, "%" PRId64 ".%03" PRId64, moment.ms / 1000,
			     moment.ms % 1000);
}
