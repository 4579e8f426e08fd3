/* page.c - the list page: head, problems, servers or targets, foot. Each piece is one
 * target. Start to read at `more` at the end. */
#include "page.h"

#include "buffer.h"
#include "html.h"
#include "page_frame.h"
#include "page_names.h"
#include "target_counts.h"
#include "waterfall.h"

#include <stdlib.h>

enum section { HEAD, PROBLEMS, LIST, NAMES, FOOT, DONE };

struct page {
	struct text_stream answer;
	struct page_params params; /* holds a reference to its plan */
	struct page_query query;
	struct target_counts target_counts;

	enum section section;
	size_t at; /* position in the section: a problem, a target */
	size_t server_number;
	struct page_window window;
};

/* The order of the filter links and of the headline: most urgent first. */
static const unsigned kinds[PAGE_KINDS] = { STATE_CRITICAL, STATE_WARNING, STATE_UNKNOWN,
					    PAGE_PENDING, STATE_OK };

/* True if the page has a line for each server instead of a row for each target. */
static bool by_server(const struct page *page)
{
	return !page_query_chooses(&page->query) &&
	       page->target_counts.total > PAGE_ROWS_MAX;
}

/* --- head --------------------------------------------------------------------------------- */

static void put_notes(struct strbuf *out, const struct page *page)
{
	char loaded[MOMENT_TEXT_MAX], lag[SPAN_TEXT_MAX];

	if (!page->params.health.reload_ok)
		strbuf_format(
		    out,
		    "<p class=\"note\">The configuration has errors and was not loaded: "
		    "the one of %s is still in use. The log says what is wrong.</p>\n",
		    moment_text(page->params.health.loaded, loaded));
	if (page->params.health.running && page->params.health.engine.lag.ns > 50000000)
		strbuf_format(
		    out,
		    "<p class=\"note\">This machine is too busy: probing is %s behind, so "
		    "times may be too long.</p>\n",
		    span_text(page->params.health.engine.lag, lag));
}

static void put_chips(struct strbuf *out, const struct page *page)
{
	const struct page_query *q = &page->query;
	size_t all = 0;

	for (unsigned i = 0; i < PAGE_KINDS; i++)
		all += page->target_counts.found_kinds[i];
	strbuf_text(out, "<nav aria-label=\"Filter by state\"><ul class=\"chips\"><li>");
	page_frame_link(out, q, 0, 1, q->kinds == 0);
	strbuf_format(out, "All %zu</a></li>", all);
	for (unsigned i = 0; i < PAGE_KINDS; i++) {
		size_t n = page->target_counts.found_kinds[kinds[i]];

		if (n == 0 && q->kinds != 1U << kinds[i])
			continue;
		strbuf_text(out, "<li>");
		page_frame_link(out, q, 1U << kinds[i], 1, q->kinds == 1U << kinds[i]);
		page_state(out, kinds[i]);
		strbuf_format(out, " %zu</a></li>", n);
	}
	strbuf_text(out, "</ul></nav>\n");
}

static void page_put_head(struct strbuf *out, const struct page *page)
{
	const struct target_counts *c = &page->target_counts;
	char line[TARGET_COUNTS_LINE_MAX];

	target_counts_line(c, line);
	page_frame_head(out, line, target_counts_kind(c), &page->query);
	strbuf_format(out, "<section class=\"banner %s\">",
		      page_kind_class(target_counts_kind(c)));
	page_shape(out, target_counts_kind(c));
	strbuf_format(out, "<div><h1>%s</h1>", line);
	if (c->total > 0)
		strbuf_format(out, "<p>%zu target%s on %zu server%s</p>", c->total,
			      c->total == 1 ? "" : "s", c->servers,
			      c->servers == 1 ? "" : "s");
	strbuf_text(out, "</div></section>\n");
	put_notes(out, page);
	page_names_note(out, page->params.plan);
	if (c->total > 0)
		put_chips(out, page);
}

/* --- problems ----------------------------------------------------------------------------- */

static void page_put_problem(struct strbuf *out, const struct page *page,
			     const struct problem *problem)
{
	const struct target *target = &page->params.plan->targets[problem->target];
	struct record records[SLOT_RECORDS_MAX];
	size_t n = slot_copy(target->slot, records, ARRAY_SIZE(records));

	/* the problem may be over by now */
	if (problem->record < n && records[problem->record].last.state != STATE_OK)
		page_problem(out, &page->params, target, &records[problem->record]);
	for (size_t i = 0; i < n; i++)
		slot_record_fini(&records[i]);
}

