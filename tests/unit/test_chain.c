/* test_chain.c - what test_tls.c has not: the order of what is sent, the link that is missing,
 * weakness above the server's certificate, and old roots that alarm nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SENT_MAX = 4 };

/* root > upper > lower > leaves; an expired root, trusted too, above the good one. */
static struct identity root, upper, lower, foreign_banner, namesake, old_root, cross_root,
    weak_middle, curve_middle, rsa_root, rsa_middle, md5_middle;
static struct tls_context *context, *strict;
static char *ca_file, *strict_file;
static int version_max; /* of the servers; 0: any */

static struct tls_context *context_for(const char *file)
{
	struct tls_options options = { .ca_file = file };
	char error[300] = "";
	struct tls_context *c = tls_context_new(&options, error, sizeof(error));

	if (c == NULL)
		fail_msg("%s", error);
	return c;
}

static struct identity authority(const char *name, const struct identity *issuer)
{
	return pki_issue(
	    &(struct pki_options){ .name = name, .ca = true, .end = 1000 * DAY }, issuer);
}

/* The good root below the old one: the bridge has not ended, what it leads to has. */
static struct identity crossed(void)
{
	struct identity id = { X509_dup(root.x), root.key };

	EVP_PKEY_up_ref(root.key);
	X509_set_issuer_name(id.x, X509_get_subject_name(old_root.x));
	X509_gmtime_adj(X509_getm_notAfter(id.x), 30 * DAY);
	X509_sign(id.x, old_root.key, EVP_sha256());
	return id;
}

static int make_world(void **state)
{
	const struct identity *all[] = { &root, &old_root, &rsa_root };
	const struct identity *newer[] = { &root };

	(void)state;
	root = authority("Root", NULL);
	upper = authority("Upper", &root);
	lower = authority("Lower", &upper);
	foreign_banner = authority("Stranger", NULL);
	namesake = authority("Lower", &root);
	rsa_root = pki_issue(
	    &(struct pki_options){ .name = "RSA Root", .ca = true, .key = "RSA:2048" },
	    NULL);
	old_root = pki_issue(
	    &(struct pki_options){
		.name = "Old Root", .ca = true, .begin = -900 * DAY, .end = -10 * DAY },
	    NULL);
	cross_root = crossed();
	weak_middle = pki_issue(
	    &(struct pki_options){ .name = "Weak", .ca = true, .key = "RSA:1024" }, &root);
	curve_middle = pki_issue(
	    &(struct pki_options){ .name = "Curve", .ca = true, .key = "prime192v1" },
	    &root);
	rsa_middle = pki_issue(
	    &(struct pki_options){ .name = "RSA", .ca = true, .key = "RSA:2048" }, &root);
	md5_middle = pki_issue(
	    &(struct pki_options){ .name = "MD5", .ca = true, .digest = "MD5" }, &rsa_root);
	ca_file = pki_file(all, 3);
	strict_file = pki_file(newer, 1);
	context = context_for(ca_file);
	strict = context_for(strict_file);
	return 0;
}

static int end_world(void **state)
{
	struct identity *all[] = { &root,       &upper,        &lower,      &foreign_banner,
				   &namesake,   &old_root,     &cross_root, &weak_middle,
				   &rsa_middle, &curve_middle, &md5_middle, &rsa_root };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		pki_drop(all[i]);
	tls_context_free(context);
	tls_context_free(strict);
	unlink(ca_file);
	unlink(strict_file);
	free(ca_file);
	free(strict_file);
	return 0;
}

/* One handshake; the facts are the caller's to finish. */
static struct tls_facts facts_of(struct tls_context *by, const struct identity *leaf,
				 const struct identity *const sent[SENT_MAX - 1])
{
	struct peer p = { .chain = { leaf },
			  .serve = serve_tls,
			  .version_max = version_max };
	struct client c = { .on_secured = client_close, .context = by, .name = "mx1.test" };

	for (int i = 0; i < SENT_MAX - 1 && sent[i] != NULL; i++)
		p.chain[i + 1] = sent[i];
	peer_open(&p, AF_INET, 1);
	client_run(&c, &p.address);
	peer_close(&p);
	if (c.secured != 1)
		fail_msg("no handshake: %s", c.reason);
	return c.facts;
}

