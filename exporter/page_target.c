/* page_target.c - everything a server or the configuration says goes through put_html. */
#include "page_target.h"

#include "verdict.h"

#include <string.h>

const char *page_class(unsigned kind)
{
	static const char *const classes[] = { "ok", "warning", "critical", "unknown",
					       "pending" };

	return classes[kind];
}

const char *page_word(unsigned kind)
{
	return kind == PAGE_PENDING ? "PENDING" : state_name((enum state)kind);
}

static void put_html(struct draft *out, const char *text)
{
	for (;;) {
		size_t n = strcspn(text, "&<>\"'");

		draft_put(out, (struct view){ text, n });
		if (!text[n])
			return;
		draft_format(out, "&#%d;", text[n]);
		text += n + 1;
	}
}

/* "2h 3m"; whole seconds are precise enough. */
static const char *duration(struct span s, char dst[SPAN_TEXT_MAX])
{
	int64_t whole = s.ns / 1000000000;

	if (whole <= 0)
		return "0s";
	return span_text(span_of_ms(whole * 1000), dst);
}

static void put_age(struct draft *out, struct moment at, struct moment now)
{
	char date[MOMENT_TEXT_MAX], age[SPAN_TEXT_MAX];

	moment_text(at, date);
	draft_format(out, "<time datetime=\"%s\" title=\"%s\">%s ago</time>", date, date,
		     duration(moment_between(at, now), age));
}

/* Of the verified chain or, without one, of the certificate; 0: there was none. */
static struct moment certificate_end(const struct result *result)
{
	if (result->chain_not_after.ms != 0 || !result->certificate)
		return result->chain_not_after;
	return result->certificate->not_after;
}

static void put_certificate(struct draft *out, const struct result *result,
			    struct moment now)
{
	struct moment end = certificate_end(result);
	char date[MOMENT_TEXT_MAX], text[SPAN_TEXT_MAX];
	int64_t days = (end.ms - now.ms) / 86400000;

	if (end.ms == 0) {
		draft_text(out, "\xe2\x80\x93");
		return;
	}
	moment_text(end, date);
	draft_format(out, "<time datetime=\"%s\" title=\"%s\">", date, date);
	if (end.ms <= now.ms)
		draft_format(out, "ended %s ago", duration(moment_between(end, now), text));
	else if (days < 3)
		draft_format(out, "%s left", duration(moment_between(now, end), text));
	else
		draft_format(out, "%lld days left", (long long)days);
	draft_text(out, "</time>");
}

static void put_address(struct draft *out, const struct target *target,
			const struct result *result)
{
	char text[ADDRESS_TEXT_MAX];

	if (target->addresses != ADDRESS_EACH || result->address.any.sa_family == AF_UNSPEC)
		return;
	draft_text(out, " <small>");
	put_html(out, address_text(&result->address, text));
	draft_text(out, "</small>");
}

static void put_labels(struct draft *out, const struct target *target)
{
	for (size_t i = 0; i < target->label_count; i++) {
		draft_text(out, " <small>");
		put_html(out, target->labels[i].name);
		draft_text(out, "=");
		put_html(out, target->labels[i].value);
		draft_text(out, "</small>");
	}
}

void page_problem(struct draft *out, const struct target *target,
		  const struct record *record, struct moment now)
{
	char sentence[VERDICT_SENTENCE_MAX], lasted[SPAN_TEXT_MAX], since[MOMENT_TEXT_MAX];
	const struct result *last = &record->last;

	draft_format(out,
		     "<article class=\"%s\"><h3><span class=\"state\">%s</span> <span>",
		     page_class(last->state), state_name(last->state));
	put_html(out, target->server);
	draft_text(out, "</span> <span>");
	put_html(out, target->service->name);
	put_address(out, target, last);
	draft_text(out, "</span></h3><p class=\"reason\">");
	put_html(out, verdict_sentence(last, sentence));
	draft_format(out, "</p><p class=\"facts\"><span>for %s, since %s</span> ",
		     duration(moment_between(record->since, now), lasted),
		     moment_text(record->since, since));
	draft_format(out, "<span>phase %s</span> <span>fault %s</span> ",
		     phase_name(last->phase), fault_name(last->fault));
	if (certificate_end(last).ms != 0) {
		draft_text(out, "<span>certificate ");
		put_certificate(out, last, now);
		draft_text(out, "</span> ");
	}
	draft_text(out, "<span>probed ");
	put_age(out, last->at, now);
	draft_text(out, "</span> <span>");
	put_html(out, target->host);
	draft_format(out, ":%u</span>", target->service->port);
	put_labels(out, target);
	draft_text(out, "</p></article>\n");
}

static void put_row(struct draft *out, const struct target *target,
		    const struct record *record, struct moment now)
{
	const struct result *last = &record->last;
	char sentence[VERDICT_SENTENCE_MAX];

	draft_format(
	    out,
	    "<tr class=\"%s\"><td class=\"no\"><span class=\"state\">%s</span></td><td>",
	    page_class(last->state), state_name(last->state));
	put_html(out, target->service->name);
	put_address(out, target, last);
	draft_text(out, "</td><td class=\"no\" data-is=\"Since\">");
	put_age(out, record->since, now);
	draft_text(out, "</td><td class=\"why\">");
	put_html(out, verdict_sentence(last, sentence));
	draft_format(out, "</td><td class=\"no\" data-is=\"Phase\">%s</td>",
		     last->fault == FAULT_OK ? "\xe2\x80\x93" : phase_name(last->phase));
	draft_text(out, "<td class=\"no\" data-is=\"Certificate\">");
	put_certificate(out, last, now);
	draft_text(out, "</td><td class=\"no\" data-is=\"Probed\">");
	put_age(out, last->at, now);
	draft_text(out, "</td></tr>\n");
}

static void put_pending(struct draft *out, const struct target *target)
{
	draft_format(out,
		     "<tr class=\"%s\"><td class=\"no\"><span "
		     "class=\"state\">PENDING</span></td><td>",
		     page_class(PAGE_PENDING));
	put_html(out, target->service->name);
	draft_text(
	    out, "</td><td></td><td>not probed yet</td><td></td><td></td><td></td></tr>\n");
}

void page_server(struct draft *out, const struct target *target)
{
	draft_text(out, "<tbody><tr><th colspan=\"7\" scope=\"rowgroup\">");
	put_html(out, target->server);
	if (strcmp(target->server, target->host) != 0) {
		draft_text(out, " <small>");
		put_html(out, target->host);
		draft_text(out, "</small>");
	}
	put_labels(out, target);
	draft_text(out, "</th></tr>\n");
}

void page_rows(struct draft *out, const struct target *target, struct moment now)
{
	struct record records[SLOT_RECORDS_MAX];
	size_t n = slot_copy(target->slot, records, ARRAY_SIZE(records));

	if (n == 0)
		put_pending(out, target);
	for (size_t i = 0; i < n; i++) {
		put_row(out, target, &records[i], now);
		slot_record_fini(&records[i]);
	}
}