/* Returns false when the section is complete. */
static bool more_problems(struct page *page, struct strbuf *out)
{
	const struct target_counts *c = &page->target_counts;

	if (page_query_chooses(&page->query) || page->query.page > 1 ||
	    c->problem_count == 0)
		return false;
	if (page->at == 0)
		strbuf_text(out, "<section class=\"problems\"><h2>Problems</h2>\n");
	if (page->at < c->problem_count) {
		page_put_problem(out, page, &c->problems[page->at++]);
		return true;
	}
	if (target_counts_bad(c) > c->problem_count)
		strbuf_format(out,
			      "<p class=\"more\">%zu more problems: <a "
			      "href=\"./?state=problem\">all of them</a></p>\n",
			      target_counts_bad(c) - c->problem_count);
	strbuf_text(out, "</section>\n");
	return false;
}

/* --- the list ----------------------------------------------------------------------------- */

static void put_pages(struct strbuf *out, const struct page *page, size_t all, size_t each)
{
	size_t pages = (all + each - 1) / each, at = page->query.page;

	if (pages < 2)
		return;
	strbuf_text(out, "<nav class=\"pages\" aria-label=\"Pages\">");
	if (at > 1) {
		page_frame_link(out, &page->query, page->query.kinds, at - 1, false);
		strbuf_text(out, "\xe2\x86\x90 before</a> ");
	}
	strbuf_format(out, "<span>page %zu of %zu</span> ", at, pages);
	if (at < pages) {
		page_frame_link(out, &page->query, page->query.kinds, at + 1, false);
		strbuf_text(out, "next \xe2\x86\x92</a>");
	}
	strbuf_text(out, "</nav>\n");
}

static void put_found(struct strbuf *out, const struct page *page)
{
	const struct page_query *q = &page->query;

	strbuf_format(out, "%zu found", page->target_counts.found);
	if (q->server[0]) {
		strbuf_text(out, " on ");
		html_bdi(out, q->server);
	}
	if (q->text[0]) {
		strbuf_text(out, " for \xe2\x80\x9c");
		html_bdi(out, q->text);
		strbuf_text(out, "\xe2\x80\x9d");
	}
	strbuf_text(out, " <a class=\"back\" href=\"./\">show all</a>");
}

static void begin_rows(struct strbuf *out, const struct page *page)
{
	static const char *const titles[] = { "State",       "Service",
					      "Since",       "Result",
					      "Last hour",   "Phases of the last probe",
					      "Certificate", "Probed" };

	strbuf_text(out, "<section class=\"list\" id=\"list\"><h2>");
	if (page_query_chooses(&page->query))
		put_found(out, page);
	else
		strbuf_text(out, "All servers");
	strbuf_text(out, "</h2>\n");
	if (page->target_counts.found == 0)
		return;
	strbuf_text(out, "<table class=\"rows\"><thead><tr>");
	for (unsigned i = 0; i < ARRAY_SIZE(titles); i++)
		strbuf_format(out, "<th scope=\"col\">%s</th>", titles[i]);
	strbuf_text(out, "</tr></thead>\n");
}

static bool more_rows(struct page *page, struct strbuf *out)
{
	const struct plan *plan = page->params.plan;

	if (page->at == 0) {
		begin_rows(out, page);
		page->window.skip = (page->query.page - 1) * PAGE_ROWS_MAX;
		page->window.left = PAGE_ROWS_MAX;
	}
	if (page->at < plan->target_count && page->window.left > 0) {
		page_rows(out, &page->params, &plan->targets[page->at++], &page->query,
			  &page->window);
		return true;
	}
	if (page->target_counts.found > 0) {
		strbuf_text(out,
			    page->window.server
				? "</tbody></table>\n"
				: "<tbody><tr><td colspan=\"8\">There is nothing on this "
				  "page.</td></tr></tbody></table>\n");
		waterfall_legend(out);
	}
	put_pages(out, page, page->target_counts.found, PAGE_ROWS_MAX);
	strbuf_text(out, "</section>\n");
	return false;
}

