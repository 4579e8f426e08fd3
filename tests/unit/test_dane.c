/* test_dane.c - a chain held against TLSA records, and what the roots say beside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "certificate.h"
#include "chain.h"
#include "dane.h"
#include "pki.h"
#include "x509_facts.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct identity root, upper, leaf, old, other, foreign_banner;
static struct certificate_table *table;

static int make_world(void **state)
{
	const struct pki_options good = { .name = "mx1.test", .san = "DNS:mx1.test" };

	(void)state;
	table = certificate_table_new();
	root = pki_issue(&(struct pki_options){ .name = "Root", .ca = true }, NULL);
	upper = pki_issue(&(struct pki_options){ .name = "Upper", .ca = true }, &root);
	foreign_banner =
	    pki_issue(&(struct pki_options){ .name = "Stranger", .ca = true }, NULL);
	leaf = pki_issue(&good, &upper);
	other = pki_issue(
	    &(struct pki_options){ .name = "other.test", .san = "DNS:other.test" }, &upper);
	old = pki_issue(&(struct pki_options){ .name = "mx1.test",
					       .san = "DNS:mx1.test",
					       .begin = -90 * DAY,
					       .end = -DAY },
			&upper);
	return 0;
}

static int end_world(void **state)
{
	struct identity *all[] = { &root, &upper, &leaf, &old, &other, &foreign_banner };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		pki_drop(all[i]);
	certificate_table_free(table);
	return 0;
}

/* What the record "USAGE SELECTOR MATCHING" would be for a certificate; wrong: for none. */
static struct tlsa record(const char *parameters, const struct identity *id, bool wrong)
{
	static unsigned char pool[16][2048];
	static size_t next;
	unsigned char *data = pool[next++ % ARRAY_SIZE(pool)], *der = NULL;
	struct tlsa t = { (uint8_t)(parameters[0] - '0'),
			  (uint8_t)(parameters[2] - '0'),
			  (uint8_t)(parameters[4] - '0'),
			  { (char *)data, 0 } };
	int n = t.selector == TLSA_KEY ? i2d_PUBKEY(id->key, &der) : i2d_X509(id->x, &der);
	unsigned length = (unsigned)n;

	assert_in_range(n, 1, 2048);
	if (t.matching == TLSA_WHOLE)
		memcpy(data, der, (size_t)n);
	else
		EVP_Digest(der, (size_t)n, data, &length,
			   t.matching == TLSA_SHA256 ? EVP_sha256() : EVP_sha512(), NULL);
	OPENSSL_free(der);
	data[length - 1] ^= wrong;
	t.data.n = length;
	return t;
}

static struct tls_facts judge(const struct identity *id, const struct identity *sent,
			      const struct dns_records *set)
{
	const struct chain_options wish = {
		.name = "mx1.test", .store_note = "", .tlsa = set, .certificates = table
	};
	struct tls_facts facts = { .certificate = certificate_table_get(table, id->x) };
	STACK_OF(X509) *chain = sk_X509_new_null();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_STORE *store = X509_STORE_new();

	sk_X509_push(chain, id->x);
	if (sent != NULL)
		sk_X509_push(chain, sent->x);
	assert_int_equal(X509_STORE_CTX_init(ctx, store, id->x, chain), 1);
	X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_SSL_SERVER);
	chain_judge(ctx, &wish, &facts);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	sk_X509_free(chain);
	return facts;
}

static struct dns_records *set_of(struct tlsa first, struct tlsa second, size_t count)
{
	struct dns_records *set = calloc(1, sizeof(*set) + 2 * sizeof(set->list[0]));

	set->holders = 1;
	set->count = count;
	set->list[0].tlsa = first;
	set->list[1].tlsa = second;
	return set;
}

enum { U = CERT_FAULT_BIT(FAULT_CERT_UNTRUSTED), N = CERT_FAULT_BIT(FAULT_CERT_NAME) };
enum { E = CERT_FAULT_BIT(FAULT_CERT_EXPIRED), D = CERT_FAULT_BIT(FAULT_CERT_DANE) };

