#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client.h"
#include "ocsp.h"
#include "staple.h"
#include "x509_text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>

/* Responders: one the issuer has delegated to, one whose time is over, one without the purpose
 * and one of another authority. */
static struct identity root, middle, foreign_banner, delegate, late, undelegated, foreign;
static struct identity plain, bound, other;
static struct tls_context *context;
static char *ca_file;

static struct identity responder(const char *name, const char *usage,
				 const struct identity *issuer, long end)
{
	return pki_issue(
	    &(struct pki_options){
		.name = name, .usage = usage, .begin = -20 * DAY, .end = end },
	    issuer);
}

static struct identity leaf_of(const char *feature, const struct identity *issuer)
{
	return pki_issue(&(struct pki_options){ .name = "mx1",
						.san = "DNS:mx1.test",
						.feature = feature },
			 issuer);
}

static int make_world(void **state)
{
	const struct identity *trusted[] = { &root };
	struct tls_options options = { 0 };
	char error[300] = "";

	(void)state;
	root = pki_issue(&(struct pki_options){ .name = "Root", .ca = true }, NULL);
	foreign_banner =
	    pki_issue(&(struct pki_options){ .name = "Stranger", .ca = true }, NULL);
	middle = pki_issue(&(struct pki_options){ .name = "Middle", .ca = true }, &root);
	delegate = responder("Responder", "OCSPSigning", &middle, 20 * DAY);
	late = responder("Late Responder", "OCSPSigning", &middle, -DAY);
	undelegated = responder("No Responder", "serverAuth", &middle, 20 * DAY);
	foreign = responder("Foreign Responder", "OCSPSigning", &foreign_banner, 20 * DAY);
	plain = leaf_of(NULL, &middle);
	bound = leaf_of("status_request", &middle);
	other = leaf_of("status_request", &middle);
	ca_file = pki_file(trusted, 1);
	options.ca_file = ca_file;
	context = tls_context_new(&options, error, sizeof(error));
	assert_string_equal(error, "");
	return 0;
}

static int end_world(void **state)
{
	struct identity *all[] = { &root,  &middle,      &foreign_banner, &delegate,
				   &late,  &undelegated, &foreign,        &plain,
				   &bound, &other };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		pki_drop(all[i]);
	tls_context_free(context);
	unlink(ca_file);
	free(ca_file);
	return 0;
}

static unsigned char *staple_of(const struct ocsp_plan *p, const struct identity *about,
				const struct identity *signer, int *ret_n)
{
	struct ocsp_plan plan = *p;
	unsigned char *der;

	plan.certificate = about->x;
	plan.issuer = middle.x;
	plan.signer = signer->x;
	plan.key = signer->key;
	der = ocsp_response(&plan, ret_n);
	assert_non_null(der);
	return der;
}

static void needs_the_feature(void **state)
{
	struct identity v2 = leaf_of("status_request_v2", &middle);
	struct identity both = leaf_of("status_request,status_request_v2", &middle);

	(void)state;
	assert_false(staple_is_required(plain.x));
	assert_true(staple_is_required(bound.x));
	/* RFC 6961, which nobody has, is never asked for by us. */
	assert_false(staple_is_required(v2.x));
	assert_true(staple_is_required(both.x));
	pki_drop(&v2);
	pki_drop(&both);
}

enum { YESTERDAY = -DAY, WEEK = 7 * DAY };
#define REVOKED                                                                            \
	.status = V_OCSP_CERTSTATUS_REVOKED, .reason = OCSP_REVOKED_STATUS_KEYCOMPROMISE

