/* details.c - one block for each finding. */
#include "details.h"

#include "fact.h"

#include <string.h>

enum { BAR_MAX = 40 };

static void details_put_bar(struct buffer *b, struct span before, struct span took,
			    struct span whole)
{
	int from = (int)(before.ns * BAR_MAX / whole.ns);
	int width = (int)(took.ns * BAR_MAX / whole.ns);

	buffer_format(b, "%*s", from, "");
	for (int i = 0; i < width || i == 0; i++)
		buffer_text(b, "#");
	buffer_text(b, "\n");
}

static void details_put_waterfall(struct buffer *b, const struct result *r)
{
	struct span whole = { 1 }, before = { 0 };

	for (size_t i = 0; i < PHASE_COUNT; i++)
		whole.ns += r->phases[i].ns > 0 ? r->phases[i].ns : 0;
	for (size_t i = 0; i < PHASE_COUNT; i++) {
		if (r->phases[i].ns < 0)
			continue;
		buffer_format(b, "  %-10s %9.3f ms  ", phase_name((enum phase)i),
			      span_seconds(r->phases[i]) * 1000);
		details_put_bar(b, before, r->phases[i], whole);
		before.ns += r->phases[i].ns;
	}
}

static void details_put_faults(struct buffer *b, const char *line,
			       const struct fact_value *v)
{
	for (unsigned i = 0; v->faults.set >> i != 0; i++)
		if (v->faults.set >> i & 1)
			buffer_format(b, "  %s%s\n", line,
				      verdict_words((enum fault)(v->faults.first + i)));
}

static void details_put_text(struct buffer *b, const char *line, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	buffer_text(b, "  ");
	buffer_text(b, line);
	buffer_text(b, text);
	buffer_text(b, "\n");
}

static void details_put_fact(struct buffer *b, const struct fact *f,
			     const struct fact_value *v)
{
	char time[MOMENT_TEXT_MAX];

	switch (f->type) {
	case FACT_TEXT:
	case FACT_WORD:
	case FACT_LINES:
	case FACT_GROUP:
		details_put_text(b, f->line, v->text);
		return;
	case FACT_NUMBER:
		buffer_format(b, "  %s%lld\n", f->line, (long long)v->number);
		return;
	case FACT_SECONDS:
		buffer_format(b, "  %s%.6f s\n", f->line, span_seconds(v->span));
		return;
	case FACT_TIME:
		details_put_text(b, f->line, moment_text(v->time, time));
		return;
	case FACT_FLAG:
		if (v->flag)
			buffer_format(b, "  %s\n", f->line);
		return;
	case FACT_FAULTS:
		details_put_faults(b, f->line, v);
		return;
	case FACT_TEXTS:
		for (size_t i = 0; i < v->texts.count; i++)
			details_put_text(b, f->line, v->texts.list[i]);
		return;
	case FACT_PHASES:
		return; /* The waterfall has them. */
	}
}

static void details_put_facts(struct buffer *b, const struct finding *f)
{
	const struct fact_subject subject = { .result = &f->result, .target = f->target };

	for (size_t i = 0; i < fact_count; i++) {
		struct fact_value value;

		if ((facts[i].places & FACT_VERBOSE) && facts[i].get(&subject, &value))
			details_put_fact(b, &facts[i], &value);
	}
}

/* Where --obsolete-tls asked for it. */
static void details_put_obsolete(struct buffer *b, const struct target *t)
{
	static const char *const words[] = {
		[LEGACY_TLS_UNKNOWN] = "could not be asked for",
		[LEGACY_TLS_REFUSED] = "refused",
		[LEGACY_TLS_1_0] = "accepted",
		[LEGACY_TLS_1_1] = "accepted",
	};

	if (t->legacy_tls_minutes > 0)
		buffer_format(b, "  TLS 1.0 and 1.1 are %s\n",
			      words[slot_legacy_tls(t->slot)]);
}

static void details_put_dialogue(struct buffer *b, const struct result *r)
{
	for (const char *p = transcript_text(r->transcript); *p != '\0';) {
		size_t n = strcspn(p, "\n");

		buffer_text(b, "  ");
		buffer_put(b, (struct view){ p, n });
		buffer_text(b, "\n");
		p += n + (p[n] == '\n');
	}
}

static void details_put_tls(struct buffer *b, const struct result *r)
{
	const struct certificate *c = r->certificate;
	char end[MOMENT_TEXT_MAX];

	if (r->tls_version == NULL)
		return;
	buffer_format(b, "  %s, cipher %s\n", r->tls_version, r->tls_cipher);
	if (c == NULL)
		return;
	buffer_format(b, "  key %s %d bits, signed with %s, serial %s\n", c->key_kind,
		      c->key_bits, c->signature, c->serial);
	buffer_format(b, "  SHA-256 %s\n  names", c->fingerprint);
	for (size_t i = 0; i < c->name_count; i++) {
		buffer_text(b, " ");
		buffer_text(b, c->names[i]);
	}
	buffer_text(b, "\n");
	if (r->chain_not_after.ms != 0)
		buffer_format(b, "  verified chain ends %s\n",
			      moment_text(r->chain_not_after, end));
}

void details_put(struct buffer *b, const struct finding *f, unsigned verbosity)
{
	char address[ADDRESS_TEXT_MAX];
	const struct result *r = &f->result;

	buffer_format(b, "%s at %s:%u\n", f->target->service->name,
		      address_text(&r->address, address),
		      (unsigned)f->target->service->port);
	details_put_waterfall(b, r);
	details_put_facts(b, f);
	details_put_obsolete(b, f->target);
	if (verbosity >= 2)
		details_put_dialogue(b, r);
	if (verbosity >= 3)
		details_put_tls(b, r);
}
