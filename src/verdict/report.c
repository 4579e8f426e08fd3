/* report.c - findings as one summary line, performance values and a line for each.
 *
 * Performance values are SERVICE_time, SERVICE_PHASE and SERVICE_cert_days, always all of them
 * and in the same order; what was not reached or is not known is U (Monitoring Plugins
 * development guidelines, "Performance data"). Where each address is probed the address stands
 * in front.
 */
#include "report.h"

#include "plugin_text.h"

#include <string.h>

enum { SUMMARY_MAX = 2048 };

/* The first of the worst. */
static size_t find_worst(const struct finding *f, size_t count)
{
	size_t worst = 0;

	for (size_t i = 1; i < count; i++)
		if (state_worse(f[worst].result.state, f[i].result.state) !=
		    f[worst].result.state)
			worst = i;
	return worst;
}

static size_t count_well(const struct finding *f, size_t count)
{
	size_t well = 0;

	for (size_t i = 0; i < count; i++)
		well += f[i].result.state == STATE_OK;
	return well;
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

static void put_pair(struct buffer *b, const struct result *r)
{
	buffer_format(b, " [%s/%s]", fault_name(r->fault), phase_name(r->phase));
}

/* One dead host is one story, whether it refuses, is silent or has no name any more. */
static bool host_is_away(const struct finding *f, size_t count)
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
static bool resolver_is_away(const struct finding *f, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (f[i].result.fault != FAULT_RESOLVER_UNAVAILABLE)
			return false;
	return count > 1;
}

static void summary_write(struct buffer *b, const struct finding *f, size_t count)
{
	char sentence[VERDICT_SENTENCE_MAX];
	const struct finding *worst = &f[find_worst(f, count)];

	buffer_format(b, "MAIL %s - ", state_name(worst->result.state));
	report_sentence(worst, sentence);
	if (host_is_away(f, count)) {
		buffer_format(b,
			      "%.255s: host unreachable, none of %zu services reached: %s",
			      worst->target->host, count, sentence);
		put_pair(b, &worst->result);
		return;
	}
	if (resolver_is_away(f, count)) {
		buffer_format(b, "none of %zu services could be probed: %s", count,
			      sentence);
		put_pair(b, &worst->result);
		return;
	}
	if (count > 1)
		buffer_format(b, "%zu of %zu services well, ", count_well(f, count), count);
	buffer_format(b, "%.255s %s: %s", worst->target->host, worst->target->service->name,
		      sentence);
	put_pair(b, &worst->result);
}

/* Host, sentence and remark may be anybody's words. */
static void put_summary(struct buffer *b, const struct finding *f, size_t count)
{
	char storage[SUMMARY_MAX];
	struct buffer raw;

	buffer_init(&raw, storage, sizeof(storage));
	summary_write(&raw, f, count);
	plugin_text_put(b, buffer_view(&raw));
}

/* --- performance values ------------------------------------------------------------------- */

static void put_label(struct buffer *b, const struct finding *f, const char *label)
{
	char address[ADDRESS_TEXT_MAX];

	buffer_text(b, " ");
	if (shows_address(f))
		buffer_format(b, "%s_", address_text(&f->result.address, address));
	buffer_format(b, "%s_%s=", f->target->service->name, label);
}

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* Integers only: no locale writes a comma into them. */
static void put_seconds(struct buffer *b, const struct finding *f, const char *label,
			struct span span, const char *warning, const char *critical)
{
	long long us = span.ns / 1000;

	put_label(b, f, label);
	if (span.ns < 0)
		buffer_text(b, "U");
	else
		buffer_format(b, "%lld.%06llds;%s;%s;0", us / 1000000, us % 1000000,
			      or_empty(warning), or_empty(critical));
}

static void put_days(struct buffer *b, const struct finding *f)
{
	const struct result *r = &f->result;
	struct moment end = r->chain_not_after;

	put_label(b, f, "cert_days");
	if (r->certificate == NULL) {
		buffer_text(b, "U");
		return;
	}
	if (end.ms == 0)
		end = r->certificate->not_after;
	buffer_format(b, "%lld",
		      (long long)(moment_between(r->at, end).ns / 86400000000000));
}

static void put_values(struct buffer *b, const struct finding *f,
		       const struct report_limits *limits)
{
	static const struct report_limits none;
	const struct report_limits *l = limits != NULL ? limits : &none;

	put_seconds(b, f, "time", f->result.took, l->warning[PHASE_COUNT],
		    l->critical[PHASE_COUNT]);
	for (unsigned phase = 0; phase < PHASE_COUNT; phase++)
		put_seconds(b, f, phase_name((enum phase)phase), f->result.phases[phase],
			    l->warning[phase], l->critical[phase]);
	put_days(b, f);
}

/* --- the lines ---------------------------------------------------------------------------- */

static void line_write(struct buffer *b, const struct finding *f)
{
	char sentence[VERDICT_SENTENCE_MAX], address[ADDRESS_TEXT_MAX];

	buffer_text(b, f->target->service->name);
	if (f->target->service->port != 0)
		buffer_format(b, " (port %u", (unsigned)f->target->service->port);
	if (shows_address(f))
		buffer_format(b, ", %s", address_text(&f->result.address, address));
	buffer_format(b, "%s: %s - %s", f->target->service->port != 0 ? ")" : "",
		      state_name(f->result.state), report_sentence(f, sentence));
	put_pair(b, &f->result);
}

static void put_line(struct buffer *b, const struct finding *f)
{
	char storage[SUMMARY_MAX];
	struct buffer raw;

	buffer_init(&raw, storage, sizeof(storage));
	line_write(&raw, f);
	plugin_text_put(b, buffer_view(&raw));
	buffer_text(b, "\n");
}

/* What does not fit whole is left out: half a value would be another value. */
static void put_if_fits(struct buffer *b, const struct buffer *part)
{
	if (!part->full)
		buffer_put(b, buffer_view(part));
}

enum state report_write(struct buffer *b, const struct finding *findings, size_t count,
			const struct report_limits *limits)
{
	char storage[REPORT_MAX];
	struct buffer part;

	put_summary(b, findings, count);
	buffer_text(b, " |");
	for (size_t i = 0; i < count; i++) {
		buffer_init(&part, storage, sizeof(storage));
		put_values(&part, &findings[i], limits);
		put_if_fits(b, &part);
	}
	buffer_text(b, "\n");
	for (size_t i = 0; i < count; i++) {
		buffer_init(&part, storage, sizeof(storage));
		put_line(&part, &findings[i]);
		put_if_fits(b, &part);
	}
	return findings[find_worst(findings, count)].result.state;
}
