/* x509_facts.c - the texts are gathered in one scratch buffer, then copied into one block. */
#include "x509_facts.h"

#include "certificate_made.h"
#include "x509_text.h"

#include <stdlib.h>
#include <string.h>

/* A DNS name has 253 bytes at most; longer ones are cut when the scratch is full. */
enum { SCRATCH = CERTIFICATE_NAMES_MAX * 256 + 3 * X509_TEXT_MAX };

/* Not by timegm, which reads the zone files of the system. */
struct moment x509_moment(const ASN1_TIME *t)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	struct moment m = { 0 };
	int days, seconds;

	if (epoch != NULL && t != NULL && ASN1_TIME_diff(&days, &seconds, epoch, t) == 1)
		m.ms = ((int64_t)days * 86400 + seconds) * 1000;
	ASN1_TIME_free(epoch);
	return m;
}

struct moment x509_not_before(const X509 *x)
{
	return x509_moment(X509_get0_notBefore(x));
}

struct moment x509_not_after(const X509 *x)
{
	return x509_moment(X509_get0_notAfter(x));
}

const char *x509_key_kind(const EVP_PKEY *key)
{
	static const struct {
		int id;
		const char *name;
	} kinds[] = {
		{ EVP_PKEY_RSA, "RSA" },     { EVP_PKEY_RSA_PSS, "RSA-PSS" },
		{ EVP_PKEY_EC, "EC" },       { EVP_PKEY_ED25519, "ED25519" },
		{ EVP_PKEY_ED448, "ED448" }, { EVP_PKEY_DSA, "DSA" },
	};

	for (size_t i = 0; key != NULL && i < ARRAY_SIZE(kinds); i++)
		if (EVP_PKEY_get_base_id(key) == kinds[i].id)
			return kinds[i].name;
	return "unknown";
}

static const char *signature_of(const X509 *x)
{
	int nid = X509_get_signature_nid(x);
	const char *name = nid == NID_undef ? NULL : OBJ_nid2ln(nid);

	return name != NULL ? name : "unknown";
}

static bool x509_facts_put_text(struct buffer *b, const char *text)
{
	return buffer_put(b, (struct view){ text, strlen(text) + 1 });
}

static size_t x509_facts_put_names(struct buffer *b, const X509 *x)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	char text[X509_TEXT_MAX];
	size_t count = 0;

	for (int i = 0; i < sk_GENERAL_NAME_num(names) && count < CERTIFICATE_NAMES_MAX;
	     i++)
		if (x509_san_text(sk_GENERAL_NAME_value(names, i), text) &&
		    x509_facts_put_text(b, text))
			count++;
	GENERAL_NAMES_free(names);
	return count;
}

static char *next_text(char **rest)
{
	char *text = *rest;

	*rest += strlen(text) + 1;
	return text;
}

static struct certificate_made *x509_facts_make(struct view texts, size_t name_count)
{
	struct certificate_made *c =
	    calloc(1, sizeof(*c) + name_count * sizeof(c->texts[0]) + texts.n);
	char *rest;

	if (c == NULL)
		return NULL;
	atomic_init(&c->holders, 1);
	rest = (char *)&c->texts[name_count];
	memcpy(rest, texts.p, texts.n);
	c->facts.subject = next_text(&rest);
	c->facts.issuer = next_text(&rest);
	c->facts.serial = next_text(&rest);
	c->facts.names = c->texts;
	c->facts.name_count = name_count;
	for (size_t i = 0; i < name_count; i++)
		c->facts.names[i] = next_text(&rest);
	return c;
}

struct certificate *certificate_of_x509(const X509 *x)
{
	const EVP_PKEY *key = X509_get0_pubkey(x);
	char scratch[SCRATCH], text[X509_TEXT_MAX];
	struct certificate_made *c;
	struct buffer b;
	size_t names;

	buffer_init(&b, scratch, sizeof(scratch));
	x509_facts_put_text(&b, x509_name_text(X509_get_subject_name(x), text));
	x509_facts_put_text(&b, x509_name_text(X509_get_issuer_name(x), text));
	x509_facts_put_text(&b, x509_serial_text(x, text));
	names = x509_facts_put_names(&b, x);
	c = x509_facts_make(buffer_view(&b), names);
	if (c == NULL)
		return NULL;
	x509_fingerprint(x, c->facts.fingerprint);
	c->facts.first_seen = (uint32_t)(moment_now().ms / 1000);
	c->facts.not_before = x509_not_before(x);
	c->facts.not_after = x509_not_after(x);
	c->facts.key_kind = x509_key_kind(key);
	c->facts.key_bits = key != NULL ? EVP_PKEY_get_bits(key) : 0;
	c->facts.signature = signature_of(x);
	return &c->facts;
}

/* Sets of a few places, the newest first: a full set forgets its oldest. */
enum { TABLE_SETS = 1024, TABLE_PLACES = 4 };

struct certificate_table {
	struct certificate *places[TABLE_SETS][TABLE_PLACES];
};

struct certificate_table *certificate_table_new(void)
{
	return calloc(1, sizeof(struct certificate_table));
}

void certificate_table_free(struct certificate_table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < TABLE_SETS; i++)
		for (size_t j = 0; j < TABLE_PLACES; j++)
			certificate_release(t->places[i][j]);
	free(t);
}

static void put_first(struct certificate **set, struct certificate *c, size_t place)
{
	memmove(set + 1, set, place * sizeof(*set));
	set[0] = c;
}

struct certificate *certificate_table_get(struct certificate_table *t, const X509 *x)
{
	char fingerprint[X509_FINGERPRINT_MAX];
	struct certificate **set, *c;

	if (!x509_fingerprint(x, fingerprint))
		return NULL;
	set = t->places[view_hash((struct view){ fingerprint, 16 }) % TABLE_SETS];
	for (size_t i = 0; i < TABLE_PLACES && set[i] != NULL; i++) {
		if (memcmp(set[i]->fingerprint, fingerprint, sizeof(fingerprint)) != 0)
			continue;
		c = set[i];
		put_first(set, c, i);
		return certificate_hold(c);
	}
	c = certificate_of_x509(x);
	if (c == NULL)
		return NULL;
	certificate_release(set[TABLE_PLACES - 1]);
	put_first(set, c, TABLE_PLACES - 1);
	return certificate_hold(c);
}