static const struct staple_case {
	const char *what;
	struct ocsp_plan plan;
	const struct identity *about, *signer;
	const char *bound_words, *plain_words; /* begin with; NULL: nothing wrong */
} cases[] = {
	/* clang-format off */
	{ "good", { .begin = YESTERDAY, .end = WEEK }, NULL, &middle, NULL, NULL },
	{ "by SHA-256", { .begin = YESTERDAY, .end = WEEK, .digest = "SHA256" }, NULL, &middle, NULL, NULL },
	{ "the signer sent too", { .begin = YESTERDAY, .end = WEEK, .names_signer = true }, NULL, &middle, NULL, NULL },
	{ "without an end", { .begin = YESTERDAY }, NULL, &middle, NULL, NULL },
	{ "without an end, nine days old", { .begin = -9 * DAY }, NULL, &middle, NULL, NULL },
	{ "without an end, eleven days old", { .begin = -11 * DAY }, NULL, &middle, "the OCSP staple expired 20", NULL },
	{ "four minutes early", { .begin = 4 * 60, .end = WEEK }, NULL, &middle, NULL, NULL },
	{ "six minutes early", { .begin = 6 * 60, .end = WEEK }, NULL, &middle, "the OCSP staple is not valid before 20", NULL },
	{ "ended four minutes ago", { .begin = YESTERDAY, .end = -4 * 60 }, NULL, &middle, NULL, NULL },
	{ "ended six minutes ago", { .begin = YESTERDAY, .end = -6 * 60 }, NULL, &middle, "the OCSP staple expired 20", NULL },
	{ "ends before it begins", { .begin = -60, .end = -120 }, NULL, &middle, "the OCSP staple has no valid dates", NULL },
	{ "revoked", { .begin = YESTERDAY, .end = WEEK, REVOKED }, NULL, &middle,
		"revoked 20", "revoked 20" },
	{ "revoked without a reason", { .begin = YESTERDAY, .end = WEEK, .status = V_OCSP_CERTSTATUS_REVOKED, .reason = -1 }, NULL, &middle,
		"revoked 20", "revoked 20" },
	{ "revoked long ago", { .begin = -30 * DAY, .end = YESTERDAY, REVOKED }, NULL, &middle, "the OCSP staple expired 20", NULL },
	{ "unknown", { .begin = YESTERDAY, .end = WEEK, .status = V_OCSP_CERTSTATUS_UNKNOWN }, NULL, &middle,
		"unknown to its authority, as the OCSP staple says", NULL },
	{ "of another certificate", { .begin = YESTERDAY, .end = WEEK }, &other, &middle, "the OCSP staple is for another certificate", NULL },
	{ "of another, revoked", { .begin = YESTERDAY, .end = WEEK, REVOKED }, &other, &middle, "the OCSP staple is for another certificate", NULL },
	{ "by a delegate", { .begin = YESTERDAY, .end = WEEK, .names_signer = true }, NULL, &delegate, NULL, NULL },
	{ "revoked by a delegate", { .begin = YESTERDAY, .end = WEEK, .names_signer = true, REVOKED }, NULL, &delegate, "revoked 20", "revoked 20" },
	{ "by a delegate who is not shown", { .begin = YESTERDAY, .end = WEEK }, NULL, &delegate, "the OCSP staple is not signed by the issuer", NULL },
	{ "by a delegate whose time is over", { .begin = YESTERDAY, .end = WEEK, .names_signer = true }, NULL, &late,
		"the OCSP staple is signed by a responder whose certificate has ended", NULL },
	{ "by one who may not", { .begin = YESTERDAY, .end = WEEK, .names_signer = true }, NULL, &undelegated,
		"the OCSP staple is not signed by the issuer", NULL },
	{ "by itself", { .begin = YESTERDAY, .end = WEEK, .names_signer = true }, NULL, &bound, "the OCSP staple is not signed by the issuer", NULL },
	{ "by the delegate of another", { .begin = YESTERDAY, .end = WEEK, .names_signer = true }, NULL, &foreign,
		"the OCSP staple is not signed by the issuer", NULL },
	{ "revoked by the delegate of another", { .begin = YESTERDAY, .end = WEEK, .names_signer = true, REVOKED }, NULL, &foreign,
		"the OCSP staple is not signed by the issuer", NULL },
	{ "by the root", { .begin = YESTERDAY, .end = WEEK, .names_signer = true }, NULL, &root, "the OCSP staple is not signed by the issuer", NULL },
	/* clang-format on */
};

static void expect(const char *what, const struct identity *leaf, struct view staple,
		   const char *words)
{
	struct staple_options wish = { leaf->x, middle.x, moment_now() };
	char said[PRINTABLE_MAX] = "";
	bool bad = staple_is_bad(&wish, staple, said);

	if (bad != (words != NULL) || (bad && !view_starts(view_of(said), words)))
		fail_msg("%s: '%s'", what, said);
	ERR_clear_error();
}

