/* report.c - results as one summary line, performance values and a line per service.
 *
 * Performance values are SERVICE_time, SERVICE_PHASE and SERVICE_cert_days, always all of them
 * and in the same order; what was not reached or is not known is U (Monitoring Plugins
 * development guidelines, "Performance data").
 */
#include "report.h"

#include "verdict.h"

/* The first of the worst. */
static size_t find_worst(const struct result *results, size_t count)
{
	size_t worst = 0;

	for (size_t i = 1; i < count; i++)
		if (state_worse(results[worst].state, results[i].state) !=
		    results[worst].state)
			worst = i;
	return worst;
}

static size_t count_well(const struct result *results, size_t count)
{
	size_t well = 0;

	for (size_t i = 0; i < count; i++)
		well += results[i].state == STATE_OK;
	return well;
}

static void put_pair(struct buffer *b, const struct result *r)
{
	buffer_format(b, " [%s/%s]", fault_name(r->fault), phase_name(r->phase));
}

static void put_summary(struct buffer *b, const struct target *targets,
			const struct result *results, size_t count)
{
	char sentence[VERDICT_SENTENCE_MAX];
	size_t worst = find_worst(results, count);
	const struct result *r = &results[worst];

	buffer_format(b, "MAIL %s - ", state_name(r->state));
	if (count > 1)
		buffer_format(b, "%zu of %zu services well, ", count_well(results, count),
			      count);
	buffer_format(b, "%s %s: %s", targets[worst].host, targets[worst].service->name,
		      verdict_sentence(r, sentence));
	put_pair(b, r);
}

/* Integers only: no locale writes a comma into them. */
static void put_seconds(struct buffer *b, const char *service, const char *label,
			struct span span)
{
	long long us = span.ns / 1000;

	if (span.ns < 0)
		buffer_format(b, " %s_%s=U", service, label);
	else
		buffer_format(b, " %s_%s=%lld.%06llds;;;0", service, label, us / 1000000,
			      us % 1000000);
}

static void put_days(struct buffer *b, const char *service, const struct result *r)
{
	struct moment end = r->chain_not_after;

	if (r->certificate == NULL) {
		buffer_format(b, " %s_cert_days=U", service);
		return;
	}
	if (end.ms == 0)
		end = r->certificate->not_after;
	buffer_format(b, " %s_cert_days=%lld", service,
		      (long long)(moment_between(r->at, end).ns / 86400000000000));
}

static void put_values(struct buffer *b, const struct target *target,
		       const struct result *r)
{
	const char *service = target->service->name;

	put_seconds(b, service, "time", r->took);
	for (unsigned phase = 0; phase < PHASE_COUNT; phase++)
		put_seconds(b, service, phase_name((enum phase)phase), r->phases[phase]);
	put_days(b, service, r);
}

static void put_line(struct buffer *b, const struct target *target, const struct result *r)
{
	char sentence[VERDICT_SENTENCE_MAX];

	buffer_format(b, "%s (port %u): %s - %s", target->service->name,
		      (unsigned)target->service->port, state_name(r->state),
		      verdict_sentence(r, sentence));
	put_pair(b, r);
	buffer_text(b, "\n");
}

enum state report_write(struct buffer *b, const struct target *targets,
			const struct result *results, size_t count)
{
	put_summary(b, targets, results, count);
	buffer_text(b, " |");
	for (size_t i = 0; i < count; i++)
		put_values(b, &targets[i], &results[i]);
	buffer_text(b, "\n");
	for (size_t i = 0; i < count; i++)
		put_line(b, &targets[i], &results[i]);
	return results[find_worst(results, count)].state;
}
