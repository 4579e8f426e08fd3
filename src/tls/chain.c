/* chain.c - OpenSSL builds and verifies the chain once; we never let it stop at an error.
 *
 * It tells what it finds about trust, dates and purpose, error by error, to `record`. Name,
 * strength and "a CA posing as a server" are asked by us afterwards. The first words for each
 * fault are kept; all faults are.
 */
#include "chain.h"

#include "address.h"
#include "buffer.h"
#include "chain_order.h"
#include "dane.h"
#include "missing_issuer.h"
#include "openssl_shortage.h"
#include "x509_facts.h"
#include "x509_text.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <string.h>

enum { FAULTS = CERT_FAULT_LAST - CERT_FAULT_FIRST + 1, WORDS_MAX = 2 * X509_TEXT_MAX };

struct findings {
	const struct chain_options *wish;
	unsigned faults;
	enum dane dane;
	X509 *decider; /* its dates decide; NULL: the server's own certificate's do */
	enum fault decider_fault; /* FAULT_OK: it ends first in a verified chain */
	char words[FAULTS][WORDS_MAX];
};

static struct buffer chain_words_of(struct findings *f, enum fault fault)
{
	struct buffer b;

	buffer_init(&b, f->words[fault - CERT_FAULT_FIRST], WORDS_MAX);
	return b;
}

/* True for the first finding of a kind, which is the one to put in words. */
static bool is_new(struct findings *f, enum fault fault)
{
	bool found = f->faults & CERT_FAULT_BIT(fault);

	f->faults |= CERT_FAULT_BIT(fault);
	return !found;
}

static void chain_find(struct findings *f, enum fault fault, const char *words)
{
	struct buffer b = chain_words_of(f, fault);

	if (!is_new(f, fault))
		return;
	buffer_text(&b, words);
	buffer_string(&b);
}

/* Words about one certificate: the server's own goes unnamed. */
static void chain_say_about(struct findings *f, enum fault fault, X509 *x, int depth,
			    const char *words)
{
	struct buffer b = chain_words_of(f, fault);
	bool root = X509_get_extension_flags(x) & EXFLAG_SS;
	char name[X509_TEXT_MAX];

	if (depth > 0)
		buffer_format(&b, "the %s '%s' above it ", root ? "root" : "intermediate",
			      x509_label_text(x, name));
	buffer_text(&b, words);
	buffer_string(&b);
}

static void find_about(struct findings *f, enum fault fault, X509 *x, int depth,
		       const char *words)
{
	if (is_new(f, fault))
		chain_say_about(f, fault, x, depth, words);
}

/* Of several with a wrong date the one that was wrong first, or will be longest, is put in
 * words: nothing works before that one is replaced. */
static bool chain_decides(const struct findings *f, enum fault fault, const X509 *x)
{
	if (f->decider_fault != fault)
		return f->decider_fault != FAULT_CERT_EXPIRED;
	return fault == FAULT_CERT_EXPIRED
		   ? x509_not_after(x).ms <= x509_not_after(f->decider).ms
		   : x509_not_before(x).ms >= x509_not_before(f->decider).ms;
}

static void find_date(struct findings *f, enum fault fault, X509 *x, int depth)
{
	bool expired = fault == FAULT_CERT_EXPIRED;
	char words[MOMENT_TEXT_MAX + 32], date[MOMENT_TEXT_MAX];
	bool first = is_new(f, fault);
	struct buffer b;

	if (chain_decides(f, fault, x)) {
		f->decider = x;
		f->decider_fault = fault;
	} else if (!first) {
		return;
	}
	buffer_init(&b, words, sizeof(words));
	buffer_format(&b, "%s %s", expired ? "expired" : "not valid before",
		      moment_text(expired ? x509_not_after(x) : x509_not_before(x), date));
	chain_say_about(f, fault, x, depth, buffer_string(&b));
}

/* A CA that may not issue for TLS servers is one we must not trust; only the server's own
 * certificate is there for a purpose. */
