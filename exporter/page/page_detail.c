/* page_detail.c - the page of one target: a section for each address, then what all
 * addresses share. */
#include "page_detail.h"

#include "fact.h"
#include "html.h"
#include "page_frame.h"
#include "page_names.h"
#include "sparkline.h"
#include "verdict.h"
#include "waterfall.h"

#include <stdlib.h>

struct detail {
	struct text_stream answer;
	struct page_params params; /* holds a reference to its plan */
	const struct target *target;
	bool done;
};

const struct target *page_detail_target(const struct plan *plan, const char *server,
					const char *service)
{
	const struct service s = { .name = service ? service : "" };
	const struct target key = { .server = server ? server : "", .service = &s };
	size_t low = 0, high = plan->target_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = target_order(&key, &plan->targets[middle]);

		if (order == 0)
			return &plan->targets[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* --- a table of facts --------------------------------------------------------------------- */

static void begin_fact(struct strbuf *out, const char *name)
{
	strbuf_format(out, "<tr><th scope=\"row\">%s</th><td>", name);
}

static void end_fact(struct strbuf *out)
{
	strbuf_text(out, "</td></tr>\n");
}

static void put_small(struct strbuf *out, const char *text)
{
	if (!text[0])
		return;
	strbuf_text(out, " <small>");
	html_bdi(out, text);
	strbuf_text(out, "</small>");
}

static void put_fault_words(struct strbuf *out, const struct fact_value *v)
{
	const char *gap = "";

	for (unsigned i = 0; v->faults.set >> i != 0; i++) {
		if (!(v->faults.set >> i & 1))
			continue;
		strbuf_format(out, "%s%s", gap,
			      verdict_words((enum fault)(v->faults.first + i)));
		gap = "; ";
	}
}

static void page_detail_put_texts(struct strbuf *out, const struct fact_value *v)
{
	for (size_t i = 0; i < v->texts.count; i++) {
		strbuf_text(out, i > 0 ? ", " : "");
		html_bdi(out, v->texts.list[i]);
	}
}

static void page_detail_put_value(struct strbuf *out, const struct fact *f,
				  const struct fact_value *v)
{
	char time[MOMENT_TEXT_MAX];

	switch (f->type) {
	case FACT_TEXT:
	case FACT_LINES:
		html_bdi(out, v->text);
		return;
	case FACT_WORD:
	case FACT_GROUP:
		html_text(out, v->text);
		return;
	case FACT_NUMBER:
		strbuf_format(out, "%lld", (long long)v->number);
		return;
	case FACT_SECONDS:
		html_text(out, html_duration(v->span, time));
		return;
	case FACT_TIME:
		html_bdi(out, moment_text(v->time, time));
		return;
	case FACT_FLAG:
		strbuf_text(out, v->flag ? "yes" : "no");
		return;
	case FACT_FAULTS:
		put_fault_words(out, v);
		return;
	case FACT_TEXTS:
		page_detail_put_texts(out, v);
		return;
	case FACT_PHASES:
		return; /* phases are shown in a card of their own */
	}
}

/* True if the fact has no value, so that its row is left out. */
static bool is_empty(const struct fact *f, const struct fact_value *v)
{
	switch (f->type) {
	case FACT_TEXT:
	case FACT_LINES:
	case FACT_WORD:
	case FACT_GROUP:
		return !v->text || !v->text[0];
	case FACT_FAULTS:
		return v->faults.set == 0;
	case FACT_TEXTS:
		return v->texts.count == 0;
	default:
		return false;
	}
}

/* Writes the rows of a card. A fact without a label is written small in the row before
 * it. */
static void page_detail_put_facts(struct strbuf *out, const struct page_params *params,
				  const struct fact_subject *s, enum fact_place card)
{
	bool open = false;

	for (const struct fact *f = facts; f < facts + fact_count; f++) {
		struct fact_value v;
		bool known, as_age = f->places & FACT_AS_AGE;

		if (!(f->places & (unsigned)card))
			continue;
		known = f->get(s, &v) && !is_empty(f, &v);
		if (!f->label) {
			if (open && known)
				put_small(out, v.text);
			continue;
		}
		if (open)
			end_fact(out);
		open = known || as_age;
		if (!open)
			continue;
		begin_fact(out, f->label);
		if (as_age)
			html_age(out, known ? v.time : (struct moment){ 0 }, params->now);
		else
			page_detail_put_value(out, f, &v);
	}
	if (open)
		end_fact(out);
}

static void put_last_probe(struct strbuf *out, const struct page_params *params,
			   const struct fact_subject *s)
{
	strbuf_text(out, "<section class=\"card\"><h2>Last probe</h2>"
			 "<table class=\"pairs\"><tbody>\n");
	page_detail_put_facts(out, params, s, FACT_PROBE_CARD);
	strbuf_text(out, "</tbody></table></section>\n");
}

/* --- the certificate ---------------------------------------------------------------------- */

static void put_cert_verdict(struct strbuf *out, const struct result *last)
{
	begin_fact(out, "Verdict");
	if (last->cert_faults)
		put_fault_words(out,
				&(struct fact_value){
				    .faults = { last->cert_faults, CERT_FAULT_FIRST } });
	else
		strbuf_text(out, last->flags & RESULT_VERIFIED
				     ? "trusted, and for this name"
				     : "nothing found");
	put_small(out, last->cert_detail);
	end_fact(out);
}

static void page_detail_put_certificate(struct strbuf *out,
					const struct page_params *params,
					const struct fact_subject *s)
{
	if (!s->result->certificate)
		return;
	strbuf_text(out, "<section class=\"card\"><h2>Certificate</h2>"
			 "<table class=\"pairs\"><tbody>\n");
	put_cert_verdict(out, s->result);
	begin_fact(out, "Time left");
	page_certificate(out, s->result, params->now);
	end_fact(out);
	page_detail_put_facts(out, params, s, FACT_CERT_CARD);
	strbuf_text(out, "</tbody></table></section>\n");
}

/* --- the dialogue ------------------------------------------------------------------------- */

/* Writes a line of the dialogue, in the style of who sent it. */
static void page_detail_put_line(struct strbuf *out, struct view line)
{
	const char *class = "ours";

	if (view_starts(line, "C: "))
		class = "client";
	else if (view_starts(line, "S: "))
		class = "server";
	strbuf_format(out, "<span class=\"%s\"><bdi>", class);
	html_view(out, line);
	strbuf_text(out, "</bdi></span>\n");
}

static void put_transcript(struct strbuf *out, const struct detail *d,
			   const struct result *last)
{
	const char *text = transcript_text(last->transcript);

	strbuf_text(out, "<section class=\"card\"><h2>Dialogue</h2>\n");
	if (!text[0]) {
		strbuf_text(
		    out,
		    d->params.plan->settings.transcripts == TRANSCRIPTS_OF_FAILURES
			? "<p class=\"soft\">Kept only if a probe fails.</p></section>\n"
			: "<p class=\"soft\">Not kept; see transcripts in the "
			  "configuration.</p></section>\n");
		return;
	}
	strbuf_text(out, "<pre class=\"said-all\">");
	while (*text) {
		size_t n = strcspn(text, "\n");

		page_detail_put_line(out, (struct view){ text, n });
		text += n + (text[n] != '\0');
	}
	strbuf_text(out, "</pre></section>\n");
}

/* --- what all addresses share ------------------------------------------------------------- */

static void put_changes(struct strbuf *out, const struct target_history *c,
			struct moment now)
{
	strbuf_text(out, "<section class=\"card\"><h2>Changes of state</h2>\n");
	if (c->change_count == 0) {
		strbuf_text(out, "<p class=\"soft\">None known.</p></section>\n");
		return;
	}
	strbuf_text(out,
		    "<table class=\"changes\"><thead><tr><th scope=\"col\">When</th>"
		    "<th scope=\"col\">State</th><th scope=\"col\">Why</th></tr></thead>"
		    "\n<tbody>");
	for (unsigned i = 0; i < c->change_count; i++) {
		const struct history_change *change = &c->changes[i];
		enum fault fault = (enum fault)change->fault;

		strbuf_text(out, "<tr><td class=\"no\">");
		html_age(out, change->at, now);
		strbuf_text(out, "</td><td class=\"no\">");
		page_state(out, change->after);
		strbuf_format(out, "</td><td>%s",
			      change->before == STATE_COUNT ? "first result: " : "");
		strbuf_text(out, verdict_words(fault));
		if (fault != FAULT_OK)
			strbuf_format(out, " <small>%s/%s</small>", fault_name(fault),
				      phase_name((enum phase)change->phase));
		strbuf_text(out, "</td></tr>\n");
	}
	strbuf_text(out, "</tbody></table></section>\n");
}

static void page_detail_put_last_hour(struct strbuf *out, const struct target_history *c)
{
	strbuf_text(out, "<section class=\"card\"><h2>Last hour</h2>\n");
	if (c->count == 0)
		strbuf_text(out, "<p class=\"soft\">Nothing yet.</p>");
	else {
		strbuf_text(out, "<p class=\"soft\">");
		sparkline_words(out, c);
		strbuf_format(out, "; the height is the longest probe of each %s</p>",
			      c->minutes == 1 ? "minute" : "five minutes");
	}
	sparkline_chart(out, c);
	strbuf_text(out, "</section>\n");
}

static void put_where(struct strbuf *out, const struct target *t)
{
	char interval[SPAN_TEXT_MAX], timeout[SPAN_TEXT_MAX];

	strbuf_text(out, "<p class=\"where\">");
	html_bdi(out, t->host);
	strbuf_format(out, ":%u, TLS %s, every %s, timeout %s", t->service->port,
		      tls_mode_name(t->service->tls), span_text(t->interval, interval),
		      span_text(t->timeout, timeout));
	page_labels(out, t);
	strbuf_text(out, "</p>");
}

/* --- the page ----------------------------------------------------------------------------- */

static void put_verdict(struct strbuf *out, const struct detail *d,
			const struct record *record)
{
	const struct result *last = &record->last;
	char lasted[SPAN_TEXT_MAX];

	strbuf_format(out, "<section class=\"banner %s\">", page_kind_class(last->state));
	page_shape(out, last->state);
	strbuf_format(out, "<div><h2>%s for %s", state_name(last->state),
		      html_span(moment_between(record->since, d->params.now), lasted));
	page_address(out, d->target, last);
	strbuf_text(out, "</h2><p class=\"reason\">");
	page_sentence(out, last);
	strbuf_text(out, "</p>");
	if (last->fault != FAULT_OK)
		strbuf_format(out, "<p class=\"soft\">fault %s in phase %s</p>",
			      fault_name(last->fault), phase_name(last->phase));
	strbuf_text(out, "</div></section>\n");
}

static void page_detail_put_phases(struct strbuf *out, const struct detail *d,
				   const struct result *last)
{
	strbuf_text(out, "<section class=\"card\"><h2>Phases of the last probe</h2>\n");
	waterfall_table(out, d->target, last);
	strbuf_text(out, "</section>\n");
}

/* Writes two columns. Changes NULL: they are shown elsewhere. */
static void page_detail_put_record(struct strbuf *out, const struct detail *d,
				   const struct record *record,
				   const struct target_history *target_history)
{
	const struct result *last = &record->last;
	const struct fact_subject subject = { .result = last,
					      .record = record,
					      .target = d->target };

	put_verdict(out, d, record);
	strbuf_text(out, "<div class=\"columns\"><div>\n");
	page_detail_put_phases(out, d, last);
	put_last_probe(out, &d->params, &subject);
	if (target_history)
		put_changes(out, target_history, d->params.now);
	strbuf_text(out, "</div><div>\n");
	if (target_history)
		page_detail_put_last_hour(out, target_history);
	page_detail_put_certificate(out, &d->params, &subject);
	/* so that no column is empty */
	if (!last->certificate)
		put_transcript(out, d, last);
	strbuf_text(out, "</div></div>\n");
	if (last->certificate)
		put_transcript(out, d, last);
}

static unsigned kind_of(const struct record *records, size_t n)
{
	enum state worst = STATE_OK;

	for (size_t i = 0; i < n; i++)
		worst = state_worse(worst, records[i].last.state);
	return n > 0 ? (unsigned)worst : PAGE_PENDING;
}

static void page_detail_put_head(struct strbuf *out, const struct target *t, unsigned kind)
{
	const struct page_query all = { .page = 1 };
	struct page_query server = all;
	struct strbuf title;

	strbuf_init(&title);
	strbuf_format(&title, "%s: %s/%s", page_kind_word(kind), t->server,
		      t->service->name);
	strbuf_put(&title, (struct view){ "", 1 });
	page_frame_head(out, title.failed ? t->server : title.p, kind, &all);
	strbuf_fini(&title);
	strbuf_text(
	    out, "<nav class=\"path\" aria-label=\"Path\"><a href=\"./\">All servers</a> "
		 "<span class=\"sep\">/</span> ");
	text_copy(server.server, sizeof(server.server), t->server);
	page_frame_link(out, &server, 0, 1, false);
	html_bdi(out, t->server);
	strbuf_text(out, "</a></nav>\n<h1>");
	html_bdi(out, t->server);
	strbuf_text(out, " <span class=\"sep\">/</span> ");
	html_bdi(out, t->service->name);
	strbuf_text(out, "</h1>\n");
}

static void page_detail_put_target(struct strbuf *out, const struct detail *d)
{
	struct record records[SLOT_RECORDS_MAX];
	size_t n = slot_copy(d->target->slot, records, ARRAY_SIZE(records));
	struct target_history target_history;

	history_copy(d->params.history, d->target->slot, d->params.now, &target_history);
	page_detail_put_head(out, d->target, kind_of(records, n));
	put_where(out, d->target);
	if (n == 0)
		strbuf_text(out, "<p class=\"note\">Not probed yet.</p>\n");
	for (size_t i = 0; i < n; i++) {
		page_detail_put_record(out, d, &records[i],
				       n == 1 ? &target_history : NULL);
		slot_record_fini(&records[i]);
	}
	if (n != 1) {
		strbuf_text(out, "<div class=\"columns\"><div>\n");
		page_detail_put_last_hour(out, &target_history);
		strbuf_text(out, "</div><div>\n");
		put_changes(out, &target_history, d->params.now);
		strbuf_text(out, "</div></div>\n");
	}
	page_names_card(out, &d->params, d->target);
}

static void put_none(struct strbuf *out)
{
	const struct page_query all = { .page = 1 };

	page_frame_head(out, "No such target", PAGE_PENDING, &all);
	strbuf_text(out,
		    "<h1>No such target</h1>\n<p>It is not in the configuration, or not "
		    "any more. <a href=\"./\">All servers</a></p>\n");
}

static bool page_detail_more(struct text_stream *answer, struct strbuf *out)
{
	struct detail *d = (struct detail *)answer;

	if (d->done)
		return false;
	if (d->target)
		page_detail_put_target(out, d);
	else
		put_none(out);
	page_frame_foot(out, &d->params);
	d->done = true;
	return true;
}

static void page_detail_dispose(struct text_stream *answer)
{
	struct detail *d = (struct detail *)answer;

	plan_release(d->params.plan);
	free(d);
}

struct text_stream *page_detail_new(const struct page_params *params,
				    const struct target *target)
{
	struct detail *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	*d = (struct detail){ .answer = { page_detail_more, page_detail_dispose },
			      .params = *params,
			      .target = target };
	plan_hold(d->params.plan);
	return &d->answer;
}