static void judges_staples(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct staple_case *k = &cases[i];
		const struct identity *leaves[] = { &bound, &plain };

		for (size_t j = 0; j < 2; j++) {
			int n;
			unsigned char *der =
			    staple_of(&k->plan, k->about != NULL ? k->about : leaves[j],
				      k->signer, &n);

			expect(k->what, leaves[j], (struct view){ (char *)der, (size_t)n },
			       j == 0 ? k->bound_words : k->plain_words);
			OPENSSL_free(der);
		}
	}
}

static void names_the_reason(void **state)
{
	struct staple_options wish = { bound.x, middle.x, moment_now() };
	const struct ocsp_plan plan = { .begin = YESTERDAY, .end = WEEK, REVOKED };
	char said[PRINTABLE_MAX];
	int n;
	unsigned char *der = staple_of(&plan, &bound, &middle, &n);

	(void)state;
	assert_true(staple_is_bad(&wish, (struct view){ (char *)der, (size_t)n }, said));
	assert_non_null(strstr(said, "Z (keyCompromise), as the OCSP staple says"));
	OPENSSL_free(der);
}

static void judges_what_is_none(void **state)
{
	const struct ocsp_plan plan = { .begin = YESTERDAY, .end = WEEK };
	int n;
	unsigned char *der = ocsp_error(OCSP_RESPONSE_STATUS_TRYLATER, &n);
	struct view error = { (char *)der, (size_t)n };
	char longer[4096] = "";

	(void)state;
	expect("none", &bound, (struct view){ NULL, 0 },
	       "no OCSP staple, though the certificate requires one");
	expect("none", &plain, (struct view){ NULL, 0 }, NULL);
	expect("garbage", &bound, view_of("garbage"), "the OCSP staple is malformed");
	expect("garbage", &plain, view_of("garbage"), NULL);
	expect("error", &bound, error,
	       "the OCSP staple is no answer, but the error 'trylater'");
	expect("error", &plain, error, NULL);
	OPENSSL_free(der);
	der = staple_of(&plan, &bound, &middle, &n);
	expect("cut", &bound, (struct view){ (char *)der, (size_t)n - 1 },
	       "the OCSP staple is malformed");
	memcpy(longer, der, (size_t)n);
	expect("more behind it", &bound, (struct view){ longer, (size_t)n + 1 },
	       "the OCSP staple is malformed");
	der[n - 1] ^= 1;
	expect("a bit is wrong", &bound, (struct view){ (char *)der, (size_t)n },
	       "the OCSP staple is not signed by the issuer");
	OPENSSL_free(der);
}

/* Without the issuer nobody can say more than that there is a staple. */
static void needs_the_issuer(void **state)
{
	struct staple_options wish = { bound.x, NULL, moment_now() };
	const struct ocsp_plan plan = { .begin = YESTERDAY, .end = WEEK, REVOKED };
	char said[PRINTABLE_MAX] = "";
	int n;
	unsigned char *der = staple_of(&plan, &bound, &middle, &n);

	(void)state;
	assert_false(staple_is_bad(&wish, (struct view){ (char *)der, (size_t)n }, said));
	assert_true(staple_is_bad(&wish, view_of("garbage"), said));
	assert_string_equal(said, "the OCSP staple is malformed");
	OPENSSL_free(der);
	ERR_clear_error();
}

/* --- on the wire ------------------------------------------------------------------------ */

static struct tls_facts facts_by(struct peer *p, const struct pins *pins)
{
	struct client c = { .on_secured = client_close,
			    .context = context,
			    .name = "mx1.test",
			    .pins = pins };

	p->serve = serve_tls;
	peer_open(p, AF_INET, 1);
	client_run(&c, &p->address);
	peer_close(p);
	assert_int_equal(c.secured, 1);
	assert_true(p->asked_staple);
	return c.facts;
}

static struct tls_facts facts_of(struct peer *p)
{
	return facts_by(p, NULL);
}

