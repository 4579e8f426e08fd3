/* details.c - one block for each finding. */
#include "details.h"

#include <string.h>

enum { BAR_MAX = 40 };

static void put_bar(struct buffer *b, struct span before, struct span took,
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
		put_bar(b, before, r->phases[i], whole);
		before.ns += r->phases[i].ns;
	}
}

static void details_put_certificate(struct buffer *b, const struct result *r)
{
	const struct certificate *c = r->certificate;
	char begin[MOMENT_TEXT_MAX], end[MOMENT_TEXT_MAX];

	if (c == NULL)
		return;
	buffer_text(b, "  certificate ");
	buffer_text(b, c->subject);
	buffer_text(b, ", issued by ");
	buffer_text(b, c->issuer);
	buffer_format(b, ", %s to %s\n", moment_text(c->not_before, begin),
		      moment_text(c->not_after, end));
	for (int f = CERT_FAULT_FIRST; f <= CERT_FAULT_LAST; f++)
		if (r->cert_faults & CERT_FAULT_BIT(f))
			buffer_format(b, "  %s\n", verdict_words((enum fault)f));
	if (r->cert_detail[0] != '\0') {
		buffer_text(b, "  ");
		buffer_text(b, r->cert_detail);
		buffer_text(b, "\n");
	}
}

static void details_put_dane(struct buffer *b, const struct result *r)
{
	if (r->dane != DANE_OFF)
		buffer_format(b, "  DANE: %s%s\n", dane_name(r->dane),
			      r->dane == DANE_VALID_KEY
				  ? ", by the server's own TLSA record: its "
				    "dates and names do not count"
				  : "");
}

static void details_put_notices(struct buffer *b, const struct result *r)
{
	for (int f = NOTICE_FIRST; f <= NOTICE_LAST; f++)
		if (r->notices & NOTICE_BIT(f))
			buffer_format(b, "  note: %s\n", verdict_words((enum fault)f));
	if (r->notice_detail[0] != '\0') {
		buffer_text(b, "  ");
		buffer_text(b, r->notice_detail);
		buffer_text(b, "\n");
	}
}

/* Where --obsolete-tls asked for it. */
static void details_put_obsolete(struct buffer *b, const struct target *t)
{
	static const char *const words[] = {
		[OBSOLETE_UNKNOWN] = "could not be asked for",
		[OBSOLETE_REFUSED] = "refused",
		[OBSOLETE_TLS_1_0] = "accepted",
		[OBSOLETE_TLS_1_1] = "accepted",
	};

	if (t->obsolete_minutes > 0)
		buffer_format(b, "  TLS 1.0 and 1.1 are %s\n",
			      words[slot_obsolete(t->slot)]);
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
	details_put_certificate(b, r);
	if (r->flags & RESULT_CERT_ASKED)
		buffer_text(b, "  the server asks for a client certificate\n");
	details_put_dane(b, r);
	details_put_notices(b, r);
	details_put_obsolete(b, f->target);
	if (verbosity >= 2)
		details_put_dialogue(b, r);
	if (verbosity >= 3)
		details_put_tls(b, r);
}