static void find_purpose(struct findings *f, X509 *x, int depth)
{
	if (depth == 0)
		chain_find(f, FAULT_CERT_PURPOSE, "not for use by TLS servers");
	else
		find_about(f, FAULT_CERT_UNTRUSTED, x, depth,
			   "may not issue for TLS servers");
}

static void find_missing_issuer(struct findings *f, X509_STORE_CTX *ctx, X509 *x, int depth)
{
	struct buffer b = chain_words_of(f, FAULT_CERT_UNTRUSTED);

	if (!is_new(f, FAULT_CERT_UNTRUSTED))
		return;
	missing_issuer_say(&b, X509_STORE_CTX_get0_untrusted(ctx), x, depth);
	buffer_text(&b, f->wish->store_note);
	buffer_string(&b);
}

static void find_self_signed(struct findings *f, const X509 *x, bool leaf)
{
	struct buffer b = chain_words_of(f, FAULT_CERT_UNTRUSTED);
	char name[X509_TEXT_MAX];

	if (!is_new(f, FAULT_CERT_UNTRUSTED))
		return;
	x509_label_text(x, name);
	if (leaf)
		buffer_format(&b, "self-signed certificate '%s'", name);
	else
		buffer_format(
		    &b, "unknown authority: the root '%s' is not in the trust store", name);
	buffer_text(&b, f->wish->store_note);
	buffer_string(&b);
}

static int record(int ok, X509_STORE_CTX *ctx)
{
	struct findings *f = X509_STORE_CTX_get_app_data(ctx);
	int depth = X509_STORE_CTX_get_error_depth(ctx);
	X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	int error = X509_STORE_CTX_get_error(ctx);

	if (ok || x == NULL) {
		if (!ok)
			chain_find(f, FAULT_CERT_UNTRUSTED,
				   X509_verify_cert_error_string(error));
		return 1;
	}
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		find_date(f, FAULT_CERT_EXPIRED, x, depth);
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		find_date(f, FAULT_CERT_NOT_YET_VALID, x, depth);
		break;
	case X509_V_ERR_INVALID_PURPOSE:
		find_purpose(f, x, depth);
		break;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
		find_missing_issuer(f, ctx, x, depth);
		break;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		find_self_signed(f, x, true);
		break;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		find_self_signed(f, x, false);
		break;
	default:
		find_about(f, FAULT_CERT_UNTRUSTED, x, depth,
			   X509_verify_cert_error_string(error));
	}
	return 1;
}

static bool key_is_weak(const EVP_PKEY *key)
{
	int bits = EVP_PKEY_get_bits(key);

	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
	case EVP_PKEY_RSA_PSS:
	case EVP_PKEY_DSA:
		return bits < 2048;
	case EVP_PKEY_EC:
		return bits < 224;
	default:
		return false;
	}
}

static bool digest_is_weak(X509 *x)
{
	int digest = NID_undef;

	if (X509_get_signature_info(x, &digest, NULL, NULL, NULL) != 1)
		return false;
	return digest == NID_sha1 || digest == NID_md5 || digest == NID_md4 ||
	       digest == NID_md5_sha1;
}

/* Nobody verifies the signature of a root, so it may be an old one. */
static void judge_strength(struct findings *f, X509 *x, int depth)
{
	const EVP_PKEY *key = X509_get0_pubkey(x);
	char words[128];
	struct buffer b;

	buffer_init(&b, words, sizeof(words));
	if (key != NULL && key_is_weak(key))
		buffer_format(&b, "has a weak key (%s, %d bits)", x509_key_kind(key),
			      EVP_PKEY_get_bits(key));
	else if (!(X509_get_extension_flags(x) & EXFLAG_SS) && digest_is_weak(x))
		buffer_format(&b, "has a weak signature (%s)",
			      OBJ_nid2ln(X509_get_signature_nid(x)));
	else
		return;
	find_about(f, FAULT_CERT_WEAK, x, depth, buffer_string(&b));
}

/* RFC 9525 section 6: the subject's CN never counts, a wildcard is the whole left-most label and
 * stands for one label, an address is compared with addresses. */
