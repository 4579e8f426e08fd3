/* staple.c - read from the foot: form, then whose it is, who signed it, when, and what it says. */
#include "staple.h"

#include "buffer.h"
#include "x509_facts.h"

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

/* Clocks differ; a response without an end is as good as new for as long as authorities may
 * wait with the next (CA/Browser Forum Baseline Requirements section 4.9.10). */
enum { SKEW_MS = 5 * 60 * 1000, AGE_MAX_MS = 10 * 24 * 3600 * 1000 };

/* RFC 7633 section 4.2.3.1: the number of the TLS extension. */
enum { FEATURE_STATUS_REQUEST = 5 };

bool staple_is_required(const X509 *x)
{
	TLS_FEATURE *features;
	bool found = false;

	if (X509_get_ext_by_NID(x, NID_tlsfeature, -1) < 0)
		return false;
	features = X509_get_ext_d2i(x, NID_tlsfeature, NULL, NULL);
	for (int i = 0; i < sk_ASN1_INTEGER_num(features); i++)
		if (ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features, i)) ==
		    FEATURE_STATUS_REQUEST)
			found = true;
	TLS_FEATURE_free(features);
	return found;
}

/* What it says of our certificate. */
struct answer {
	int status, reason; /* V_OCSP_CERTSTATUS_... */
	struct moment revoked, begin, end;
};

static bool staple_say(char words[PRINTABLE_MAX], const char *text)
{
	text_copy(words, PRINTABLE_MAX, text);
	return true;
}

static bool staple_say_date(char words[PRINTABLE_MAX], const char *text, struct moment m)
{
	char date[MOMENT_TEXT_MAX];
	struct buffer b;

	buffer_init(&b, words, PRINTABLE_MAX);
	buffer_format(&b, "%s %s", text, moment_text(m, date));
	buffer_string(&b);
	return true;
}

static bool say_revoked(char words[PRINTABLE_MAX], const struct answer *a)
{
	char date[MOMENT_TEXT_MAX];
	struct buffer b;

	buffer_init(&b, words, PRINTABLE_MAX);
	buffer_format(&b, "revoked %s", moment_text(a->revoked, date));
	if (a->reason >= 0)
		buffer_format(&b, " (%s)", OCSP_crl_reason_str(a->reason));
	buffer_text(&b, ", as the OCSP staple says");
	buffer_string(&b);
	return true;
}

/* By the hash the responder has chosen; of no more kinds than there are. */
static bool staple_is_of(OCSP_SINGLERESP *single, const struct staple_options *w)
{
	const OCSP_CERTID *theirs = OCSP_SINGLERESP_get0_id(single);
	ASN1_OBJECT *digest = NULL;
	const EVP_MD *md;
	OCSP_CERTID *ours;
	bool same;

	if (OCSP_id_get0_info(NULL, &digest, NULL, NULL, (OCSP_CERTID *)theirs) != 1)
		return false;
	md = EVP_get_digestbyobj(digest);
	ours = md != NULL ? OCSP_cert_to_id(md, w->certificate, w->issuer) : NULL;
	same = ours != NULL && OCSP_id_cmp(ours, theirs) == 0;
	OCSP_CERTID_free(ours);
	return same;
}

static bool find_answer(OCSP_BASICRESP *basic, const struct staple_options *w,
			struct answer *ret_answer)
{
	ASN1_GENERALIZEDTIME *revoked = NULL, *begin = NULL, *end = NULL;
	OCSP_SINGLERESP *single = NULL;
	int reason = -1, status;

	for (int i = 0; i < OCSP_resp_count(basic) && single == NULL; i++)
		if (staple_is_of(OCSP_resp_get0(basic, i), w))
			single = OCSP_resp_get0(basic, i);
	if (single == NULL)
		return false;
	status = OCSP_single_get0_status(single, &reason, &revoked, &begin, &end);
	*ret_answer = (struct answer){
		.status = status,
		.reason = reason,
		.revoked = x509_moment(revoked),
		.begin = x509_moment(begin),
		.end = x509_moment(end),
	};
	if (end == NULL)
		ret_answer->end.ms = ret_answer->begin.ms + AGE_MAX_MS;
	return true;
}

/* The issuer's is judged with the chain. */
static bool is_of_today(const X509 *responder, const struct staple_options *w)
{
	return X509_cmp(responder, w->issuer) == 0 ||
	       (x509_not_before(responder).ms <= w->now.ms + SKEW_MS &&
		x509_not_after(responder).ms >= w->now.ms - SKEW_MS);
}

