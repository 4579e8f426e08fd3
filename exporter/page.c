/* page.c - head, problems, all servers, foot; each target is a piece of its own. Read `more`
 * at the foot first.
 */
#include "page.h"

#include "buffer.h"
#include "page_style.h"
#include "page_target.h"

#include <stdlib.h>
#include <string.h>

enum { REFRESH_S = 15 };

enum section { HEAD, PROBLEMS, SERVERS, FOOT, DONE };

struct page {
	struct answer answer;
	struct plan *plan;
	struct health health;
	struct moment now;
	size_t counts[PAGE_KINDS]; /* of records; PAGE_PENDING of targets without one */
	size_t total;
	enum state worst;

	enum section section;
	size_t problem, target, shown; /* the place within the section */
};

/* Worst first, as state_worse has it. */
static const enum state problems[] = { STATE_CRITICAL, STATE_WARNING, STATE_UNKNOWN };

static void count(struct page *page)
{
	struct record records[SLOT_RECORDS_MAX];

	for (size_t i = 0; i < page->plan->target_count; i++) {
		size_t n =
		    slot_copy(page->plan->targets[i].slot, records, ARRAY_SIZE(records));

		if (n == 0)
			page->counts[PAGE_PENDING]++;
		page->total += n == 0 ? 1 : n;
		for (size_t k = 0; k < n; k++) {
			page->counts[records[k].last.state]++;
			page->worst = state_worse(page->worst, records[k].last.state);
			slot_record_fini(&records[k]);
		}
	}
}

static size_t problem_count(const struct page *page)
{
	size_t sum = 0;

	for (size_t i = 0; i < ARRAY_SIZE(problems); i++)
		sum += page->counts[problems[i]];
	return sum;
}

/* The kind of the whole page. */
static unsigned tone(const struct page *page)
{
	if (problem_count(page) > 0)
		return page->worst;
	if (page->counts[PAGE_PENDING] > 0 || page->total == 0)
		return PAGE_PENDING;
	return STATE_OK;
}

static void headline(const struct page *page, struct buffer *line)
{
	size_t bad = problem_count(page), pending = page->counts[PAGE_PENDING];

	if (bad > 0)
		buffer_format(line, "%s: %zu of %zu", state_name(page->worst), bad,
			      page->total);
	else if (page->total == 0)
		buffer_text(line, "Nothing to probe");
	else if (pending > 0)
		buffer_format(line, "%zu of %zu not probed yet", pending, page->total);
	else
		buffer_format(line, "All %zu OK", page->total);
	buffer_string(line);
}

static void put_icon(struct draft *out, unsigned class)
{
	static const char *const colours[] = { "1a7f37", "d4a017", "d1242f", "8250df",
					       "8b949e" };

	draft_format(
	    out,
	    "<link rel=\"icon\" href=\"data:image/svg+xml,%%3Csvg xmlns='http://www.w3.org/"
	    "2000/svg' viewBox='0 0 8 8'%%3E%%3Ccircle cx='4' cy='4' r='4' "
	    "fill='%%23%s'/%%3E%%3C/svg%%3E\">\n",
	    colours[class]);
}

static void put_counts(struct draft *out, const struct page *page)
{
	draft_text(out, "<ul class=\"counts\">");
	for (unsigned i = 0; i < PAGE_KINDS; i++)
		if (page->counts[i] > 0)
			draft_format(
			    out,
			    "<li class=\"%s\"><span class=\"state\">%s</span> %zu</li>",
			    page_class(i), page_word(i), page->counts[i]);
	draft_text(out, "</ul></header>\n");
}

static void put_notes(struct draft *out, const struct page *page)
{
	char loaded[MOMENT_TEXT_MAX], lag[SPAN_TEXT_MAX];

	if (!page->health.reload_ok)
		draft_format(
		    out,
		    "<p class=\"note\">The configuration has errors and was not taken: the "
		    "one read at %s is still in use. The log says what is wrong.</p>\n",
		    moment_text(page->health.loaded, loaded));
	if (page->health.running && page->health.engine.lag.ns > 50000000)
		draft_format(
		    out,
		    "<p class=\"note\">This machine is too busy: probing is %s behind, so "
		    "times may be too long.</p>\n",
		    span_text(page->health.engine.lag, lag));
}

