/* page_detail.c - a section for each address, then what the target has in common. */
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
	struct answer answer;
	struct page_terms terms; /* its plan is held */
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

static void begin_fact(struct draft *out, const char *name)
{
	draft_format(out, "<tr><th scope=\"row\">%s</th><td>", name);
}

static void end_fact(struct draft *out)
{
	draft_text(out, "</td></tr>\n");
}

static void put_small(struct draft *out, const char *text)
{
	if (!text[0])
		return;
	draft_text(out, " <small>");
	html_bdi(out, text);
	draft_text(out, "</small>");
}

static void put_fault_words(struct draft *out, const struct fact_value *v)
{
	const char *gap = "";

	for (unsigned i = 0; v->faults.set >> i != 0; i++) {
		if (!(v->faults.set >> i & 1))
			continue;
		draft_format(out, "%s%s", gap,
			     verdict_words((enum fault)(v->faults.first + i)));
		gap = "; ";
	}
}

static void put_texts(struct draft *out, const struct fact_value *v)
{
	for (size_t i = 0; i < v->texts.count; i++) {
		draft_text(out, i > 0 ? ", " : "");
		html_bdi(out, v->texts.list[i]);
	}
}

static void put_value(struct draft *out, const struct fact *f, const struct fact_value *v)
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
		draft_format(out, "%lld", (long long)v->number);
		return;
	case FACT_SECONDS:
		html_text(out, html_lasted(v->span, time));
		return;
	case FACT_TIME:
		html_bdi(out, moment_text(v->time, time));
		return;
	case FACT_FLAG:
		draft_text(out, v->flag ? "yes" : "no");
		return;
	case FACT_FAULTS:
		put_fault_words(out, v);
		return;
	case FACT_TEXTS:
		put_texts(out, v);
		return;
	case FACT_PHASES:
		return; /* They have a card of their own. */
	}
}

/* Nothing is said of what is empty. */
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

/* The rows of a card. One without a label stands small in the row before it. */
static void put_facts(struct draft *out, const struct page_terms *terms,
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
			html_age(out, known ? v.time : (struct moment){ 0 }, terms->now);
		else
			put_value(out, f, &v);
	}
	if (open)
		end_fact(out);
}

static void put_last_probe(struct draft *out, const struct page_terms *terms,
			   const struct fact_subject *s)
{
	draft_text(out, "<section class=\"card\"><h2>Last probe</h2>"
			"<table class=\"pairs\"><tbody>\n");
	put_facts(out, terms, s, FACT_PROBE_CARD);
	draft_text(out, "</tbody></table></section>\n");
}

/* --- the certificate ---------------------------------------------------------------------- */

static void put_cert_verdict(struct draft *out, const struct result *last)
{
	begin_fact(out, "Verdict");
	if (last->cert_faults)
		put_fault_words(out,
				&(struct fact_value){
				    .faults = { last->cert_faults, CERT_FAULT_FIRST } });
	else
		draft_text(out, last->flags & RESULT_VERIFIED ? "trusted, and for this name"
							      : "nothing found");
	put_small(out, last->cert_detail);
	end_fact(out);
}

static void put_certificate(struct draft *out, const struct page_terms *terms,
			    const struct fact_subject *s)
{
	if (!s->result->certificate)
		return;
	draft_text(out, "<section class=\"card\"><h2>Certificate</h2>"
			"<table class=\"pairs\"><tbody>\n");
	put_cert_verdict(out, s->result);
	begin_fact(out, "Time left");
	page_certificate(out, s->result, terms->now);
	end_fact(out);
	put_facts(out, terms, s, FACT_CERT_CARD);
	draft_text(out, "</tbody></table></section>\n");
}

/* --- what was said ------------------------------------------------------------------------ */

/* A line, by who said it. */
static void put_line(struct draft *out, struct view line)
{
	const char *class = "ours";

	if (view_starts(line, "C: "))
		class = "client";
	else if (view_starts(line, "S: "))
		class = "server";
	draft_format(out, "<span class=\"%s\"><bdi>", class);
	html_view(out, line);
	draft_text(out, "</bdi></span>\n");
}