/* NULL, or what is wrong. The one root of the chain to the responder is the issuer, whatever is
 * above it. */
static const char *signature_fault(OCSP_BASICRESP *basic, const struct staple_options *w)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *issuers = sk_X509_new_null();
	const char *fault = "the OCSP staple is not signed by the issuer";
	X509 *responder = NULL;

	if (store == NULL || issuers == NULL || sk_X509_push(issuers, w->issuer) == 0 ||
	    X509_STORE_add_cert(store, w->issuer) != 1)
		goto out;
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
	if (OCSP_basic_verify(basic, issuers, store,
			      OCSP_PARTIAL_CHAIN | OCSP_NOEXPLICIT) != 1 ||
	    OCSP_resp_get0_signer(basic, &responder, issuers) != 1)
		goto out;
	fault = is_of_today(responder, w)
		    ? NULL
		    : "the OCSP staple is signed by a responder whose certificate "
		      "has ended";
out:
	X509_STORE_free(store);
	sk_X509_free(issuers);
	return fault;
}

static bool is_current(const struct answer *a, struct moment now)
{
	return a->begin.ms != 0 && a->begin.ms <= a->end.ms &&
	       a->begin.ms <= now.ms + SKEW_MS && a->end.ms >= now.ms - SKEW_MS;
}

static bool say_dates(char words[PRINTABLE_MAX], const struct answer *a, struct moment now)
{
	if (a->begin.ms == 0 || a->end.ms < a->begin.ms)
		return staple_say(words, "the OCSP staple has no valid dates");
	if (a->begin.ms > now.ms)
		return staple_say_date(words, "the OCSP staple is not valid before",
				       a->begin);
	return staple_say_date(words, "the OCSP staple expired", a->end);
}

static bool say_status(char words[PRINTABLE_MAX], const struct answer *a)
{
	switch (a->status) {
	case V_OCSP_CERTSTATUS_GOOD:
		return false;
	case V_OCSP_CERTSTATUS_REVOKED:
		return say_revoked(words, a);
	default:
		return staple_say(words,
				  "unknown to its authority, as the OCSP staple says");
	}
}

static bool basic_is_bad(OCSP_BASICRESP *basic, const struct staple_options *w,
			 bool required, char words[PRINTABLE_MAX])
{
	const char *fault;
	struct answer a;
	bool current;

	if (w->issuer == NULL)
		return false;
	if (!find_answer(basic, w, &a))
		return required &&
		       staple_say(words, "the OCSP staple is for another certificate");
	current = is_current(&a, w->now);
	/* Nobody is to pay for a signature that nobody asks for. */
	if (!required && !(current && a.status == V_OCSP_CERTSTATUS_REVOKED))
		return false;
	fault = signature_fault(basic, w);
	if (fault != NULL)
		return required && staple_say(words, fault);
	return current ? say_status(words, &a) : say_dates(words, &a, w->now);
}

static bool response_is_bad(OCSP_RESPONSE *response, const struct staple_options *w,
			    bool required, char words[PRINTABLE_MAX])
{
	int status = OCSP_response_status(response);
	OCSP_BASICRESP *basic;
	struct buffer b;
	bool bad;

	if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
		buffer_init(&b, words, PRINTABLE_MAX);
		buffer_format(&b, "the OCSP staple is no answer, but the error '%s'",
			      OCSP_response_status_str(status));
		buffer_string(&b);
		return required;
	}
	basic = OCSP_response_get1_basic(response);
	if (basic == NULL)
		return required && staple_say(words, "the OCSP staple is malformed");
	bad = basic_is_bad(basic, w, required, words);
	OCSP_BASICRESP_free(basic);
	return bad;
}

bool staple_is_bad(const struct staple_options *w, struct view staple,
		   char ret_words[PRINTABLE_MAX])
{
	const unsigned char *p = (const unsigned char *)staple.p;
	bool required = staple_is_required(w->certificate);
	char words[PRINTABLE_MAX] = "";
	OCSP_RESPONSE *response;
	bool bad;

	if (staple.n == 0) {
		if (required)
			staple_say(ret_words,
				   "no OCSP staple, though the certificate requires one");
		return required;
	}
	response = d2i_OCSP_RESPONSE(NULL, &p, (long)staple.n);
	if (response == NULL || p != (const unsigned char *)staple.p + staple.n)
		bad = required && staple_say(words, "the OCSP staple is malformed");
	else
		bad = response_is_bad(response, w, required, words);
	OCSP_RESPONSE_free(response);
	if (bad)
		text_copy(ret_words, PRINTABLE_MAX, words);
	return bad;
}
