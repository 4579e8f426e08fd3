/* page_names.c - tables of names: the first ones, and how many more there are.
 * /api/v1/names has all of them. */
#include "page_names.h"

#include "html.h"

#include <stdlib.h>

enum { NOTE_MAX = 5 };

static size_t page_names_wrong(const struct name_results_summary *s)
{
	return s->announced[STATE_WARNING] + s->announced[STATE_CRITICAL] +
	       s->announced[STATE_UNKNOWN];
}

static void page_names_put_link(struct strbuf *out, const struct target *t)
{
	strbuf_text(out, "<a href=\"");
	page_target_link(out, t);
	strbuf_text(out, "\">");
	html_bdi(out, t->server);
	strbuf_text(out, " <span class=\"sep\">/</span> ");
	html_bdi(out, t->service->name);
	strbuf_text(out, "</a>");
}

/* --- under the headline ------------------------------------------------------------------- */

static size_t wrong_at(const struct name_check *h)
{
	struct name_results_summary s;

	name_results_summary(h->name_results, &s);
	name_results_summary_fini(&s);
	return page_names_wrong(&s);
}

void page_names_note(struct strbuf *out, const struct plan *plan)
{
	size_t places = 0;

	for (size_t i = 0; i < plan->name_check_count; i++) {
		size_t n = wrong_at(&plan->name_checks[i]);

		if (n == 0)
			continue;
		if (places == 0)
			strbuf_text(
			    out, "<p class=\"note\">Customers\xe2\x80\x99 names without a "
				 "good certificate: ");
		if (places < NOTE_MAX) {
			strbuf_format(out, "%s%zu at ", places > 0 ? ", " : "", n);
			page_names_put_link(out, plan->name_checks[i].target);
		}
		places++;
	}
	if (places > NOTE_MAX)
		strbuf_format(out, " and at %zu more services", places - NOTE_MAX);
	if (places > 0)
		strbuf_text(out, "</p>\n");
}

/* --- a table ------------------------------------------------------------------------------ */

struct table {
	const struct page_params *params;
	bool with_target; /* the table has a column for the target */
	struct name_result *names;
	size_t shown, total;
};

static void page_names_put_row(struct strbuf *out, const struct table *t,
			       const struct target *target, const struct name_result *n)
{
	unsigned kind = n->state < STATE_COUNT ? (unsigned)n->state : PAGE_PENDING;

	strbuf_format(out, "<tr class=\"%s\"><td class=\"no\">", page_kind_class(kind));
	page_state(out, kind);
	strbuf_text(out, "</td><th scope=\"row\">");
	html_bdi(out, n->name);
	strbuf_text(out, "</th>");
	if (t->with_target) {
		strbuf_text(out, "<td>");
		page_names_put_link(out, target);
		strbuf_text(out, "</td>");
	}
	strbuf_text(out, "<td>");
	if (n->state == STATE_COUNT)
		strbuf_text(out, "not probed yet");
	else if (n->detail[0])
		html_bdi(out, n->detail);
	else
		strbuf_text(out, "has a good certificate");
	if (n->state != n->announced && n->state != STATE_COUNT)
		strbuf_text(out, " <small>not confirmed yet</small>");
	strbuf_text(out, "</td><td class=\"no\">");
	if (n->not_after.ms != 0) {
		char date[MOMENT_TEXT_MAX];

		moment_text(n->not_after, date);
		strbuf_format(out, "<time datetime=\"%s\">%.10s</time>", date, date);
	}
	strbuf_text(out, "</td><td class=\"no\">");
	html_age(out, n->asked, t->params->now);
	strbuf_text(out, "</td></tr>\n");
}

static void begin_table(struct strbuf *out, const struct table *t)
{
	strbuf_format(out,
		      "<table class=\"names\"><thead><tr><th scope=\"col\">State</th>"
		      "<th scope=\"col\">Name</th>%s<th scope=\"col\">Result</th><th "
		      "scope=\"col\">Ends</th><th scope=\"col\">Probed</th></tr></thead>\n"
		      "<tbody>",
		      t->with_target ? "<th scope=\"col\">At</th>" : "");
}

/* Writes names of one target, as long as there is room; adds all of them to the total. */
static void add_rows(struct strbuf *out, struct table *t, const struct name_check *h,
		     const struct name_results_query *q)
{
	size_t total = 0;
	size_t count = name_results_find(h->name_results, q, t->names,
					 PAGE_NAMES_MAX - t->shown, &total);

	for (size_t i = 0; i < count; i++) {
		if (t->shown++ == 0)
			begin_table(out, t);
		page_names_put_row(out, t, h->target, &t->names[i]);
	}
	name_result_list_fini(t->names, count);
	t->total += total;
}

static void end_table(struct strbuf *out, const struct table *t)
{
	if (t->shown > 0)
		strbuf_text(out, "</tbody></table>\n");
	if (t->total > t->shown)
		strbuf_format(out, "<p class=\"more\">and %zu more", t->total - t->shown);
}