static bool name_matches(X509 *x, const char *name)
{
	const unsigned flags =
	    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
	struct address a;

	if (address_parse(view_of(name), 0, &a))
		return a.any.sa_family == AF_INET
			   ? X509_check_ip(x, (const unsigned char *)&a.v4.sin_addr,
					   sizeof(a.v4.sin_addr), 0) == 1
			   : X509_check_ip(x, (const unsigned char *)&a.v6.sin6_addr,
					   sizeof(a.v6.sin6_addr), 0) == 1;
	/* To OpenSSL a name that begins with a dot means all below it. */
	return name[0] != '\0' && name[0] != '.' &&
	       X509_check_host(x, name, strlen(name), flags, NULL) == 1;
}

static void find_wrong_name(struct findings *f, const struct certificate *c)
{
	struct buffer b = chain_words_of(f, FAULT_CERT_NAME);
	enum { SHOWN = 3 };

	if (!is_new(f, FAULT_CERT_NAME))
		return;
	if (c->name_count == 0) {
		buffer_format(&b, "no name in subjectAltName, so none is '%s'",
			      f->wish->name);
		if (c->subject[0] != '\0')
			buffer_format(&b, " (the subject '%s' does not count)", c->subject);
	} else {
		buffer_text(&b, "for ");
		for (size_t i = 0; i < c->name_count && i < SHOWN; i++)
			buffer_format(&b, "%s%s", i > 0 ? ", " : "", c->names[i]);
		if (c->name_count > SHOWN)
			buffer_format(&b, " and %zu more", c->name_count - SHOWN);
		buffer_format(&b, ", not for '%s'", f->wish->name);
	}
	buffer_string(&b);
}

/* A self-signed certificate is a CA in form as openssl makes them, and may be trusted as such. */
static bool is_posing_ca(X509 *leaf)
{
	uint32_t flags = X509_get_extension_flags(leaf);

	return (flags & EXFLAG_CA) != 0 && (flags & EXFLAG_SS) == 0;
}

static void judge_leaf(struct findings *f, X509 *leaf, const struct certificate *c)
{
	if (!name_matches(leaf, f->wish->name))
		find_wrong_name(f, c);
	if (is_posing_ca(leaf))
		chain_find(f, FAULT_CERT_PURPOSE,
			   "the certificate of a CA, not of a server");
}

static void note_dates(struct findings *f, const STACK_OF(X509) * chain,
		       struct tls_facts *facts)
{
	X509 *first = NULL;

	for (int i = 0; i < sk_X509_num(chain); i++) {
		X509 *x = sk_X509_value(chain, i);
		struct moment end = x509_not_after(x);

		if (i > 0 && end.ms >= facts->chain_not_after.ms)
			continue;
		first = x;
		facts->chain_not_before = x509_not_before(x);
		facts->chain_not_after = end;
	}
	if (f->decider_fault == FAULT_OK)
		f->decider = first;
}

static void note_decider(const struct findings *f, const X509 *leaf,
			 struct tls_facts *facts)
{
	if (f->decider != NULL && X509_cmp(f->decider, leaf) != 0)
		facts->decider = certificate_table_get(f->wish->certificates, f->decider);
}

/* Trusted or not, of use or not. */
static void note_sent(const STACK_OF(X509) * sent, struct tls_facts *facts)
{
	for (int i = 0; i < sk_X509_num(sent); i++) {
		struct moment end = x509_not_after(sk_X509_value(sent, i));

		if (end.ms < facts->sent_not_after.ms)
			facts->sent_not_after = end;
	}
}

/* --- pins ------------------------------------------------------------------------------ */

static bool is_pinned(const struct pins *pins, const X509 *x)
{
	struct pin pin;

	return x509_pin(x, &pin) && pins_have(pins, &pin);
}

static bool has_pinned(const struct pins *pins, const STACK_OF(X509) * chain)
{
	for (int i = 0; i < sk_X509_num(chain); i++)
		if (is_pinned(pins, sk_X509_value(chain, i)))
			return true;
	return false;
}

