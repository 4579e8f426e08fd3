/* report.c - findings as one summary line, performance values and a line for each.
 *
 * Performance values are SERVICE_time, SERVICE_PHASE and SERVICE_cert_days, always the same ones
 * in the same order; what was not reached or is not known is U (Monitoring Plugins development
 * guidelines, "Performance data"). Left out is what this check cannot have: phases of TLS
 * without TLS, of a login without an account, the lookup of an address. Where each address is
 * probed the address stands in front.
 *
 * What does not fit is left out by its worth: lines of bad findings have the first half of the
 * room, then values, then all other lines; and the last line says what is missing.
 */
#include "report.h"

#include "plugin_text.h"

#include <string.h>

/* TAIL_ROOM: of the line that says what is missing. */
enum { SUMMARY_MAX = 2048, OTHERS_MAX = 8, TAIL_MAX = 120 };

/* The first of the worst. */
static size_t worst_finding(const struct finding *f, size_t count)
{
	size_t worst = 0;

	for (size_t i = 1; i < count; i++)
		if (state_worse(f[worst].result.state, f[i].result.state) !=
		    f[worst].result.state)
			worst = i;
	return worst;
}

static size_t count_ok(const struct finding *f, size_t count)
{
	size_t ok = 0;

	for (size_t i = 0; i < count; i++)
		ok += f[i].result.state == STATE_OK;
	return ok;
}

const char *report_sentence(const struct finding *f, char dst[VERDICT_SENTENCE_MAX])
{
	if (f->remark[0] == '\0')
		return verdict_sentence(&f->result, dst);
	text_copy(dst, VERDICT_SENTENCE_MAX, f->remark);
	return dst;
}

static bool shows_address(const struct finding *f)
{
	return f->target->addresses == ADDRESS_EACH &&
	       f->result.address.any.sa_family != AF_UNSPEC;
}

static void put_fault_and_phase(struct buffer *b, const struct result *r)
{
	buffer_format(b, " [%s/%s]", fault_name(r->fault), phase_name(r->phase));
}

/* One dead host is one story, whether it refuses, is silent or has no name any more. */
static bool report_host_is_down(const struct finding *f, size_t count)
{
	const struct result *first = &f[0].result;

	if (count < 2)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct result *r = &f[i].result;

		if (!state_is_bad(r->state) || r->state != first->state ||
		    r->phase > PHASE_CONNECT || fault_is_ours(r->fault) ||
		    f[i].remark[0] != '\0' ||
		    strcmp(f[i].target->host, f[0].target->host) != 0)
			return false;
	}
	return true;
}

/* What all of them have in common is ours, whatever their hosts. */
static bool resolver_is_down(const struct finding *f, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (f[i].result.fault != FAULT_RESOLVER_UNAVAILABLE)
			return false;
	return count > 1;
}

/* Where the summary has room for more than one. */
static void put_others(struct buffer *b, const struct finding *f, size_t count,
		       size_t worst)
{
	size_t shown = 0, bad = count - count_ok(f, count) - 1;
	char address[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < count && shown < OTHERS_MAX; i++) {
		if (i == worst || f[i].result.state == STATE_OK)
			continue;
		buffer_format(b, "%s%s", shown == 0 ? "; also bad: " : ", ",
			      f[i].target->service->name);
		if (shows_address(&f[i]))
			buffer_format(b, " at %s",
				      address_text(&f[i].result.address, address));
		buffer_format(b, " %s", state_name(f[i].result.state));
		shown++;
	}
	if (bad > shown)
		buffer_format(b, " and %zu more", bad - shown);
}

static void summary_write(struct buffer *b, const struct finding *f, size_t count)
{
	char sentence[VERDICT_SENTENCE_MAX];
	const size_t at = worst_finding(f, count);
	const struct finding *worst = &f[at];

	buffer_format(b, "MAIL %s - ", state_name(worst->result.state));
	report_sentence(worst, sentence);
	if (report_host_is_down(f, count)) {
		buffer_format(b,
			      "%.255s: host unreachable, none of %zu services reached: %s",
			      worst->target->host, count, sentence);
		put_fault_and_phase(b, &worst->result);
		return;
	}
	if (resolver_is_down(f, count)) {
		buffer_format(b, "none of %zu services could be probed: %s", count,
			      sentence);
		put_fault_and_phase(b, &worst->result);
		return;
	}
	if (count > 1)
		buffer_format(b, "%zu of %zu services well, ", count_ok(f, count), count);
	buffer_format(b, "%.255s %s: %s", worst->target->host, worst->target->service->name,
		      sentence);
	if (worst->result.state != STATE_OK)
		put_others(b, f, count, at);
	put_fault_and_phase(b, &worst->result);
}