static void put_head(struct draft *out, const struct page *page)
{
	char line[100];
	struct buffer b;

	buffer_init(&b, line, sizeof(line));
	headline(page, &b);
	draft_format(
	    out,
	    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	    "<meta http-equiv=\"refresh\" content=\"%d\">\n"
	    "<title>%s \xc2\xb7 mailvane</title>\n",
	    REFRESH_S, line);
	put_icon(out, tone(page));
	draft_format(out, "<style>%s</style></head>\n<body>\n", page_style);
	draft_format(out, "<header class=\"%s\"><h1>%s</h1>", page_class(tone(page)), line);
	put_counts(out, page);
	put_notes(out, page);
	if (problem_count(page) > 0)
		draft_text(out, "<h2>Problems</h2>\n");
}

/* The problems of one state of one target. */
static void put_problems_of(struct draft *out, struct page *page,
			    const struct target *target)
{
	struct record records[SLOT_RECORDS_MAX];
	size_t n = slot_copy(target->slot, records, ARRAY_SIZE(records));

	for (size_t i = 0; i < n; i++) {
		if (records[i].last.state == problems[page->problem] &&
		    page->shown < PAGE_PROBLEMS_MAX) {
			page_problem(out, target, &records[i], page->now);
			page->shown++;
		}
		slot_record_fini(&records[i]);
	}
}

static void put_left_out(struct draft *out, size_t all, size_t shown, const char *what)
{
	if (all > shown)
		draft_format(
		    out,
		    "<p>%zu more %s not shown; <a href=\"metrics\">the metrics</a> have "
		    "all.</p>\n",
		    all - shown, what);
}

/* False: the section is complete. */
static bool more_problems(struct page *page, struct draft *out)
{
	if (page->problem == ARRAY_SIZE(problems)) {
		put_left_out(out, problem_count(page), page->shown, "problems are");
		return false;
	}
	if (page->target < page->plan->target_count && page->shown < PAGE_PROBLEMS_MAX &&
	    page->counts[problems[page->problem]] > 0) {
		put_problems_of(out, page, &page->plan->targets[page->target++]);
		return true;
	}
	page->problem++;
	page->target = 0;
	return true;
}

static bool more_servers(struct page *page, struct draft *out)
{
	static const char table_head[] =
	    "<h2>All servers</h2>\n<table><thead><tr><th>State</th><th>Service</th>"
	    "<th>Since</th><th>Reason</th><th>Phase</th><th>Certificate</th>"
	    "<th>Probed</th></tr></thead>\n";
	const struct target *targets = page->plan->targets;
	size_t i = page->target, all = page->plan->target_count;

	if (all == 0)
		return false;
	if (i == all || i == PAGE_TARGETS_MAX) {
		draft_text(out, "</tbody></table>\n");
		put_left_out(out, all, i, "targets are");
		return false;
	}
	if (i == 0)
		draft_text(out, table_head);
	if (i == 0 || strcmp(targets[i].server, targets[i - 1].server) != 0) {
		if (i > 0)
			draft_text(out, "</tbody>");
		page_server(out, &targets[i]);
	}
	page_rows(out, &targets[i], page->now);
	page->target++;
	return true;
}

static void put_foot(struct draft *out, const struct page *page)
{
	char now[MOMENT_TEXT_MAX], loaded[MOMENT_TEXT_MAX];

	draft_format(
	    out,
	    "<footer><a href=\"metrics\">Metrics for Prometheus</a> \xc2\xb7 mailvane %s "
	    "\xc2\xb7 %zu targets, configuration read at %s \xc2\xb7 this page is of %s "
	    "and "
	    "renews itself every %d seconds</footer>\n</body></html>\n",
	    page->health.version, page->health.targets,
	    moment_text(page->health.loaded, loaded), moment_text(page->now, now),
	    REFRESH_S);
}

static bool more(struct answer *answer, struct draft *out)
{
	struct page *page = (struct page *)answer;

	switch (page->section) {
	case HEAD:
		put_head(out, page);
		break;
	case PROBLEMS:
		if (more_problems(page, out))
			return true;
		break;
	case SERVERS:
		if (more_servers(page, out))
			return true;
		break;
	case FOOT:
		put_foot(out, page);
		break;
	case DONE:
		return false;
	}
	page->section++;
	page->target = 0;
	return true;
}

static void dispose(struct answer *answer)
{
	struct page *page = (struct page *)answer;

	plan_release(page->plan);
	free(page);
}

struct answer *page_new(struct plan *plan, const struct health *health, struct moment now)
{
	struct page *page = calloc(1, sizeof(*page));

	if (!page)
		return NULL;
	page->answer = (struct answer){ more, dispose };
	page->plan = plan_hold(plan);
	page->health = *health;
	page->now = now;
	count(page);
	return &page->answer;
}