/* Writes the rest of the sentence that end_table began, with a link to all names. */
static void put_more(struct strbuf *out, const struct table *t, const char *server,
		     const char *service, const char *word)
{
	const char *const pairs[][2] = { { "server", server },
					 { "service", service },
					 { "q", word } };
	const char *gap = "?";

	if (t->total == t->shown)
		return;
	strbuf_text(out, ": <a href=\"api/v1/names");
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		if (!pairs[i][1][0])
			continue;
		strbuf_format(out, "%s%s=", gap, pairs[i][0]);
		html_url(out, pairs[i][1]);
		gap = "&amp;";
	}
	strbuf_format(out, "%s%slimit=1000\">as JSON</a></p>\n", gap,
		      word[0] ? "" : "state=problem&amp;");
}

/* --- search ------------------------------------------------------------------------------- */

static unsigned states_of(const struct page_query *q)
{
	if (q->kinds != 0)
		return q->kinds; /* a pending name is STATE_COUNT, as a pending target is */
	return q->text[0] ? 0 : NAME_RESULTS_WRONG;
}

void page_names_found(struct strbuf *out, const struct page_params *params,
		      const struct page_query *q)
{
	const struct plan *plan = params->plan;
	struct table table = { .params = params, .with_target = true };
	struct name_results_query question = { .part = q->text, .states = states_of(q) };

	if (plan->name_check_count == 0 || (!q->text[0] && !q->server[0]))
		return;
	table.names = calloc(PAGE_NAMES_MAX, sizeof(*table.names));
	if (!table.names)
		return;
	strbuf_text(out,
		    "<section class=\"list\" id=\"names\"><h2>Customers\xe2\x80\x99 names");
	strbuf_text(out, q->text[0] || q->kinds ? "</h2>\n"
						: " without a good certificate</h2>\n");
	for (size_t i = 0; i < plan->name_check_count; i++) {
		const struct name_check *h = &plan->name_checks[i];

		if (!q->server[0] || strcmp(q->server, h->target->server) == 0)
			add_rows(out, &table, h, &question);
	}
	end_table(out, &table);
	put_more(out, &table, q->server, "", q->text);
	if (table.total == 0)
		strbuf_text(out, "<p class=\"soft\">None.</p>\n");
	strbuf_text(out, "</section>\n");
	free(table.names);
}

/* --- of a target -------------------------------------------------------------------------- */

static void page_names_put_fallback(struct strbuf *out,
				    const struct name_results_summary *s)
{
	if (s->fallback) {
		strbuf_text(out, "; for names it does not know the server shows ");
		html_bdi(out, certificate_label(s->fallback).text);
	} else if (s->fallback_refused) {
		strbuf_text(out, "; names it does not know are refused");
	}
}

static void put_sums(struct strbuf *out, const struct page_params *params,
		     const struct name_check *h, const struct name_results_summary *s)
{
	char interval[SPAN_TEXT_MAX], left[SPAN_TEXT_MAX];

	strbuf_format(out,
		      "<p class=\"soft\">%zu names, each probed every %s; %zu not yet, ",
		      s->total, span_text(h->interval, interval), s->unknown);
	strbuf_format(out, "%zu bad, %zu without a certificate of their own",
		      page_names_wrong(s), s->without_own);
	if (s->earliest.ms > params->now.ms)
		strbuf_format(out, "; the earliest end in %s: ",
			      span_text(moment_between(params->now, s->earliest), left));
	else if (s->earliest.ms != 0)
		strbuf_format(out, "; the earliest ended %s ago: ",
			      span_text(moment_between(s->earliest, params->now), left));
	html_bdi(out, s->earliest_name);
	page_names_put_fallback(out, s);
	strbuf_text(out, ".</p>\n");
	if (s->paused.ms == 0)
		return;
	strbuf_format(out,
		      "<p class=\"soft\">Names are not probed now, because the server does "
		      "not answer (%s/%s), since ",
		      fault_name(s->paused_fault), phase_name(s->paused_phase));
	html_age(out, s->paused, params->now);
	strbuf_text(out, ".</p>\n");
}

void page_names_card(struct strbuf *out, const struct page_params *params,
		     const struct target *target)
{
	const struct name_check *h = plan_find_name_check(params->plan, target);
	const struct name_results_query question = { .states = NAME_RESULTS_WRONG };
	struct table table = { .params = params };
	struct name_results_summary summary;

	if (!h)
		return;
	table.names = calloc(PAGE_NAMES_MAX, sizeof(*table.names));
	if (!table.names)
		return;
	name_results_summary(h->name_results, &summary);
	strbuf_text(
	    out,
	    "<section class=\"card\" id=\"names\"><h2>Customers\xe2\x80\x99 names</h2>\n");
	put_sums(out, params, h, &summary);
	add_rows(out, &table, h, &question);
	end_table(out, &table);
	put_more(out, &table, target->server, target->service->name, "");
	strbuf_text(out, "</section>\n");
	name_results_summary_fini(&summary);
	free(table.names);
}