/* Host, sentence and remark may be anybody's words. */
static void report_put_summary(struct buffer *b, const struct finding *f, size_t count)
{
	char storage[SUMMARY_MAX];
	struct buffer raw;

	buffer_init(&raw, storage, sizeof(storage));
	summary_write(&raw, f, count);
	plugin_text_put(b, buffer_view(&raw));
}

/* --- performance values ------------------------------------------------------------------- */

static void report_put_label(struct buffer *b, const struct finding *f, const char *label)
{
	char address[ADDRESS_TEXT_MAX];

	buffer_text(b, " ");
	if (shows_address(f))
		buffer_format(b, "%s_", address_text(&f->result.address, address));
	buffer_format(b, "%s_%s=", f->target->service->name, label);
}

static const char *text_or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* Integers only: no locale writes a comma into them. */
static void report_put_seconds(struct buffer *b, const struct finding *f, const char *label,
			       struct span span, const char *warning, const char *critical)
{
	long long us = span.ns / 1000;

	report_put_label(b, f, label);
	if (span.ns < 0)
		buffer_text(b, "U");
	else
		buffer_format(b, "%lld.%06llds;%s;%s;0", us / 1000000, us % 1000000,
			      text_or_empty(warning), text_or_empty(critical));
}

static void put_days(struct buffer *b, const struct finding *f)
{
	const struct result *r = &f->result;
	struct moment end = result_certificate_end(r);

	report_put_label(b, f, "cert_days");
	if (r->certificate == NULL) {
		buffer_text(b, "U");
		return;
	}
	buffer_format(b, "%lld",
		      (long long)(moment_between(r->at, end).ns / 86400000000000));
}

static bool host_is_address(const struct target *t)
{
	struct address address;

	return address_parse(view_of(t->host), 0, &address);
}

/* Whether such a check ever gets there. */
static bool phase_applies(const struct target *t, enum phase phase,
			  const struct report_limits *l)
{
	enum tls_mode tls = (enum tls_mode)t->service->tls;

	switch (phase) {
	case PHASE_DNS:
		return !host_is_address(t);
	case PHASE_STARTTLS:
		return tls == TLS_MODE_STARTTLS || tls == TLS_MODE_OPPORTUNISTIC;
	case PHASE_TLS:
		return tls != TLS_MODE_NONE;
	case PHASE_AUTH:
		return t->account != NULL;
	case PHASE_MAILBOX:
		return t->account != NULL || l->envelope;
	default:
		return true;
	}
}

static void put_finding_values(struct buffer *b, const struct finding *f,
			       const struct report_limits *limits)
{
	static const struct report_limits none;
	const struct report_limits *l = limits != NULL ? limits : &none;

	report_put_seconds(b, f, "time", f->result.took, l->warning[PHASE_COUNT],
			   l->critical[PHASE_COUNT]);
	for (unsigned phase = 0; phase < PHASE_COUNT; phase++)
		if (f->result.phases[phase].ns >= 0 ||
		    phase_applies(f->target, (enum phase)phase, l))
			report_put_seconds(b, f, phase_name((enum phase)phase),
					   f->result.phases[phase], l->warning[phase],
					   l->critical[phase]);
	if (f->result.certificate != NULL || phase_applies(f->target, PHASE_TLS, l))
		put_days(b, f);
}

/* --- the lines ---------------------------------------------------------------------------- */

static void put_finding_line(struct buffer *b, const struct finding *f)
{
	char sentence[VERDICT_SENTENCE_MAX], address[ADDRESS_TEXT_MAX];

	buffer_text(b, f->target->service->name);
	if (f->target->service->port != 0)
		buffer_format(b, " (port %u", (unsigned)f->target->service->port);
	if (shows_address(f))
		buffer_format(b, ", %s", address_text(&f->result.address, address));
	buffer_format(b, "%s: %s - %s", f->target->service->port != 0 ? ")" : "",
		      state_name(f->result.state), report_sentence(f, sentence));
	put_fault_and_phase(b, &f->result);
}