static struct identity leaf_of(const struct identity *issuer)
{
	return pki_issue(&(struct pki_options){ .name = "mx1", .san = "DNS:mx1.test" },
			 issuer);
}

/* --- order ------------------------------------------------------------------------------ */

static struct identity leaf;

static const struct order_case {
	const char *what;
	const struct identity *sent[SENT_MAX - 1];
	const char *words;
} orders[] = {
	/* clang-format off */
	{ "as it should be", { &lower, &upper }, "" },
	{ "swapped", { &upper, &lower }, "in the wrong order: 'CN=Upper,O=Test' belongs behind 'CN=Lower,O=Test'" },
	{ "the root too", { &lower, &upper, &root }, "'CN=Root,O=Test' is sent, too: clients have the root or do not trust it" },
	{ "root first", { &lower, &root, &upper }, "in the wrong order: 'CN=Root,O=Test' belongs behind 'CN=Upper,O=Test'; "
		"'CN=Root,O=Test' is sent, too: clients have the root or do not trust it" },
	{ "itself twice", { &leaf, &lower, &upper }, "'CN=mx1,O=Test' is sent twice" },
	{ "an intermediate twice", { &lower, &lower, &upper }, "'CN=Lower,O=Test' is sent twice" },
	{ "a stranger's root", { &lower, &upper, &foreign_banner }, "'CN=Stranger,O=Test' is not part of the chain" },
	{ "an old root", { &lower, &upper, &old_root }, "'CN=Old Root,O=Test' is not part of the chain, and has expired" },
	{ "an unrelated one between", { &lower, &rsa_middle, &upper }, "'CN=RSA,O=Test' is not part of the chain" },
	{ "cross-signed", { &lower, &upper, &cross_root }, "" },
	/* clang-format on */
};

static void notes_the_order(void **state)
{
	(void)state;
	leaf = leaf_of(&lower);
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		struct tls_facts facts = facts_of(context, &leaf, orders[i].sent);

		if (strcmp(facts.order, orders[i].words) != 0)
			fail_msg("%s: '%s'", orders[i].what, facts.order);
		if (facts.cert_faults != 0 || facts.detail[0] != '\0')
			fail_msg("%s: %s", orders[i].what, facts.detail);
		assert_true(facts.chain_not_after.ms != 0);
		tls_facts_fini(&facts);
	}
	pki_drop(&leaf);
}

/* The walk must end, however the certificates certify each other. */
static void bears_with_circles(void **state)
{
	struct identity back = { X509_dup(old_root.x), old_root.key };
	const struct identity *const sent[] = { &back, &cross_root, &back };
	struct identity low = leaf_of(&root);
	struct tls_facts facts;

	(void)state;
	EVP_PKEY_up_ref(old_root.key);
	X509_set_issuer_name(back.x, X509_get_subject_name(root.x));
	X509_sign(back.x, root.key, EVP_sha256());
	facts = facts_of(context, &low, sent);
	assert_string_equal(facts.order, "'CN=Old Root,O=Test' is sent twice");
	tls_facts_fini(&facts);
	pki_drop(&low);
	pki_drop(&back);
}

/* A chain that ends nowhere has an order, too. */
static void notes_the_order_of_untrusted_ones(void **state)
{
	const struct identity *const sent[] = { &foreign_banner, NULL, NULL };
	const struct identity *const wrong[] = { &upper, NULL, NULL };
	struct identity odd = leaf_of(&foreign_banner), low = leaf_of(&lower);
	struct tls_facts facts = facts_of(context, &odd, sent);

	(void)state;
	assert_int_equal(facts.cert_faults, CERT_FAULT_BIT(FAULT_CERT_UNTRUSTED));
	assert_non_null(strstr(facts.order, "'CN=Stranger,O=Test' is sent, too"));
	tls_facts_fini(&facts);
	facts = facts_of(context, &low, wrong);
	assert_int_equal(facts.cert_faults, CERT_FAULT_BIT(FAULT_CERT_UNTRUSTED));
	assert_string_equal(facts.order, "'CN=Upper,O=Test' is not part of the chain");
	tls_facts_fini(&facts);
	pki_drop(&odd);
	pki_drop(&low);
}

/* --- trust ------------------------------------------------------------------------------ */

