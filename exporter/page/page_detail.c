/* page_detail.c - a section for each address, then what the target has in common. */
#include "page_detail.h"

#include "buffer.h"
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

static void put_fact(struct draft *out, const char *name, const char *text)
{
	if (!text || !text[0])
		return;
	begin_fact(out, name);
	html_bdi(out, text);
	end_fact(out);
}

static void put_date(struct draft *out, const char *name, struct moment at)
{
	char date[MOMENT_TEXT_MAX];

	if (at.ms != 0)
		put_fact(out, name, moment_text(at, date));
}

static void put_address(struct draft *out, const struct result *last)
{
	char address[ADDRESS_TEXT_MAX];

	if (last->address.any.sa_family != AF_UNSPEC)
		put_fact(out, "Address", address_text(&last->address, address));
}

static void put_counts(struct draft *out, const struct record *record)
{
	begin_fact(out, "Probes");
	draft_format(out, "%llu, of which %llu failed", (unsigned long long)record->probes,
		     (unsigned long long)record->failures);
	end_fact(out);
}

static void put_notices(struct draft *out, const struct result *last)
{
	const char *gap = "";

	if (!last->notices)
		return;
	begin_fact(out, "Noticed");
	for (enum fault f = NOTICE_FIRST; f <= NOTICE_LAST; f++) {
		if (!(last->notices & NOTICE_BIT(f)))
			continue;
		draft_format(out, "%s%s", gap, verdict_words(f));
		gap = "; ";
	}
	if (last->notice_detail[0]) {
		draft_text(out, " <small>");
		html_bdi(out, last->notice_detail);
		draft_text(out, "</small>");
	}
	end_fact(out);
}

static void put_last_probe(struct draft *out, const struct page_terms *terms,
			   const struct record *record)
{
	const struct result *last = &record->last;

	draft_text(out, "<section class=\"card\"><h2>Last probe</h2>"
			"<table class=\"pairs\"><tbody>\n");
	begin_fact(out, "Probed");
	html_age(out, last->at, terms->now);
	end_fact(out);
	begin_fact(out, "Last success");
	html_age(out, record->last_success, terms->now);
	end_fact(out);
	put_counts(out, record);
	put_address(out, last);
	if (last->code > 0) {
		begin_fact(out, "Reply code");
		draft_format(out, "%d ", last->code);
		html_bdi(out, last->enhanced);
		end_fact(out);
	}
	if (last->tls_version) {
		begin_fact(out, "TLS");
		draft_format(out, "%s, ", last->tls_version);
		html_text(out, last->tls_cipher ? last->tls_cipher : "");
		end_fact(out);
	}
	if (last->dane != DANE_OFF) {
		begin_fact(out, "DANE");
		html_text(out, dane_name(last->dane));
		end_fact(out);
	}
	if (last->messages >= 0) {
		begin_fact(out, "Mailbox");
		draft_format(out, "%lld messages", (long long)last->messages);
		end_fact(out);
	}
	put_date(out, "Next login", last->held_until);
	put_notices(out, last);
	draft_text(out, "</tbody></table></section>\n");
}

/* --- the certificate ---------------------------------------------------------------------- */

static void put_names(struct draft *out, const struct certificate *c)
{
	if (c->name_count == 0)
		return;
	begin_fact(out, "Names");
	for (size_t i = 0; i < c->name_count; i++) {
		draft_text(out, i > 0 ? ", " : "");
		html_bdi(out, c->names[i]);
	}
	end_fact(out);
}

static void put_cert_verdict(struct draft *out, const struct result *last)
{
	bool any = false;

	begin_fact(out, "Verdict");
	for (enum fault f = CERT_FAULT_FIRST; f <= CERT_FAULT_LAST; f++) {
		if (!(last->cert_faults & CERT_FAULT_BIT(f)))
			continue;
		draft_format(out, "%s%s", any ? "; " : "", verdict_words(f));
		any = true;
	}
	if (!any)
		draft_text(out, last->flags & RESULT_VERIFIED ? "trusted, and for this name"
							      : "nothing found");
	if (last->cert_detail[0]) {
		draft_text(out, " <small>");
		html_bdi(out, last->cert_detail);
		draft_text(out, "</small>");
	}
	end_fact(out);
}

static void put_certificate(struct draft *out, const struct page_terms *terms,
			    const struct target *target, const struct result *last)
{
	const struct certificate *c = last->certificate;

	if (!c)
		return;
	draft_text(out, "<section class=\"card\"><h2>Certificate</h2>"
			"<table class=\"pairs\"><tbody>\n");
	put_cert_verdict(out, last);
	begin_fact(out, "Time left");
	page_certificate(out, last, terms->now);
	end_fact(out);
	put_date(out, "Valid from", c->not_before);
	put_date(out, "Valid until", c->not_after);
	if (last->chain_not_after.ms != c->not_after.ms)
		put_date(out, "Chain until", last->chain_not_after);
	put_fact(out, "Asked for", target->tls_name);
	put_names(out, c);
	put_fact(out, "Subject", c->subject);
	put_fact(out, "Issuer", c->issuer);
	if (c->key_kind) {
		begin_fact(out, "Key");
		draft_format(out, "%s, %d bits", c->key_kind, c->key_bits);
		end_fact(out);
	}
	put_fact(out, "Signature", c->signature);
	put_fact(out, "Serial", c->serial);
	put_fact(out, "SHA-256", c->fingerprint);
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

	put_verdict(out, d, record);
	draft_text(out, "<div class=\"columns\"><div>\n");
	put_phases(out, d, last);
	put_last_probe(out, &d->terms, record);
	if (chronicle)
		put_changes(out, chronicle, d->terms.now);
	draft_text(out, "</div><div>\n");
	if (chronicle)
		put_last_hour(out, chronicle);
	put_certificate(out, &d->terms, d->target, last);
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