/* Of the certificates that were sent, those to be trusted as roots are; they are lent. The
 * server's own key needs nobody above it. */
static STACK_OF(X509) * anchors_of(X509_STORE_CTX *ctx, const struct pins *pins)
{
	const STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(ctx);
	X509 *leaf = X509_STORE_CTX_get0_cert(ctx);
	STACK_OF(X509) *anchors = sk_X509_new_null();

	if (anchors != NULL && is_pinned(pins, leaf)) {
		sk_X509_push(anchors, leaf);
		return anchors;
	}
	for (int i = 0; anchors != NULL && i < sk_X509_num(sent); i++)
		if (is_pinned(pins, sk_X509_value(sent, i)))
			sk_X509_push(anchors, sk_X509_value(sent, i));
	return anchors;
}

/* OpenSSL verifies each signature up to a trusted certificate, so that a pinned one which is
 * only sent along, and has not issued what is below, helps nobody. */
static void trust_pinned(X509_STORE_CTX *ctx, STACK_OF(X509) * anchors)
{
	if (sk_X509_num(anchors) <= 0)
		return;
	X509_STORE_CTX_set0_trusted_stack(ctx, anchors);
	X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_PARTIAL_CHAIN);
	if (sk_X509_value(anchors, 0) == X509_STORE_CTX_get0_cert(ctx))
		X509_STORE_CTX_set0_untrusted(ctx, NULL);
}

/* What the store has to say about a chain without a pinned key is of no interest. */
static void find_no_pin(struct findings *f, const X509 *leaf, bool sent_along)
{
	struct buffer b = chain_words_of(f, FAULT_CERT_UNTRUSTED);
	size_t count = f->wish->pins->count;
	char text[PIN_TEXT_MAX] = "unknown";
	struct pin pin;

	is_new(f, FAULT_CERT_UNTRUSTED);
	if (x509_pin(leaf, &pin))
		pin_text(&pin, text);
	if (sent_along)
		buffer_format(&b,
			      "a certificate with a pinned key was sent, but did not sign "
			      "the one with the server's key %s",
			      text);
	else if (count == 1)
		buffer_format(&b, "not the pinned key: the server's is %s", text);
	else
		buffer_format(&b, "none of the %zu pinned keys: the server's is %s", count,
			      text);
	buffer_string(&b);
}

/* --- TLSA records ---------------------------------------------------------------------- */

static void find_no_match(struct findings *f, const X509 *leaf, bool sent_along)
{
	struct buffer b = chain_words_of(f, FAULT_CERT_DANE);
	size_t count = f->wish->tlsa->count;

	is_new(f, FAULT_CERT_DANE);
	if (sent_along)
		buffer_text(&b, "the authority of a TLSA record was sent, but did not sign "
				"what is below it");
	else if (count == 1)
		buffer_text(&b, "the TLSA record does not match");
	else
		buffer_format(&b, "none of %zu TLSA records matches", count);
	buffer_text(&b, ": the server's key is ");
	dane_put_record(leaf, &b);
	buffer_string(&b);
}

/* In place of the roots, those of the records of usage 2, if they sent one of them. */
static int verify_by_dane(struct findings *f, X509_STORE_CTX *ctx)
{
	const struct dns_records *set = f->wish->tlsa;
	X509 *leaf = X509_STORE_CTX_get0_cert(ctx);
	STACK_OF(X509) *anchors =
	    dane_anchors(set, X509_STORE_CTX_get0_untrusted(ctx), leaf);
	bool has_anchors = sk_X509_num(anchors) > 0;
	int good;

	if (has_anchors) {
		X509_STORE_CTX_set0_trusted_stack(ctx, anchors);
		X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_PARTIAL_CHAIN);
	}
	good = X509_verify_cert(ctx);
	if (!dane_has_usable(set))
		f->dane = DANE_UNCOMPARED;
	else if (dane_matches_key(set, leaf))
		f->dane = DANE_VALID_KEY;
	else if (has_anchors && !(f->faults & CERT_FAULT_BIT(FAULT_CERT_UNTRUSTED)))
		f->dane = DANE_VALID;
	else
		f->dane = DANE_INVALID;
	if (f->dane == DANE_INVALID)
		find_no_match(f, leaf, has_anchors);
	sk_X509_pop_free(anchors, X509_free);
	return good;
}