static void asks_in_every_version(void **state)
{
	const struct ocsp_plan good = { .begin = YESTERDAY, .end = WEEK };
	const struct ocsp_plan revoked = { .begin = YESTERDAY, .end = WEEK, REVOKED };
	const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	const unsigned fault = CERT_FAULT_BIT(FAULT_CERT_STAPLE);

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		const struct identity *leaf = i & 4 ? &plain : &bound;
		const struct ocsp_plan *plan = i & 2 ? &revoked : &good;
		struct peer p = { .chain = { leaf, &middle },
				  .version_max = versions[i % 2] };
		unsigned char *der = staple_of(plan, leaf, &middle, &p.staple_n);
		struct tls_facts facts;

		p.staple = der;
		facts = facts_of(&p);
		assert_int_equal(facts.cert_faults, plan == &revoked ? fault : 0);
		assert_int_equal(strncmp(facts.detail, "revoked", 7) == 0,
				 plan == &revoked);
		tls_facts_fini(&facts);
		OPENSSL_free(der);
	}
}

static void misses_what_is_required(void **state)
{
	struct peer p = { .chain = { &bound, &middle } };
	struct peer q = { .chain = { &plain, &middle } };
	struct tls_facts facts = facts_of(&p);

	(void)state;
	assert_int_equal(facts.cert_faults, CERT_FAULT_BIT(FAULT_CERT_STAPLE));
	assert_string_equal(facts.detail,
			    "no OCSP staple, though the certificate requires one");
	tls_facts_fini(&facts);
	facts = facts_of(&q);
	assert_int_equal(facts.cert_faults, 0);
	tls_facts_fini(&facts);
}

/* Behind the words of the chain, and with an issuer who is only among what was sent. */
static void adds_to_other_faults(void **state)
{
	struct identity odd = leaf_of("status_request", &foreign_banner);
	struct peer p = { .chain = { &odd, &foreign_banner } };
	struct ocsp_plan plan = { .certificate = odd.x,
				  .issuer = foreign_banner.x,
				  .key = foreign_banner.key,
				  .begin = YESTERDAY,
				  .end = WEEK };
	struct tls_facts facts = facts_of(&p);
	unsigned char *der;

	(void)state;
	assert_int_equal(facts.cert_faults, CERT_FAULT_BIT(FAULT_CERT_UNTRUSTED) |
						CERT_FAULT_BIT(FAULT_CERT_STAPLE));
	assert_non_null(strstr(facts.detail, "in the trust store; no OCSP staple"));
	tls_facts_fini(&facts);
	der = ocsp_response(&plan, &p.staple_n);
	p.staple = der;
	facts = facts_of(&p);
	assert_int_equal(facts.cert_faults, CERT_FAULT_BIT(FAULT_CERT_UNTRUSTED));
	tls_facts_fini(&facts);
	OPENSSL_free(der);
	pki_drop(&odd);
}

/* A pinned certificate needs nobody above it to be trusted, but for its staple. */
static void finds_the_issuer_of_a_pinned_one(void **state)
{
	struct peer p = { .chain = { &plain, &middle } };
	const struct ocsp_plan plan = { .begin = YESTERDAY, .end = WEEK, REVOKED };
	unsigned char *der = staple_of(&plan, &plain, &middle, &p.staple_n);
	struct tls_facts facts;
	struct pin pin;

	(void)state;
	p.staple = der;
	assert_true(x509_pin(plain.x, &pin));
	facts = facts_by(&p, &(struct pins){ 1, &pin });
	assert_int_equal(facts.cert_faults, CERT_FAULT_BIT(FAULT_CERT_STAPLE));
	tls_facts_fini(&facts);
	OPENSSL_free(der);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needs_the_feature),
		cmocka_unit_test(judges_staples),
		cmocka_unit_test(names_the_reason),
		cmocka_unit_test(judges_what_is_none),
		cmocka_unit_test(needs_the_issuer),
		cmocka_unit_test(asks_in_every_version),
		cmocka_unit_test(misses_what_is_required),
		cmocka_unit_test(adds_to_other_faults),
		cmocka_unit_test(finds_the_issuer_of_a_pinned_one),
	};

	return cmocka_run_group_tests(tests, make_world, end_world);
}