/* Counts the targets of one server from page->at on, and moves page->at behind them. */
static void count_server(struct page *page, struct target_counts *ret_target_counts)
{
	const struct plan *plan = page->params.plan;
	const char *server = plan->targets[page->at].server;
	struct slot_state states[SLOT_RECORDS_MAX];

	*ret_target_counts = (struct target_counts){ .worst = STATE_OK };
	for (; page->at < plan->target_count; page->at++) {
		const struct target *target = &plan->targets[page->at];
		size_t n;

		if (strcmp(target->server, server) != 0)
			break;
		n = slot_states(target->slot, states, ARRAY_SIZE(states));
		for (size_t i = 0; i < n; i++) {
			ret_target_counts->counts[states[i].state]++;
			ret_target_counts->worst =
			    state_worse(ret_target_counts->worst, states[i].state);
		}
		ret_target_counts->counts[PAGE_PENDING] += n == 0;
		ret_target_counts->total += n == 0 ? 1 : n;
	}
}

static void put_server_line(struct strbuf *out, const struct target *first,
			    const struct target_counts *c)
{
	struct page_query query = { .page = 1 };

	text_copy(query.server, sizeof(query.server), first->server);
	strbuf_text(out, "<tr><td class=\"no\">");
	page_state(out, target_counts_kind(c));
	strbuf_text(out, "</td><th scope=\"row\">");
	page_frame_link(out, &query, 0, 1, false);
	html_bdi(out, first->server);
	strbuf_text(out, "</a></th><td>");
	html_bdi(out, first->host);
	page_labels(out, first);
	strbuf_text(out, "</td><td>");
	for (unsigned i = 0; i < PAGE_KINDS; i++) {
		if (c->counts[kinds[i]] == 0)
			continue;
		strbuf_text(out, "<span class=\"tally\">");
		page_state(out, kinds[i]);
		strbuf_format(out, " %zu</span> ", c->counts[kinds[i]]);
	}
	strbuf_text(out, "</td></tr>\n");
}

static bool more_servers(struct page *page, struct strbuf *out)
{
	const struct plan *plan = page->params.plan;
	size_t first = (page->query.page - 1) * PAGE_SERVERS_MAX;
	size_t from = page->at;
	struct target_counts c;

	if (page->at == 0)
		strbuf_text(
		    out, "<section class=\"list\" id=\"list\"><h2>All servers</h2>\n"
			 "<table class=\"servers\"><thead><tr><th scope=\"col\">State</th>"
			 "<th scope=\"col\">Server</th><th scope=\"col\">Host</th>"
			 "<th scope=\"col\">Services</th></tr></thead>\n<tbody>");
	if (page->at < plan->target_count &&
	    page->server_number < first + PAGE_SERVERS_MAX) {
		count_server(page, &c);
		if (page->server_number++ >= first)
			put_server_line(out, &plan->targets[from], &c);
		return true;
	}
	if (page->server_number <= first)
		strbuf_text(
		    out, "<tr><td colspan=\"4\">There is nothing on this page.</td></tr>");
	strbuf_text(out, "</tbody></table>\n");
	put_pages(out, page, page->target_counts.servers, PAGE_SERVERS_MAX);
	strbuf_text(out, "</section>\n");
	return false;
}

static bool more_list(struct page *page, struct strbuf *out)
{
	if (page->target_counts.total == 0)
		return false;
	return by_server(page) ? more_servers(page, out) : more_rows(page, out);
}

/* --- the page ----------------------------------------------------------------------------- */

static bool page_more(struct text_stream *answer, struct strbuf *out)
{
	struct page *page = (struct page *)answer;

	switch (page->section) {
	case HEAD:
		page_put_head(out, page);
		break;
	case PROBLEMS:
		if (more_problems(page, out))
			return true;
		break;
	case LIST:
		if (more_list(page, out))
			return true;
		break;
	case NAMES:
		page_names_found(out, &page->params, &page->query);
		break;
	case FOOT:
		page_frame_foot(out, &page->params);
		break;
	case DONE:
		return false;
	}
	page->section++;
	page->at = 0;
	return true;
}

static void page_dispose(struct text_stream *answer)
{
	struct page *page = (struct page *)answer;

	plan_release(page->params.plan);
	free(page);
}

struct text_stream *page_new(const struct page_params *params,
			     const struct page_query *query)
{
	struct page *page = calloc(1, sizeof(*page));

	if (!page)
		return NULL;
	page->answer = (struct text_stream){ page_more, page_dispose };
	page->params = *params;
	plan_hold(page->params.plan);
	page->query = *query;
	target_counts_collect(&page->target_counts, params->plan, query);
	return &page->answer;
}