/* RFC 7671 section 5.1. */
static void forgive(struct findings *f)
{
	static const enum fault moot[] = { FAULT_CERT_UNTRUSTED, FAULT_CERT_EXPIRED,
					   FAULT_CERT_NOT_YET_VALID, FAULT_CERT_NAME,
					   FAULT_CERT_PURPOSE };

	for (size_t i = 0; i < ARRAY_SIZE(moot); i++)
		f->faults &= ~CERT_FAULT_BIT(moot[i]);
}

/* As X509_verify_cert, with TLSA records or pins where there are any. Where there are both the
 * operator's own pins decide on trust. */
static int chain_verify(struct findings *f, X509_STORE_CTX *ctx)
{
	const struct pins *pins = f->wish->pins;
	STACK_OF(X509) *anchors = NULL;
	int good;

	if (pins == NULL || pins->count == 0)
		return f->wish->tlsa != NULL ? verify_by_dane(f, ctx)
					     : X509_verify_cert(ctx);
	anchors = anchors_of(ctx, pins);
	trust_pinned(ctx, anchors);
	good = X509_verify_cert(ctx);
	if (!has_pinned(pins, X509_STORE_CTX_get0_chain(ctx)))
		find_no_pin(f, X509_STORE_CTX_get0_cert(ctx), sk_X509_num(anchors) > 0);
	sk_X509_free(anchors);
	return good;
}

static void write_detail(const struct findings *f, char detail[PRINTABLE_MAX])
{
	static const enum fault order[] = {
		FAULT_CERT_DANE,          FAULT_CERT_UNTRUSTED, FAULT_CERT_EXPIRED,
		FAULT_CERT_NOT_YET_VALID, FAULT_CERT_NAME,      FAULT_CERT_PURPOSE,
		FAULT_CERT_WEAK,
	};
	char text[FAULTS * WORDS_MAX];
	struct buffer b;

	buffer_init(&b, text, sizeof(text));
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (f->faults & CERT_FAULT_BIT(order[i]))
			buffer_format(&b, "%s%s", b.n > 0 ? "; " : "",
				      f->words[order[i] - CERT_FAULT_FIRST]);
	printable_copy(detail, PRINTABLE_MAX, buffer_view(&b));
}

void chain_judge(X509_STORE_CTX *ctx, const struct chain_options *wish,
		 struct tls_facts *facts)
{
	struct findings f = { .wish = wish };
	STACK_OF(X509) * chain;
	bool trusted;

	facts->sent_not_after = x509_not_after(X509_STORE_CTX_get0_cert(ctx));
	note_sent(X509_STORE_CTX_get0_untrusted(ctx), facts);
	chain_order(X509_STORE_CTX_get0_untrusted(ctx), facts->order);
	X509_STORE_CTX_set_app_data(ctx, &f);
	X509_STORE_CTX_set_verify_cb(ctx, record);
	if (chain_verify(&f, ctx) <= 0)
		chain_find(&f, FAULT_CERT_UNTRUSTED,
			   X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
	trusted = !(f.faults & CERT_FAULT_BIT(FAULT_CERT_UNTRUSTED));
	chain = X509_STORE_CTX_get0_chain(ctx);
	for (int i = 0; i < sk_X509_num(chain); i++)
		judge_strength(&f, sk_X509_value(chain, i), i);
	judge_leaf(&f, X509_STORE_CTX_get0_cert(ctx), facts->certificate);
	if (trusted)
		note_dates(&f, chain, facts);
	note_decider(&f, X509_STORE_CTX_get0_cert(ctx), facts);
	if (f.dane == DANE_VALID_KEY)
		forgive(&f);
	facts->dane = f.dane;
	facts->cert_faults = f.faults;
	write_detail(&f, facts->detail);
	openssl_shortage_look();
}