static void report_put_line(struct buffer *b, const struct finding *f)
{
	char storage[SUMMARY_MAX];
	struct buffer raw;

	buffer_init(&raw, storage, sizeof(storage));
	put_finding_line(&raw, f);
	plugin_text_put(b, buffer_view(&raw));
	buffer_text(b, "\n");
}

/* --- the whole ------------------------------------------------------------------------------ */

/* A part of the output that is filled from several sides before it is put. */
struct report_part {
	struct buffer b;
	char storage[REPORT_MAX];
};

/* Puts what fits whole into `room` bytes: half a value would be another value. */
static bool part_add(struct report_part *to, const struct buffer *piece, size_t room)
{
	return !piece->full && to->b.n + piece->n <= room &&
	       buffer_put(&to->b, buffer_view(piece));
}

struct report {
	const struct finding *findings;
	size_t count;
	struct report_part values, lines;
	size_t rank,
	    next; /* the line to be put next: place in worst_first, place in findings */
	size_t lines_left, bad_left, values_left;
};

static const enum state worst_first[] = { STATE_CRITICAL, STATE_WARNING, STATE_UNKNOWN,
					  STATE_OK };

/* The finding whose line comes next, the worst first; NULL: all are there. */
static const struct finding *next_finding(struct report *r)
{
	for (; r->rank < ARRAY_SIZE(worst_first); r->rank++, r->next = 0)
		for (; r->next < r->count; r->next++)
			if (r->findings[r->next].result.state == worst_first[r->rank])
				return &r->findings[r->next];
	return NULL;
}

/* Until `room` bytes are full. */
static void report_put_lines(struct report *r, bool only_bad, size_t room)
{
	char storage[SUMMARY_MAX];
	const struct finding *f;
	struct buffer line;

	while ((f = next_finding(r)) != NULL) {
		bool bad = f->result.state != STATE_OK;

		buffer_init(&line, storage, sizeof(storage));
		report_put_line(&line, f);
		if ((only_bad && !bad) || !part_add(&r->lines, &line, room))
			return;
		r->next++;
		r->lines_left--;
		r->bad_left -= bad;
	}
}

static void report_put_values(struct report *r, const struct report_limits *limits,
			      size_t room)
{
	char storage[SUMMARY_MAX];
	struct buffer values;

	for (size_t i = 0; i < r->count; i++) {
		buffer_init(&values, storage, sizeof(storage));
		put_finding_values(&values, &r->findings[i], limits);
		r->values_left -= part_add(&r->values, &values, room);
	}
}

/* "... and 9 more, all OK" */
static void report_put_tail(struct buffer *b, const struct report *r)
{
	const char *gap = "... and ";

	if (r->lines_left > 0 && r->bad_left > 0)
		buffer_format(b, "%s%zu more, %zu of them bad", gap, r->lines_left,
			      r->bad_left);
	else if (r->lines_left > 0)
		buffer_format(b, "%s%zu more, all OK", gap, r->lines_left);
	if (r->lines_left > 0)
		gap = "; ";
	if (r->values_left > 0)
		buffer_format(b, "%sthe values of %zu services have no room", gap,
			      r->values_left);
	if (r->lines_left + r->values_left > 0)
		buffer_text(b, "\n");
}

enum state report_write(struct buffer *b, const struct finding *findings, size_t count,
			const struct report_limits *limits)
{
	size_t ok = count_ok(findings, count), room;
	struct report r = { .findings = findings,
			    .count = count,
			    .lines_left = count,
			    .bad_left = count - ok,
			    .values_left = count };

	report_put_summary(b, findings, count);
	room = b->cap - b->n > TAIL_MAX ? b->cap - b->n - TAIL_MAX : 0;
	buffer_init(&r.values.b, r.values.storage, sizeof(r.values.storage));
	buffer_init(&r.lines.b, r.lines.storage, sizeof(r.lines.storage));
	report_put_lines(&r, true, room / 2);
	report_put_values(&r, limits, room - r.lines.b.n);
	report_put_lines(&r, false, room - r.values.b.n);
	buffer_text(b, " |");
	buffer_put(b, buffer_view(&r.values.b));
	buffer_text(b, "\n");
	buffer_put(b, buffer_view(&r.lines.b));
	report_put_tail(b, &r);
	return findings[worst_finding(findings, count)].result.state;
}
