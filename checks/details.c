/* details.c - one block for each finding. */
#include "details.h"

#include <stdio.h>
#include <string.h>

enum { BAR_MAX = 40 };

/* Text from a server may hold bars, which begin performance values in any line. */
static void print_text(const char *text)
{
	for (; *text != '\0'; text++)
		putchar(*text == '|' ? '/' : *text);
}

static void print_bar(struct span before, struct span took, struct span whole)
{
	int from = (int)(before.ns * BAR_MAX / whole.ns);
	int width = (int)(took.ns * BAR_MAX / whole.ns);

	printf("%*s", from, "");
	for (int i = 0; i < width || i == 0; i++)
		putchar('#');
	putchar('\n');
}

static void print_waterfall(const struct result *r)
{
	struct span whole = { 1 }, before = { 0 };

	for (size_t i = 0; i < PHASE_COUNT; i++)
		whole.ns += r->phases[i].ns > 0 ? r->phases[i].ns : 0;
	for (size_t i = 0; i < PHASE_COUNT; i++) {
		if (r->phases[i].ns < 0)
			continue;
		printf("  %-10s %9.3f ms  ", phase_name((enum phase)i),
		       span_seconds(r->phases[i]) * 1000);
		print_bar(before, r->phases[i], whole);
		before.ns += r->phases[i].ns;
	}
}

static void print_certificate(const struct result *r)
{
	const struct certificate *c = r->certificate;
	char begin[MOMENT_TEXT_MAX], end[MOMENT_TEXT_MAX];

	if (c == NULL)
		return;
	printf("  certificate ");
	print_text(c->subject);
	printf(", issued by ");
	print_text(c->issuer);
	printf(", %s to %s\n", moment_text(c->not_before, begin),
	       moment_text(c->not_after, end));
	for (int f = CERT_FAULT_FIRST; f <= CERT_FAULT_LAST; f++)
		if (r->cert_faults & CERT_FAULT_BIT(f))
			printf("  %s\n", verdict_words((enum fault)f));
	if (r->cert_detail[0] != '\0') {
		printf("  ");
		print_text(r->cert_detail);
		putchar('\n');
	}
}

static void print_dane(const struct result *r)
{
	if (r->dane != DANE_OFF)
		printf("  DANE: %s%s\n", dane_name(r->dane),
		       r->dane == DANE_VALID_KEY ? ", by the server's own TLSA record: its "
						   "dates and names do not count"
						 : "");
}

static void print_notices(const struct result *r)
{
	for (int f = NOTICE_FIRST; f <= NOTICE_LAST; f++)
		if (r->notices & NOTICE_BIT(f))
			printf("  note: %s\n", verdict_words((enum fault)f));
	if (r->notice_detail[0] != '\0') {
		printf("  ");
		print_text(r->notice_detail);
		putchar('\n');
	}
}

/* Where --obsolete-tls asked for it. */
static void print_obsolete(const struct target *t)
{
	static const char *const words[] = {
		[OBSOLETE_UNKNOWN] = "could not be asked for",
		[OBSOLETE_REFUSED] = "refused",
		[OBSOLETE_TLS_1_0] = "accepted",
		[OBSOLETE_TLS_1_1] = "accepted",
	};

	if (t->obsolete_minutes > 0)
		printf("  TLS 1.0 and 1.1 are %s\n", words[slot_obsolete(t->slot)]);
}

static void print_dialogue(const struct result *r)
{
	for (const char *p = transcript_text(r->transcript); *p != '\0';) {
		size_t n = strcspn(p, "\n");

		printf("  ");
		for (size_t i = 0; i < n; i++)
			putchar(p[i] == '|' ? '/' : p[i]);
		putchar('\n');
		p += n + (p[n] == '\n');
	}
}

static void print_tls(const struct result *r)
{
	const struct certificate *c = r->certificate;
	char end[MOMENT_TEXT_MAX];

	if (r->tls_version == NULL)
		return;
	printf("  %s, cipher %s\n", r->tls_version, r->tls_cipher);
	if (c == NULL)
		return;
	printf("  key %s %d bits, signed with %s, serial %s\n", c->key_kind, c->key_bits,
	       c->signature, c->serial);
	printf("  SHA-256 %s\n  names", c->fingerprint);
	for (size_t i = 0; i < c->name_count; i++) {
		putchar(' ');
		print_text(c->names[i]);
	}
	putchar('\n');
	if (r->chain_not_after.ms != 0)
		printf("  verified chain ends %s\n", moment_text(r->chain_not_after, end));
}

void details_print(const struct finding *f, unsigned verbosity)
{
	char address[ADDRESS_TEXT_MAX];
	const struct result *r = &f->result;

	printf("%s at %s:%u\n", f->target->service->name,
	       address_text(&r->address, address), (unsigned)f->target->service->port);
	print_waterfall(r);
	print_certificate(r);
	if (r->flags & RESULT_CERT_ASKED)
		printf("  the server asks for a client certificate\n");
	print_dane(r);
	print_notices(r);
	print_obsolete(f->target);
	if (verbosity >= 2)
		print_dialogue(r);
	if (verbosity >= 3)
		print_tls(r);
}
