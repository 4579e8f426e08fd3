/* page_target.c - every text from a server or the configuration is escaped by html.h. */
#include "page_target.h"

#include "buffer.h"
#include "html.h"
#include "sparkline.h"
#include "verdict.h"
#include "waterfall.h"

/* --- small parts -------------------------------------------------------------------------- */

void page_shape(struct strbuf *out, unsigned kind)
{
	strbuf_format(out,
		      "<svg class=\"shape\" aria-hidden=\"true\"><use href=\"#%s\"/></svg>",
		      page_kind_class(kind));
}

void page_state(struct strbuf *out, unsigned kind)
{
	strbuf_format(out, "<span class=\"state %s\">", page_kind_class(kind));
	page_shape(out, kind);
	strbuf_format(out, "%s</span>", page_kind_word(kind));
}

/* Faults whose text is the server's reply; for others, it is our own text. */
static bool are_servers_words(const struct result *r)
{
	static const enum fault said[] = {
		FAULT_PROTOCOL,    FAULT_REJECTED,      FAULT_UNAVAILABLE,
		FAULT_TEMPFAIL,    FAULT_THROTTLED,     FAULT_STARTTLS_REFUSED,
		FAULT_AUTH_FAILED, FAULT_AUTH_TEMPFAIL, FAULT_IN_USE,
		FAULT_LOGIN_DELAY,
	};

	for (size_t i = 0; i < ARRAY_SIZE(said); i++)
		if (r->fault == said[i])
			return r->text[0] || r->code > 0 || r->enhanced[0];
	return false;
}

/* Finds where the server's reply begins in the sentence: at its code, or else at its
 * text. NULL: it is not in it. */
static const char *find_reply(const char *sentence, const struct result *r)
{
	size_t ours = strlen(verdict_words(r->fault));
	char words[PRINTABLE_MAX];

	if (!are_servers_words(r))
		return NULL;
	text_copy(words, sizeof(words), r->text);
	for (char *c = words; *c; c++)
		if (*c == '|')
			*c = '/';
	if ((r->code > 0 || r->enhanced[0]) &&
	    strncmp(sentence, verdict_words(r->fault), ours) == 0 &&
	    strncmp(sentence + ours, ": ", 2) == 0)
		return sentence + ours + 2;
	return strstr(sentence, words);
}

static void put_works(struct strbuf *out, const struct result *r)
{
	strbuf_text(out, "works");
	if (r->tls_version)
		strbuf_format(out, ", %s", r->tls_version);
	if (r->messages >= 0)
		strbuf_format(out, ", %lld message%s", (long long)r->messages,
			      r->messages == 1 ? "" : "s");
}

void page_sentence(struct strbuf *out, const struct result *r)
{
	char sentence[VERDICT_SENTENCE_MAX];
	const char *reply;

	if (r->fault == FAULT_OK) {
		put_works(out, r);
		return;
	}
	verdict_sentence(r, sentence);
	reply = find_reply(sentence, r);
	if (!reply) {
		html_bdi(out, sentence);
		return;
	}
	html_view(out, (struct view){ sentence, (size_t)(reply - sentence) });
	strbuf_text(out, "<samp>");
	html_bdi(out, reply);
	strbuf_text(out, "</samp>");
}

static void put_share(struct strbuf *out, const struct result *r, struct moment now)
{
	struct moment begin = result_certificate_begin(r), end = result_certificate_end(r);
	bool ending = r->cert_faults & (CERT_FAULT_BIT(FAULT_CERT_EXPIRED) |
					CERT_FAULT_BIT(FAULT_CERT_EXPIRING));
	int share;

	if (begin.ms == 0 || begin.ms >= end.ms || now.ms < begin.ms)
		return;
	share = now.ms >= end.ms
		    ? 0
		    : (int)((double)(end.ms - now.ms) * 100 / (double)(end.ms - begin.ms));
	strbuf_format(
	    out,
	    " <svg class=\"share%s\" viewBox=\"0 0 40 6\" width=\"40\" "
	    "height=\"6\" aria-hidden=\"true\"><rect class=\"all\" width=\"40\" "
	    "height=\"6\" rx=\"3\"/><rect class=\"left\" width=\"%d\" height=\"6\" "
	    "rx=\"3\"/></svg> <small title=\"of its lifetime\">%d&nbsp;%%</small>",
	    ending ? " ending" : "", share * 40 / 100, share);
}

