/* fuzz_certificate.c - whatever a server shows as its certificate, its facts are texts fit to
 * show, and all of them are freed with the last holder.
 */
#include "certificate.h"
#include "x509_facts.h"
#include "x509_text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* The subject may hold more of what is not ASCII than bytes; the rest is one line. */
static void must_be_text(const char *text)
{
	must(text != NULL && strlen(text) < X509_TEXT_MAX);
	for (; *text != '\0'; text++)
		must((unsigned char)*text >= ' ' && *text != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct certificate_table *table;
	const unsigned char *p = bytes;
	struct certificate *c, *again;
	X509 *x = d2i_X509(NULL, &p, (long)n);

	if (x == NULL)
		return 0;
	if (table == NULL)
		table = certificate_table_new();
	c = certificate_table_get(table, x);
	must(c != NULL);
	must_be_text(c->subject);
	must_be_text(c->issuer);
	must_be_text(c->serial);
	must(strlen(c->fingerprint) == 64);
	must(c->key_kind != NULL && c->signature != NULL);
	must(c->name_count <= CERTIFICATE_NAMES_MAX);
	for (size_t i = 0; i < c->name_count; i++)
		must_be_text(c->names[i]);
	again = certificate_table_get(table, x);
	must(again == c);
	certificate_release(again);
	certificate_release(c);
	X509_free(x);
	return 0;
}