static void tells_what_is_missing(void **state)
{
	static const char at[] = "caIssuers;URI:http://ca.test/lower.crt";
	const struct {
		const char *access, *authority;
		const struct identity *issuer, *sent[SENT_MAX - 1];
		const char *words;
	} cases[] = {
		/* clang-format off */
		{ at, NULL, &lower, { NULL }, "missing intermediate 'CN=Lower,O=Test': the server sent no intermediate certificate, "
			"and it is not in the trust store; it can be had from http://ca.test/lower.crt" },
		{ at, NULL, &lower, { &upper }, "missing intermediate 'CN=Lower,O=Test': not among the 2 certificates sent, "
			"and it is not in the trust store; it can be had from http://ca.test/lower.crt" },
		{ NULL, "issuer:always", &lower, { NULL }, "missing intermediate 'CN=Lower,O=Test': the server sent no intermediate "
			"certificate, and it is not in the trust store" },
		{ at, "keyid", &lower, { &namesake }, "missing intermediate 'CN=Lower,O=Test': the one sent has another key, "
			"and it is not in the trust store; it can be had from http://ca.test/lower.crt" },
		{ NULL, "issuer:always", &foreign_banner, { NULL }, "unknown authority 'CN=Stranger,O=Test': not in the trust store" },
		{ NULL, NULL, &foreign_banner, { NULL }, "missing issuer 'CN=Stranger,O=Test': the server sent no intermediate certificate, "
			"and it is not in the trust store" },
		{ NULL, NULL, &lower, { &lower }, "unknown authority 'CN=Upper,O=Test' above the chain that was sent: not in the trust store" },
		{ NULL, NULL, &foreign_banner, { &foreign_banner }, "unknown authority: the root 'CN=Stranger,O=Test' is not in the trust store" },
		{ NULL, NULL, NULL, { NULL }, "self-signed certificate 'CN=mx1,O=Test'" },
		/* Neither fetched nor told: not http, not of a sort to be shown, too long. */
		{ "caIssuers;URI:ldap://ca.test/lower", NULL, &lower, { NULL }, "missing issuer 'CN=Lower,O=Test': the server sent no "
			"intermediate certificate, and it is not in the trust store" },
		{ "OCSP;URI:http://ca.test/ocsp", NULL, &lower, { NULL }, "missing issuer 'CN=Lower,O=Test': the server sent no "
			"intermediate certificate, and it is not in the trust store" },
		{ "caIssuers;URI:http://ca.test/\x1b[31m", NULL, &lower, { NULL }, "missing issuer 'CN=Lower,O=Test': the server sent no "
			"intermediate certificate, and it is not in the trust store" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct identity low =
		    pki_issue(&(struct pki_options){ .name = "mx1",
						     .san = "DNS:mx1.test",
						     .access = cases[i].access,
						     .authority = cases[i].authority },
			      cases[i].issuer);
		struct tls_facts facts = facts_of(context, &low, cases[i].sent);

		if (strcmp(facts.detail, cases[i].words) != 0 ||
		    facts.cert_faults != CERT_FAULT_BIT(FAULT_CERT_UNTRUSTED))
			fail_msg("%zu: '%s'", i, facts.detail);
		tls_facts_fini(&facts);
		pki_drop(&low);
	}
}

/* Trusted by way of the newer root, whether the old one is in the store or not. */
static void old_roots_alarm_nobody(void **state)
{
	const struct identity *const bridge[] = { &lower, &upper, &cross_root };
	const struct identity *const old[] = { &lower, &upper, &old_root };
	struct tls_context *const stores[] = { context, strict };
	struct identity low = leaf_of(&lower);

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct tls_facts facts =
		    facts_of(stores[i / 2], &low, i % 2 ? old : bridge);

		assert_int_equal(facts.cert_faults, 0);
		assert_int_equal(facts.chain_not_after.ms, facts.certificate->not_after.ms);
		tls_facts_fini(&facts);
	}
	pki_drop(&low);
}

/* --- strength --------------------------------------------------------------------------- */