void page_certificate(struct strbuf *out, const struct result *r, struct moment now)
{
	struct moment end = result_certificate_end(r);
	char date[MOMENT_TEXT_MAX], text[SPAN_TEXT_MAX];
	int64_t days = (end.ms - now.ms) / 86400000;

	if (end.ms == 0) {
		strbuf_text(out, "\xe2\x80\x93");
		return;
	}
	moment_text(end, date);
	strbuf_format(out, "<time datetime=\"%s\" title=\"%s\">", date, date);
	if (end.ms <= now.ms)
		strbuf_format(out, "ended %s ago",
			      html_span(moment_between(end, now), text));
	else if (days < 3)
		strbuf_format(out, "%s left", html_span(moment_between(now, end), text));
	else
		strbuf_format(out, "%lld days left", (long long)days);
	strbuf_text(out, "</time>");
	put_share(out, r, now);
}

void page_address(struct strbuf *out, const struct target *target, const struct result *r)
{
	char text[ADDRESS_TEXT_MAX];

	if (target->addresses != ADDRESS_EACH || r->address.any.sa_family == AF_UNSPEC)
		return;
	strbuf_text(out, " <small>");
	html_text(out, address_text(&r->address, text));
	strbuf_text(out, "</small>");
}

void page_labels(struct strbuf *out, const struct target *target)
{
	for (size_t i = 0; i < target->label_count; i++) {
		strbuf_text(out, " <small class=\"label\"><bdi>");
		html_text(out, target->labels[i].name);
		strbuf_text(out, "=");
		html_text(out, target->labels[i].value);
		strbuf_text(out, "</bdi></small>");
	}
}

static void page_target_put_link(struct strbuf *out, const struct target *target,
				 const char *text)
{
	strbuf_text(out, "<a href=\"");
	page_target_link(out, target);
	strbuf_text(out, "\">");
	html_bdi(out, text);
	strbuf_text(out, "</a>");
}

static void page_target_put_last_hour(struct strbuf *out, const struct page_params *params,
				      const struct target *target)
{
	struct target_history target_history;

	history_copy(params->history, target->slot, params->now, &target_history);
	sparkline_put(out, &target_history);
}

/* --- a problem ---------------------------------------------------------------------------- */

static void put_fact(struct strbuf *out, const char *name)
{
	strbuf_format(out, "<li><span>%s</span> ", name);
}

static void page_target_put_facts(struct strbuf *out, const struct page_params *params,
				  const struct target *target, const struct record *record)
{
	const struct result *last = &record->last;
	char since[MOMENT_TEXT_MAX];

	strbuf_text(out, "<ul class=\"facts\">");
	put_fact(out, "phase");
	strbuf_format(out, "%s</li>", phase_name(last->phase));
	put_fact(out, "fault");
	strbuf_format(out, "%s</li>", fault_name(last->fault));
	put_fact(out, "since");
	strbuf_format(out, "%s</li>", moment_text(record->since, since));
	put_fact(out, "probed");
	html_age(out, last->at, params->now);
	strbuf_text(out, "</li>");
	if (result_certificate_end(last).ms != 0) {
		put_fact(out, "certificate");
		page_certificate(out, last, params->now);
		strbuf_text(out, "</li>");
	}
	put_fact(out, "at");
	html_bdi(out, target->host);
	strbuf_format(out, ":%u", target->service->port);
	page_labels(out, target);
	strbuf_text(out, "</li></ul>");
}

void page_problem(struct strbuf *out, const struct page_params *params,
		  const struct target *target, const struct record *record)
{
	const struct result *last = &record->last;
	char lasted[SPAN_TEXT_MAX];

	strbuf_format(out, "<article class=\"%s\"><div class=\"what\"><h3>",
		      page_kind_class(last->state));
	page_state(out, last->state);
	strbuf_text(out, " <a href=\"");
	page_target_link(out, target);
	strbuf_text(out, "\">");
	html_bdi(out, target->server);
	strbuf_text(out, " <span class=\"sep\">/</span> ");
	html_bdi(out, target->service->name);
	page_address(out, target, last);
	strbuf_format(out,
		      "</a> <span class=\"for\">for %s</span></h3><p class=\"reason\">",
		      html_span(moment_between(record->since, params->now), lasted));
	page_sentence(out, last);
	strbuf_text(out, "</p>");
	page_target_put_facts(out, params, target, record);
	strbuf_text(out, "</div><div class=\"drawn\"><span>last hour</span>");
	page_target_put_last_hour(out, params, target);
	strbuf_text(out, "<span>phases</span>");
	waterfall_put(out, target, last);
	strbuf_text(out, "</div></article>\n");
}

