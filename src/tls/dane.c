/* dane.c - a record is compared with what it selects of a certificate. */
#include "dane.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <string.h>

/* The DER of what the selector names; free with OPENSSL_free. NULL: there is none. */
static unsigned char *selected(const X509 *x, unsigned selector, size_t *ret_n)
{
	unsigned char *der = NULL;
	int n = selector == TLSA_KEY ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der)
				     : i2d_X509(x, &der);

	if (n <= 0)
		return NULL;
	*ret_n = (size_t)n;
	return der;
}

static bool digest_is(const struct tlsa *t, const unsigned char *der, size_t n)
{
	const EVP_MD *md = t->matching == TLSA_SHA256 ? EVP_sha256() : EVP_sha512();
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;

	return EVP_Digest(der, n, digest, &length, md, NULL) == 1 && length == t->data.n &&
	       memcmp(digest, t->data.p, length) == 0;
}

static bool dane_matches(const struct tlsa *t, const X509 *x)
{
	size_t n = 0;
	unsigned char *der = selected(x, t->selector, &n);
	bool good = false;

	if (der == NULL)
		return false;
	if (t->matching == TLSA_WHOLE)
		good = n == t->data.n && memcmp(der, t->data.p, n) == 0;
	else
		good = digest_is(t, der, n);
	OPENSSL_free(der);
	return good;
}

static bool is(const struct tlsa *t, enum tlsa_usage usage)
{
	return t->usage == usage && tlsa_usable(t);
}

bool dane_matches_key(const struct dns_records *set, const X509 *leaf)
{
	for (size_t i = 0; i < set->count; i++)
		if (is(&set->list[i].tlsa, TLSA_DANE_EE) &&
		    dane_matches(&set->list[i].tlsa, leaf))
			return true;
	return false;
}

bool dane_has_usable(const struct dns_records *set)
{
	for (size_t i = 0; i < set->count; i++)
		if (tlsa_usable(&set->list[i].tlsa))
			return true;
	return false;
}

static void dane_add(STACK_OF(X509) * anchors, X509 *x)
{
	if (X509_up_ref(x) == 1 && sk_X509_push(anchors, x) <= 0)
		X509_free(x);
}

static void add_sent(STACK_OF(X509) * anchors, const struct tlsa *t,
		     const STACK_OF(X509) * sent, const X509 *leaf)
{
	for (int i = 0; i < sk_X509_num(sent); i++)
		if (X509_cmp(sk_X509_value(sent, i), leaf) != 0 &&
		    dane_matches(t, sk_X509_value(sent, i)))
			dane_add(anchors, sk_X509_value(sent, i));
}

/* Nobody need send what stands whole in the record. */
static void add_whole(STACK_OF(X509) * anchors, const struct tlsa *t)
{
	const unsigned char *p = (const unsigned char *)t->data.p;
	X509 *x = d2i_X509(NULL, &p, (long)t->data.n);

	if (x != NULL && sk_X509_push(anchors, x) <= 0)
		X509_free(x);
}

static void add_signed_by(STACK_OF(X509) * anchors, const struct tlsa *t,
			  const STACK_OF(X509) * sent)
{
	const unsigned char *p = (const unsigned char *)t->data.p;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &p, (long)t->data.n);

	for (int i = 0; key != NULL && i < sk_X509_num(sent); i++)
		if (X509_verify(sk_X509_value(sent, i), key) == 1)
			dane_add(anchors, sk_X509_value(sent, i));
	EVP_PKEY_free(key);
}

STACK_OF(X509) * dane_anchors(const struct dns_records *set, const STACK_OF(X509) * sent,
			      const X509 *leaf)
{
	STACK_OF(X509) *anchors = sk_X509_new_null();

	ERR_set_mark();
	for (size_t i = 0; anchors != NULL && i < set->count; i++) {
		const struct tlsa *t = &set->list[i].tlsa;

		if (!is(t, TLSA_DANE_TA))
			continue;
		add_sent(anchors, t, sent, leaf);
		if (t->matching == TLSA_WHOLE && t->selector == TLSA_CERTIFICATE)
			add_whole(anchors, t);
		if (t->matching == TLSA_WHOLE && t->selector == TLSA_KEY)
			add_signed_by(anchors, t, sent);
	}
	ERR_pop_to_mark();
	return anchors;
}

void dane_put_record(const X509 *leaf, struct buffer *b)
{
	unsigned char digest[EVP_MAX_MD_SIZE], *der;
	unsigned length = 0;
	size_t n = 0;

	der = selected(leaf, TLSA_KEY, &n);
	if (der == NULL || EVP_Digest(der, n, digest, &length, EVP_sha256(), NULL) != 1)
		length = 0;
	OPENSSL_free(der);
	buffer_text(b, "3 1 1 ");
	for (unsigned i = 0; i < length; i++)
		buffer_format(b, "%02x", digest[i]);
}