static void finds_weakness_anywhere(void **state)
{
	const struct {
		const char *key, *digest;
		const struct identity *issuer;
		const char *words;
	} cases[] = {
		/* clang-format off */
		{ NULL, NULL, &weak_middle, "the intermediate 'CN=Weak,O=Test' above it has a weak key (RSA, 1024 bits)" },
		{ NULL, NULL, &curve_middle, "the intermediate 'CN=Curve,O=Test' above it has a weak key (EC, 192 bits)" },
		{ NULL, NULL, &md5_middle, "the intermediate 'CN=MD5,O=Test' above it has a weak signature (md5WithRSAEncryption)" },
		{ "RSA:1024", NULL, &lower, "has a weak key (RSA, 1024 bits)" },
		{ "RSA:2047", NULL, &lower, "has a weak key (RSA, 2047 bits)" },
		{ "RSA:2048", NULL, &lower, "" },
		{ "P-224", NULL, &lower, "" },
		{ NULL, "MD5", &rsa_middle, "has a weak signature (md5WithRSAEncryption)" },
		{ NULL, "SHA1", &rsa_middle, "has a weak signature (sha1WithRSAEncryption)" },
		{ NULL, "SHA224", &rsa_middle, "" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct identity *const sent[] = {
			cases[i].issuer, cases[i].issuer == &lower ? &upper : NULL, NULL
		};
		struct identity low =
		    pki_issue(&(struct pki_options){ .name = "mx1",
						     .san = "DNS:mx1.test",
						     .key = cases[i].key,
						     .digest = cases[i].digest },
			      cases[i].issuer);
		struct tls_facts facts;

		/* TLS 1.3 knows no such keys. */
		version_max =
		    cases[i].key != NULL && cases[i].key[0] == 'P' ? TLS1_2_VERSION : 0;
		facts = facts_of(context, &low, sent);
		version_max = 0;
		if (strcmp(facts.detail, cases[i].words) != 0 ||
		    facts.cert_faults !=
			(cases[i].words[0] ? CERT_FAULT_BIT(FAULT_CERT_WEAK) : 0))
			fail_msg("%zu: '%s'", i, facts.detail);
		tls_facts_fini(&facts);
		pki_drop(&low);
	}
}

/* --- which one decides -------------------------------------------------------------------- */

static const char *name_of_decider(const struct tls_facts *f)
{
	return f->decider != NULL ? certificate_label(f->decider).text : "";
}

static void chain_decides_case(const char *what, const struct tls_facts *f, unsigned faults,
			       const char *decider, const char *place, const char *words)
{
	if (f->cert_faults != faults || strcmp(name_of_decider(f), decider) != 0 ||
	    strstr(f->detail, words) == NULL)
		fail_msg("%s: faults %x, '%s', '%s'", what, f->cert_faults,
			 name_of_decider(f), f->detail);
	if (f->decider != NULL)
		assert_string_equal(certificate_place(f->decider), place);
}

/* An authority below an issuer, whose dates are given, and one handshake with a leaf of its. */
static void says_whose_dates_decide(void **state)
{
	enum {
		EXPIRED = CERT_FAULT_BIT(FAULT_CERT_EXPIRED),
		LATER = CERT_FAULT_BIT(FAULT_CERT_NOT_YET_VALID),
		UNTRUSTED = CERT_FAULT_BIT(FAULT_CERT_UNTRUSTED)
	};
	const struct {
		const char *what;
		const struct identity *issuer; /* of the authority */
		bool root_sent;
		long begin, end; /* of the authority */
		long leaf_begin, leaf_end;
		unsigned faults;
		const char *decider, *words;
	} cases[] = {
		/* clang-format off */
		{ "nothing", &root, false, 0, 0, 0, 0, 0, "", "" },
		{ "ends before the leaf", &root, false, 0, 5 * DAY, 0, 30 * DAY, 0, "CN=Middle,O=Test", "" },
		{ "ends after the leaf", &root, false, 0, 30 * DAY, 0, 5 * DAY, 0, "", "" },
		{ "expired", &root, false, -9 * DAY, -2 * DAY, 0, 0, EXPIRED, "CN=Middle,O=Test",
			"the intermediate 'CN=Middle,O=Test' above it expired 20" },
		{ "expired below an untrusted root that was sent", &foreign_banner, true, -9 * DAY, -2 * DAY, 0, 0,
			EXPIRED | UNTRUSTED, "CN=Middle,O=Test", "the intermediate 'CN=Middle,O=Test' above it expired 20" },
		{ "the leaf before it", &root, false, -9 * DAY, -2 * DAY, -9 * DAY, -3 * DAY, EXPIRED, "", "expired 20" },
		{ "it before the leaf", &root, false, -9 * DAY, -3 * DAY, -9 * DAY, -2 * DAY, EXPIRED, "CN=Middle,O=Test",
			"the intermediate 'CN=Middle,O=Test' above it expired 20" },
		{ "not yet valid", &root, false, 3 * DAY, 0, 0, 0, LATER, "CN=Middle,O=Test",
			"the intermediate 'CN=Middle,O=Test' above it not valid before 20" },
		{ "the leaf later", &root, false, 3 * DAY, 0, 4 * DAY, 0, LATER, "", "not valid before 20" },
		{ "expired below one not yet valid", &root, false, 3 * DAY, 0, -9 * DAY, -2 * DAY, EXPIRED | LATER, "", "" },
		{ "not yet valid below an expired one", &root, false, -9 * DAY, -2 * DAY, 3 * DAY, 0, EXPIRED | LATER, "CN=Middle,O=Test",
			"the intermediate 'CN=Middle,O=Test' above it expired 20" },
		{ "below an untrusted root, nothing else", &foreign_banner, true, 0, 5 * DAY, 0, 0, UNTRUSTED, "", "" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct identity middle =
		    pki_issue(&(struct pki_options){ .name = "Middle",
						     .ca = true,
						     .begin = cases[i].begin,
						     .end = cases[i].end },
			      cases[i].issuer);
		struct identity low =
		    pki_issue(&(struct pki_options){ .name = "mx1",
						     .san = "DNS:mx1.test",
						     .begin = cases[i].leaf_begin,
						     .end = cases[i].leaf_end },
			      &middle);
		const struct identity *const sent[] = {
			&middle, cases[i].root_sent ? cases[i].issuer : NULL, NULL
		};
		struct tls_facts facts = facts_of(context, &low, sent);

		chain_decides_case(cases[i].what, &facts, cases[i].faults, cases[i].decider,
				   "intermediate", cases[i].words);
		tls_facts_fini(&facts);
		pki_drop(&low);
		pki_drop(&middle);
	}
}

/* RFC 5280 section 4.1.2.6: the subject may be empty, the names are in the SAN then. */
static void names_those_without_a_common_name(void **state)
{
	const struct {
		const char *cn, *san, *kind, *text, *order;
	} cases[] = {
		{ "mx1", "DNS:mx1.test", "subject", "CN=mx1,O=Test", "'CN=mx1,O=Test'" },
		{ "", "DNS:mx2.test,DNS:mx1.test", "name", "mx2.test", "'mx2.test'" },
		{ "", NULL, "subject", "O=Test", "'O=Test'" },
		{ NULL, "IP:192.0.2.1", "name", "192.0.2.1", "'192.0.2.1'" },
		{ NULL, NULL, "serial", NULL, "'serial " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct identity low = pki_issue(
		    &(struct pki_options){ .name = cases[i].cn, .san = cases[i].san },
		    &lower);
		const struct identity *const sent[] = { &low, &lower, &upper };
		struct tls_facts facts = facts_of(context, &low, sent);
		struct certificate_label label = certificate_label(facts.certificate);

		assert_string_equal(label.kind, cases[i].kind);
		assert_string_equal(label.text, cases[i].text != NULL
						    ? cases[i].text
						    : facts.certificate->serial);
		if (strstr(facts.order, cases[i].order) == NULL ||
		    strstr(facts.detail, "''") != NULL)
			fail_msg("%zu: '%s', '%s'", i, facts.order, facts.detail);
		tls_facts_fini(&facts);
		pki_drop(&low);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notes_the_order),
		cmocka_unit_test(bears_with_circles),
		cmocka_unit_test(notes_the_order_of_untrusted_ones),
		cmocka_unit_test(tells_what_is_missing),
		cmocka_unit_test(old_roots_alarm_nobody),
		cmocka_unit_test(finds_weakness_anywhere),
		cmocka_unit_test(says_whose_dates_decide),
		cmocka_unit_test(names_those_without_a_common_name),
	};

	return cmocka_run_group_tests(tests, make_world, end_world);
}