/* --- rows --------------------------------------------------------------------------------- */

static void page_target_put_server(struct strbuf *out, const struct target *target)
{
	strbuf_text(out,
		    "<tbody><tr class=\"server\"><th colspan=\"8\" scope=\"rowgroup\">");
	html_bdi(out, target->server);
	if (strcmp(target->server, target->host) != 0) {
		strbuf_text(out, " <small>");
		html_bdi(out, target->host);
		strbuf_text(out, "</small>");
	}
	page_labels(out, target);
	strbuf_text(out, "</th></tr>\n");
}

static void page_target_put_row(struct strbuf *out, const struct page_params *params,
				const struct target *target, const struct record *record)
{
	const struct result *last = &record->last;
	char lasted[SPAN_TEXT_MAX];

	strbuf_format(out, "<tr class=\"%s\"><td class=\"no\">",
		      page_kind_class(last->state));
	page_state(out, last->state);
	strbuf_text(out, "</td><td class=\"no service\">");
	page_target_put_link(out, target, target->service->name);
	page_address(out, target, last);
	strbuf_text(out, "</td><td class=\"no\" data-is=\"Since\">");
	html_age(out, record->since, params->now);
	strbuf_text(out, "</td><td class=\"why\">");
	page_sentence(out, last);
	strbuf_text(out, "</td><td class=\"no\" data-is=\"Last hour\">");
	page_target_put_last_hour(out, params, target);
	strbuf_text(out, "</td><td class=\"no fell\" data-is=\"Phases\">");
	waterfall_put(out, target, last);
	strbuf_format(out, " <small>%s</small>", html_duration(last->took, lasted));
	strbuf_text(out, "</td><td class=\"no\" data-is=\"Certificate\">");
	page_certificate(out, last, params->now);
	strbuf_text(out, "</td><td class=\"no\" data-is=\"Probed\">");
	html_age(out, last->at, params->now);
	strbuf_text(out, "</td></tr>\n");
}

static void put_pending(struct strbuf *out, const struct target *target)
{
	strbuf_format(out, "<tr class=\"%s\"><td class=\"no\">",
		      page_kind_class(PAGE_PENDING));
	page_state(out, PAGE_PENDING);
	strbuf_text(out, "</td><td class=\"no service\">");
	page_target_put_link(out, target, target->service->name);
	strbuf_text(out,
		    "</td><td></td><td class=\"why\">not probed yet</td><td></td><td></td>"
		    "<td></td><td></td></tr>\n");
}

/* Counts a row. True if it is on this page; the heading of its server is then written
 * before it. */
static bool next_row(struct strbuf *out, const struct target *target, struct page_window *w)
{
	if (w->skip > 0) {
		w->skip--;
		return false;
	}
	if (w->left == 0)
		return false;
	w->left--;
	if (!w->server || strcmp(w->server, target->server) != 0) {
		if (w->server)
			strbuf_text(out, "</tbody>\n");
		page_target_put_server(out, target);
		w->server = target->server;
	}
	return true;
}

/* Checks the kind before records are copied. */
static bool has_wanted_kind(const struct target *target, const struct page_query *q)
{
	struct slot_state states[SLOT_RECORDS_MAX];
	size_t n = slot_states(target->slot, states, ARRAY_SIZE(states));

	for (size_t i = 0; i < n; i++)
		if (page_query_has_kind(q, states[i].state))
			return true;
	return n == 0 && page_query_has_kind(q, PAGE_PENDING);
}

void page_rows(struct strbuf *out, const struct page_params *params,
	       const struct target *target, const struct page_query *q,
	       struct page_window *window)
{
	struct record records[SLOT_RECORDS_MAX];
	size_t n;

	if (!has_wanted_kind(target, q))
		return;
	n = slot_copy(target->slot, records, ARRAY_SIZE(records));
	if (n == 0 && page_query_has_kind(q, PAGE_PENDING) &&
	    page_query_finds(q, target, NULL) && next_row(out, target, window))
		put_pending(out, target);
	for (size_t i = 0; i < n; i++) {
		if (page_query_has_kind(q, records[i].last.state) &&
		    page_query_finds(q, target, &records[i]) &&
		    next_row(out, target, window))
			page_target_put_row(out, params, target, &records[i]);
		slot_record_fini(&records[i]);
	}
}