/* The store is empty: nothing is trusted but by a record. */
static void compares(void **state)
{
	static const struct {
		const char *parameters;
		const struct identity *of, *served, *sent;
		bool wrong;
		enum dane dane;
		unsigned faults;
	} cases[] = {
		/* clang-format off */
		/* Usage 3: neither trust nor name nor dates count. */
		{ "3 1 1", &leaf,  &leaf,  NULL,      false, DANE_VALID_KEY, 0 },
		{ "3 1 2", &leaf,  &leaf,  NULL,      false, DANE_VALID_KEY, 0 },
		{ "3 1 0", &leaf,  &leaf,  NULL,      false, DANE_VALID_KEY, 0 },
		{ "3 0 1", &leaf,  &leaf,  NULL,      false, DANE_VALID_KEY, 0 },
		{ "3 0 2", &leaf,  &leaf,  NULL,      false, DANE_VALID_KEY, 0 },
		{ "3 0 0", &leaf,  &leaf,  NULL,      false, DANE_VALID_KEY, 0 },
		{ "3 1 1", &old,   &old,   &upper,    false, DANE_VALID_KEY, 0 },
		{ "3 1 1", &other, &other, &upper,    false, DANE_VALID_KEY, 0 },
		{ "3 1 1", &leaf,  &leaf,  &upper,    true,  DANE_INVALID,   U | D },
		{ "3 1 2", &leaf,  &leaf,  &upper,    true,  DANE_INVALID,   U | D },
		{ "3 0 0", &leaf,  &leaf,  &upper,    true,  DANE_INVALID,   U | D },
		/* An authority's key is no key of the server's. */
		{ "3 1 1", &upper, &leaf,  &upper,    false, DANE_INVALID,   U | D },
		/* Usage 2: whatever is above; the name and the dates do. */
		{ "2 1 1", &upper, &leaf,  &upper,    false, DANE_VALID,     0 },
		{ "2 0 2", &upper, &leaf,  &upper,    false, DANE_VALID,     0 },
		{ "2 1 1", &upper, &other, &upper,    false, DANE_VALID,     N },
		{ "2 1 1", &upper, &old,   &upper,    false, DANE_VALID,     E },
		/* It must be sent, unless all of it is in the record. */
		{ "2 1 1", &upper, &leaf,  NULL,      false, DANE_INVALID,   U | D },
		{ "2 0 0", &upper, &leaf,  NULL,      false, DANE_VALID,     0 },
		{ "2 1 0", &upper, &leaf,  NULL,      false, DANE_VALID,     0 },
		{ "2 1 0", &root,  &leaf,  &upper,    false, DANE_VALID,     0 },
		/* Sent along is not enough: it must have signed. */
		{ "2 1 1", &foreign_banner, &leaf, &foreign_banner, false, DANE_INVALID, U | D },
		{ "2 0 0", &foreign_banner, &leaf, &upper,  false, DANE_INVALID,   U | D },
		/* The server's own is no authority. */
		{ "2 1 1", &leaf,  &leaf,  &upper,    false, DANE_INVALID,   U | D },
		/* Not for mail: as if there were none to compare with. */
		{ "1 1 1", &leaf,  &leaf,  &upper,    false, DANE_UNCOMPARED, U },
		{ "0 1 1", &upper, &leaf,  &upper,    true,  DANE_UNCOMPARED, U },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tlsa t = record(cases[i].parameters, cases[i].of, cases[i].wrong);
		struct dns_records *set = set_of(t, t, 1);
		struct tls_facts f = judge(cases[i].served, cases[i].sent, set);

		if (f.dane != cases[i].dane || f.cert_faults != cases[i].faults)
			fail_msg("row %zu: %s, faults %x: %s", i, dane_name(f.dane),
				 f.cert_faults, f.detail);
		tls_facts_fini(&f);
		free(set);
	}
}

/* A new key is published beside the old one before the change. */
static void one_of_two_is_enough(void **state)
{
	struct tlsa right = record("3 1 1", &leaf, false),
		    wrong = record("3 1 1", &leaf, true),
		    strange = record("3 1 1", &leaf, false);
	struct dns_records *set = set_of(wrong, right, 2);
	struct tls_facts f = judge(&leaf, NULL, set);
	char wanted[200];
	struct buffer b;

	(void)state;
	assert_int_equal(f.dane, DANE_VALID_KEY);
	tls_facts_fini(&f);
	/* One that is unusable is skipped, and saves nothing. */
	strange.matching = 9;
	set->list[1].tlsa = strange;
	f = judge(&leaf, NULL, set);
	assert_int_equal(f.dane, DANE_INVALID);
	buffer_init(&b, wanted, sizeof(wanted));
	buffer_text(&b, "none of 2 TLSA records matches: the server's key is ");
	dane_put_record(leaf.x, &b);
	assert_non_null(strstr(f.detail, buffer_string(&b)));
	assert_int_equal(strlen(strstr(wanted, "3 1 1 ")), 6 + 64);
	tls_facts_fini(&f);
	free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(one_of_two_is_enough),
	};

	return cmocka_run_group_tests(tests, make_world, end_world);
}