static void put_transcript(struct draft *out, const struct detail *d,
			   const struct result *last)
{
	const char *text = transcript_text(last->transcript);

	draft_text(out, "<section class=\"card\"><h2>What was said</h2>\n");
	if (!text[0]) {
		draft_text(out,
			   d->terms.plan->settings.transcripts == TRANSCRIPTS_OF_FAILURES
			       ? "<p class=\"soft\">Kept of failures only.</p></section>\n"
			       : "<p class=\"soft\">Not kept: see transcripts in the "
				 "configuration.</p></section>\n");
		return;
	}
	draft_text(out, "<pre class=\"said-all\">");
	while (*text) {
		size_t n = strcspn(text, "\n");

		put_line(out, (struct view){ text, n });
		text += n + (text[n] != '\0');
	}
	draft_text(out, "</pre></section>\n");
}

/* --- what it has in common ---------------------------------------------------------------- */

static void put_changes(struct draft *out, const struct chronicle *c, struct moment now)
{
	draft_text(out, "<section class=\"card\"><h2>Changes of state</h2>\n");
	if (c->change_count == 0) {
		draft_text(out, "<p class=\"soft\">None known.</p></section>\n");
		return;
	}
	draft_text(out,
		   "<table class=\"changes\"><thead><tr><th scope=\"col\">When</th>"
		   "<th scope=\"col\">State</th><th scope=\"col\">Why</th></tr></thead>"
		   "\n<tbody>");
	for (unsigned i = 0; i < c->change_count; i++) {
		const struct history_change *change = &c->changes[i];
		enum fault fault = (enum fault)change->fault;

		draft_text(out, "<tr><td class=\"no\">");
		html_age(out, change->at, now);
		draft_text(out, "</td><td class=\"no\">");
		page_state(out, change->after);
		draft_format(out, "</td><td>%s",
			     change->before == STATE_COUNT ? "first result: " : "");
		draft_text(out, verdict_words(fault));
		if (fault != FAULT_OK)
			draft_format(out, " <small>%s/%s</small>", fault_name(fault),
				     phase_name((enum phase)change->phase));
		draft_text(out, "</td></tr>\n");
	}
	draft_text(out, "</tbody></table></section>\n");
}

static void put_last_hour(struct draft *out, const struct chronicle *c)
{
	draft_text(out, "<section class=\"card\"><h2>Last hour</h2>\n");
	if (c->count == 0)
		draft_text(out, "<p class=\"soft\">Nothing yet.</p>");
	else {
		draft_text(out, "<p class=\"soft\">");
		sparkline_words(out, c);
		draft_format(out, "; the height is the longest probe of each %s</p>",
			     c->minutes == 1 ? "minute" : "five minutes");
	}
	sparkline_chart(out, c);
	draft_text(out, "</section>\n");
}

static void put_where(struct draft *out, const struct target *t)
{
	char interval[SPAN_TEXT_MAX], timeout[SPAN_TEXT_MAX];

	draft_text(out, "<p class=\"where\">");
	html_bdi(out, t->host);
	draft_format(out, ":%u, TLS %s, every %s, given up after %s", t->service->port,
		     tls_mode_name(t->service->tls), span_text(t->interval, interval),
		     span_text(t->timeout, timeout));
	page_labels(out, t);
	draft_text(out, "</p>");
}

/* --- the page ----------------------------------------------------------------------------- */

static void put_verdict(struct draft *out, const struct detail *d,
			const struct record *record)
{
	const struct result *last = &record->last;
	char lasted[SPAN_TEXT_MAX];

	draft_format(out, "<section class=\"banner %s\">", page_kind_class(last->state));
	page_shape(out, last->state);
	draft_format(out, "<div><h2>%s for %s", state_name(last->state),
		     html_span(moment_between(record->since, d->terms.now), lasted));
	page_address(out, d->target, last);
	draft_text(out, "</h2><p class=\"reason\">");
	page_sentence(out, last);
	draft_text(out, "</p>");
	if (last->fault != FAULT_OK)
		draft_format(out, "<p class=\"soft\">fault %s in phase %s</p>",
			     fault_name(last->fault), phase_name(last->phase));
	draft_text(out, "</div></section>\n");
}

