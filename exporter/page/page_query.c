/* page_query.c - searches words in names, labels, address, fault and the server's reply. */
#include "page_query.h"

#include "buffer.h"
#include "html.h"
#include "printable.h"

#include <stdlib.h>

enum { PAGE_MAX = 1000000 };

static const char *const classes[PAGE_KINDS] = { "ok", "warning", "critical", "unknown",
						 "pending" };
static const unsigned problem_kinds =
    1U << STATE_WARNING | 1U << STATE_CRITICAL | 1U << STATE_UNKNOWN;

const char *page_kind_class(unsigned kind)
{
	return classes[kind];
}

const char *page_kind_word(unsigned kind)
{
	return kind == PAGE_PENDING ? "PENDING" : state_name((enum state)kind);
}

static unsigned kinds_of(const char *word)
{
	if (!word)
		return 0;
	if (view_equal(view_of(word), "problem"))
		return problem_kinds;
	for (unsigned i = 0; i < PAGE_KINDS; i++)
		if (view_equal(view_of(word), classes[i]))
			return 1U << i;
	return 0;
}

void page_query_init(struct page_query *q, const char *text, const char *state,
		     const char *server, const char *page)
{
	uint64_t number = 1;

	*q = (struct page_query){ .kinds = kinds_of(state), .page = 1 };
	printable_copy(q->text, sizeof(q->text), view_of(text));
	text_copy(q->server, sizeof(q->server), server ? server : "");
	if (page && view_number(view_of(page), PAGE_MAX, &number) && number > 0)
		q->page = (size_t)number;
}

bool page_query_chooses(const struct page_query *q)
{
	return q->text[0] || q->server[0] || q->kinds;
}

bool page_query_has_kind(const struct page_query *q, unsigned kind)
{
	return q->kinds == 0 || q->kinds >> kind & 1;
}

/* Ignores upper and lower case of ASCII. */
static bool page_query_contains(const char *text, struct view word)
{
	for (; *text; text++) {
		size_t n = 0;

		while (n < word.n && ascii_lower(text[n]) == ascii_lower(word.p[n]))
			n++;
		if (n == word.n)
			return true;
	}
	return false;
}

static bool is_in_target(const struct target *t, struct view word)
{
	if (page_query_contains(t->server, word) || page_query_contains(t->host, word) ||
	    page_query_contains(t->service->name, word))
		return true;
	for (size_t i = 0; i < t->label_count; i++)
		if (page_query_contains(t->labels[i].name, word) ||
		    page_query_contains(t->labels[i].value, word))
			return true;
	return false;
}

static bool is_in_result(const struct result *r, struct view word)
{
	char address[ADDRESS_TEXT_MAX];

	return page_query_contains(r->text, word) ||
	       page_query_contains(r->cert_detail, word) ||
	       page_query_contains(r->notice_detail, word) ||
	       page_query_contains(address_text(&r->address, address), word) ||
	       (r->fault != FAULT_OK && (page_query_contains(fault_name(r->fault), word) ||
					 page_query_contains(phase_name(r->phase), word)));
}

bool page_query_finds(const struct page_query *q, const struct target *target,
		      const struct record *record)
{
	struct view rest = view_of(q->text), word;

	if (q->server[0] && strcmp(q->server, target->server) != 0)
		return false;
	while (view_next_word(&rest, &word))
		if (!is_in_target(target, word) &&
		    !(record && is_in_result(&record->last, word)))
			return false;
	return true;
}

static void page_query_put_value(struct strbuf *out, const char **gap, const char *key,
				 const char *value)
{
	if (!value[0])
		return;
	strbuf_format(out, "%s%s=", *gap, key);
	html_url(out, value);
	*gap = "&amp;";
}

static const char *word_of(unsigned kinds)
{
	if (kinds == problem_kinds)
		return "problem";
	for (unsigned i = 0; i < PAGE_KINDS; i++)
		if (kinds == 1U << i)
			return classes[i];
	return "";
}

void page_query_link(struct strbuf *out, const struct page_query *q, unsigned kinds,
		     size_t page)
{
	const char *gap = "?";
	char number[24];
	struct buffer b;

	strbuf_text(out, "./");
	page_query_put_value(out, &gap, "q", q->text);
	page_query_put_value(out, &gap, "server", q->server);
	page_query_put_value(out, &gap, "state", word_of(kinds));
	buffer_init(&b, number, sizeof(number));
	if (page > 1)
		buffer_format(&b, "%zu", page);
	page_query_put_value(out, &gap, "page", buffer_string(&b));
}

void page_target_link(struct strbuf *out, const struct target *target)
{
	strbuf_text(out, "target?server=");
	html_url(out, target->server);
	strbuf_text(out, "&amp;service=");
	html_url(out, target->service->name);
}