static void put_phases(struct draft *out, const struct detail *d, const struct result *last)
{
	draft_text(out, "<section class=\"card\"><h2>Phases of the last probe</h2>\n");
	waterfall_table(out, d->target, last);
	draft_text(out, "</section>\n");
}

/* Two columns; the chronicle NULL: it stands elsewhere. */
static void put_record(struct draft *out, const struct detail *d,
		       const struct record *record, const struct chronicle *chronicle)
{
	const struct result *last = &record->last;
	const struct fact_subject subject = { .result = last,
					      .record = record,
					      .target = d->target };

	put_verdict(out, d, record);
	draft_text(out, "<div class=\"columns\"><div>\n");
	put_phases(out, d, last);
	put_last_probe(out, &d->terms, &subject);
	if (chronicle)
		put_changes(out, chronicle, d->terms.now);
	draft_text(out, "</div><div>\n");
	if (chronicle)
		put_last_hour(out, chronicle);
	put_certificate(out, &d->terms, &subject);
	/* So that there is no empty column. */
	if (!last->certificate)
		put_transcript(out, d, last);
	draft_text(out, "</div></div>\n");
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

static void put_head(struct draft *out, const struct target *t, unsigned kind)
{
	const struct page_query all = { .page = 1 };
	struct page_query server = all;
	struct draft title;

	draft_init(&title);
	draft_format(&title, "%s: %s/%s", page_kind_word(kind), t->server,
		     t->service->name);
	draft_put(&title, (struct view){ "", 1 });
	page_frame_head(out, title.failed ? t->server : title.p, kind, &all);
	draft_fini(&title);
	draft_text(out,
		   "<nav class=\"path\" aria-label=\"Path\"><a href=\"./\">All servers</a> "
		   "<span class=\"sep\">/</span> ");
	text_copy(server.server, sizeof(server.server), t->server);
	page_frame_link(out, &server, 0, 1, false);
	html_bdi(out, t->server);
	draft_text(out, "</a></nav>\n<h1>");
	html_bdi(out, t->server);
	draft_text(out, " <span class=\"sep\">/</span> ");
	html_bdi(out, t->service->name);
	draft_text(out, "</h1>\n");
}

static void put_target(struct draft *out, const struct detail *d)
{
	struct record records[SLOT_RECORDS_MAX];
	size_t n = slot_copy(d->target->slot, records, ARRAY_SIZE(records));
	struct chronicle chronicle;

	history_copy(d->terms.history, d->target->slot, d->terms.now, &chronicle);
	put_head(out, d->target, kind_of(records, n));
	put_where(out, d->target);
	if (n == 0)
		draft_text(out, "<p class=\"note\">Not probed yet.</p>\n");
	for (size_t i = 0; i < n; i++) {
		put_record(out, d, &records[i], n == 1 ? &chronicle : NULL);
		slot_record_fini(&records[i]);
	}
	if (n != 1) {
		draft_text(out, "<div class=\"columns\"><div>\n");
		put_last_hour(out, &chronicle);
		draft_text(out, "</div><div>\n");
		put_changes(out, &chronicle, d->terms.now);
		draft_text(out, "</div></div>\n");
	}
	page_names_card(out, &d->terms, d->target);
}

static void put_none(struct draft *out)
{
	const struct page_query all = { .page = 1 };

	page_frame_head(out, "No such target", PAGE_PENDING, &all);
	draft_text(out,
		   "<h1>No such target</h1>\n<p>It is not in the configuration, or not "
		   "any more. <a href=\"./\">All servers</a></p>\n");
}

static bool more(struct answer *answer, struct draft *out)
{
	struct detail *d = (struct detail *)answer;

	if (d->done)
		return false;
	if (d->target)
		put_target(out, d);
	else
		put_none(out);
	page_frame_foot(out, &d->terms);
	d->done = true;
	return true;
}

static void dispose(struct answer *answer)
{
	struct detail *d = (struct detail *)answer;

	plan_release(d->terms.plan);
	free(d);
}

struct answer *page_detail_new(const struct page_terms *terms, const struct target *target)
{
	struct detail *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	*d = (struct detail){ .answer = { more, dispose },
			      .terms = *terms,
			      .target = target };
	plan_hold(d->terms.plan);
	return &d->answer;
}
