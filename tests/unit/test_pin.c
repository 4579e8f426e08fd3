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

/* --- spelling -------------------------------------------------------------------------- */

#define BASE64 "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define HEX    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define COLONS                                                                             \
	"E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:"   \
	"99:1B:78:52:B8:55"
#define SLASH "/////////////////////////////////////////w=" /* 43 */

static void reads_every_spelling(void **state)
{
	static const char *const spellings[] = { BASE64, "sha256/" BASE64,
						 "sha256//" BASE64, HEX, COLONS };
	char text[PIN_TEXT_MAX];
	struct pin pin;

	(void)state;
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		if (!pin_parse(view_of(spellings[i]), &pin))
			fail_msg("%s", spellings[i]);
		assert_string_equal(pin_text(&pin, text), "sha256/" BASE64);
	}
}

/* Base64 has a slash among its letters, so what follows the prefix may begin with one. */
static void reads_a_slash_as_a_letter(void **state)
{
	static const char *const spellings[] = { "/" SLASH, "sha256//" SLASH,
						 "sha256///" SLASH };
	char text[PIN_TEXT_MAX];
	struct pin pin;

	(void)state;
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		if (!pin_parse(view_of(spellings[i]), &pin))
			fail_msg("%s", spellings[i]);
		assert_string_equal(pin_text(&pin, text), "sha256//" SLASH);
	}
}

static void refuses_what_is_no_pin(void **state)
{
	static const char *const texts[] = {
		"",
		"sha256/",
		"sha256//",
		"sha1/" BASE64,
		"sha256/" BASE64 "=",
		" " BASE64,
		"sha256/47DEQpj8HBSa",
		"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=",
		"g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		HEX "00",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8",
		"E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:"
		"A4:95:99:1B:78-52:B8:55",
	};
	struct pin pin;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (pin_parse(view_of(texts[i]), &pin))
			fail_msg("'%s' is a pin", texts[i]);
}

static void compares_lists(void **state)
{
	const struct pin a[] = { { { 1 } }, { { 2 } } }, b[] = { { { 1 } }, { { 3 } } };
	const struct pins two = { 2, a }, other = { 2, b }, one = { 1, a }, none = { 0, a };

	(void)state;
	assert_true(pins_same(NULL, NULL) && pins_same(NULL, &none));
	assert_true(pins_same(&two, &two));
	assert_false(pins_same(&two, &other) || pins_same(&two, &one));
	assert_false(pins_same(NULL, &one) || pins_same(&one, NULL));
	assert_true(pins_have(&two, &a[1]));
	assert_false(pins_have(&two, &b[1]) || pins_have(NULL, &a[0]));
}

/* --- chains ---------------------------------------------------------------------------- */

/* A trusted root; a private fleet's root and one below it, both unknown; another with the
 * fleet's name; one that has expired. */
static struct identity root, fleet, middle, impostor, old;
static struct tls_context *context;

static int make_world(void **state)
{
	const struct identity *trusted[] = { &root };
	struct tls_options options = { 0 };
	char error[300] = "", *file;

	(void)state;
	root = pki_issue(&(struct pki_options){ .name = "Root", .ca = true }, NULL);
	fleet = pki_issue(&(struct pki_options){ .name = "Fleet", .ca = true }, NULL);
	middle = pki_issue(&(struct pki_options){ .name = "Middle", .ca = true }, &fleet);
	impostor = pki_issue(&(struct pki_options){ .name = "Fleet", .ca = true }, NULL);
	old = pki_issue(
	    &(struct pki_options){
		.name = "Old", .ca = true, .begin = -90 * DAY, .end = -DAY },
	    &fleet);
	file = pki_file(trusted, 1);
	options.ca_file = file;
	context = tls_context_new(&options, error, sizeof(error));
	assert_string_equal(error, "");
	unlink(file);
	free(file);
	return 0;
}

static int end_world(void **state)
{
	struct identity *all[] = { &root, &fleet, &middle, &impostor, &old };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		pki_drop(all[i]);
	tls_context_free(context);
	return 0;
}

/* Not by way of the certificate, as the code does it. */
static struct pin pin_of(const struct identity *id)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(id->key, &der);
	struct pin pin;

	assert_true(n > 0);
	assert_int_equal(EVP_Digest(der, (size_t)n, pin.sha256, NULL, EVP_sha256(), NULL),
			 1);
	OPENSSL_free(der);
	return pin;
}

/* The chain as the peer has it, under pins of these two (NULL: none). */
static struct tls_facts facts_of(struct peer *p, const struct identity *a,
				 const struct identity *b)
{
	struct client c = { .on_secured = client_close,
			    .context = context,
			    .name = "mx1.test" };
	struct pin list[2];
	struct pins pins = { 0, list };

	if (a != NULL)
		list[pins.count++] = pin_of(a);
	if (b != NULL)
		list[pins.count++] = pin_of(b);
	c.pins = &pins;
	p->serve = serve_tls;
	peer_open(p, AF_INET, 1);
	client_run(&c, &p->address);
	peer_close(p);
	assert_int_equal(c.secured, 1);
	return c.facts;
}

static const struct pki_options good = { .name = "leaf",
					 .san = "DNS:mx1.test",
					 .end = 9 * DAY };
static const struct pki_options late = {
	.name = "late", .san = "DNS:mx1.test", .begin = -9 * DAY, .end = -DAY
};
static const struct pki_options named = { .name = "named", .san = "DNS:mx2.test" };
static const struct pki_options weak = { .name = "weak",
					 .san = "DNS:mx1.test",
					 .key = "RSA:1024" };
static const struct pki_options client_only = { .name = "client",
						.san = "DNS:mx1.test",
						.usage = "clientAuth" };

static const struct pki_options issued = { .name = "issued", .san = "DNS:mx1.test" };

#define UNTRUSTED CERT_FAULT_BIT(FAULT_CERT_UNTRUSTED)

/* Pinned: the server's own key, and that of `pin`. */
struct pin_case {
	const char *what;
	const struct pki_options *wish;
	const struct identity *issuer, *sent, *sent_too;
	bool own;
	const struct identity *pin;
	unsigned faults;
	const char *detail;
};

static void expect(const struct pin_case *k)
{
	struct identity leaf = pki_issue(k->wish, k->issuer);
	struct peer p = { .chain = { &leaf, k->sent, k->sent_too } };
	struct tls_facts facts = facts_of(&p, k->own ? &leaf : NULL, k->pin);

	if (facts.cert_faults != k->faults || strstr(facts.detail, k->detail) == NULL ||
	    (facts.detail[0] == '\0') != (k->faults == 0))
		fail_msg("%s: %x, '%s'", k->what, facts.cert_faults, facts.detail);
	assert_true((facts.chain_not_after.ms == 0) ==
		    ((facts.cert_faults & UNTRUSTED) != 0));
	tls_facts_fini(&facts);
	pki_drop(&leaf);
}

static void judges_pinned_chains(void **state)
{
	static const struct pin_case cases[] = {
		/* clang-format off */
		{ "self-signed", &good, NULL, NULL, NULL, true, NULL, 0, "" },
		{ "no intermediate", &good, &middle, NULL, NULL, true, NULL, 0, "" },
		{ "an authority that has expired, above a pinned key", &good, &old, &old, NULL, true, NULL, 0, "" },
		{ "one of two", &good, NULL, NULL, NULL, true, &root, 0, "" },
		{ "an unknown root", &good, &fleet, &fleet, NULL, false, &fleet, 0, "" },
		{ "an unknown root further up", &good, &middle, &middle, &fleet, false, &fleet, 0, "" },
		{ "in disorder", &good, &middle, &fleet, &middle, false, &fleet, 0, "" },
		{ "an intermediate, no root", &good, &middle, &middle, NULL, false, &middle, 0, "" },
		{ "an intermediate below a root", &good, &middle, &middle, &fleet, false, &middle, 0, "" },
		{ "a root of the store, not sent", &good, &root, NULL, NULL, false, &root, 0, "" },
		{ "another key, though it is trusted", &good, &root, NULL, NULL, false, &fleet, UNTRUSTED, "not the pinned key: the server's is sha256/" },
		{ "another key, self-signed", &good, NULL, NULL, NULL, false, &fleet, UNTRUSTED, "not the pinned key: the server's is sha256/" },
		{ "a pinned one that is not sent", &good, &middle, &middle, NULL, false, &fleet, UNTRUSTED, "not the pinned key: the server's is sha256/" },
		{ "a pinned one sent along", &good, NULL, &fleet, NULL, false, &fleet, UNTRUSTED,
			"a certificate with a pinned key was sent, but did not sign the one with the server's key sha256/" },
		{ "a pinned one sent along a trusted chain", &good, &root, &fleet, NULL, false, &fleet, UNTRUSTED, "but did not sign" },
		{ "by another of its name", &good, &impostor, &fleet, NULL, false, &fleet, UNTRUSTED, "signature failure" },
		{ "expired", &late, NULL, NULL, NULL, true, NULL, CERT_FAULT_BIT(FAULT_CERT_EXPIRED), "expired 20" },
		{ "below a pinned one that has expired", &good, &old, &old, NULL, false, &old,
			CERT_FAULT_BIT(FAULT_CERT_EXPIRED), "the intermediate 'CN=Old,O=Test' above it expired 20" },
		{ "wrong name", &named, NULL, NULL, NULL, true, NULL, CERT_FAULT_BIT(FAULT_CERT_NAME), "for mx2.test, not for 'mx1.test'" },
		{ "weak", &weak, NULL, NULL, NULL, true, NULL, CERT_FAULT_BIT(FAULT_CERT_WEAK), "RSA, 1024 bits" },
		{ "for clients", &client_only, &fleet, &fleet, NULL, false, &fleet, CERT_FAULT_BIT(FAULT_CERT_PURPOSE), "not for use by TLS servers" },
		{ "no pins", &good, &root, NULL, NULL, false, NULL, 0, "" },
		{ "no pins, unknown root", &good, &fleet, &fleet, NULL, false, NULL, UNTRUSTED, "the root 'CN=Fleet,O=Test' is not in the trust store" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(&cases[i]);
}

/* Whoever has a certificate by a pinned authority is no authority. */
static void trusts_no_server_to_issue(void **state)
{
	struct identity server = pki_issue(&good, &fleet),
			forged = pki_issue(&issued, &server);
	struct peer p = { .chain = { &forged, &server, &fleet } },
		    q = { .chain = { &forged, &server } };
	struct tls_facts facts = facts_of(&p, &fleet, NULL);

	(void)state;
	assert_int_equal(facts.cert_faults, UNTRUSTED);
	assert_non_null(strstr(facts.detail, "invalid CA certificate"));
	tls_facts_fini(&facts);
	facts = facts_of(&q, &server, NULL);
	assert_int_equal(facts.cert_faults, UNTRUSTED);
	tls_facts_fini(&facts);
	pki_drop(&server);
	pki_drop(&forged);
}

static void names_the_key_that_was_shown(void **state)
{
	struct identity leaf = pki_issue(&good, NULL);
	struct peer p = { .chain = { &leaf } };
	struct tls_facts facts = facts_of(&p, &root, &fleet);
	struct pin pin = pin_of(&leaf);
	char expected[200], text[PIN_TEXT_MAX];

	(void)state;
	snprintf(expected, sizeof(expected),
		 "none of the 2 pinned keys: the server's is %s", pin_text(&pin, text));
	assert_string_equal(facts.detail, expected);
	tls_facts_fini(&facts);
	pki_drop(&leaf);
}

/* The chain ends where the pinned key is. */
static void ends_with_the_pinned(void **state)
{
	struct identity leaf = pki_issue(&good, &old);
	struct peer p = { .chain = { &leaf, &old } };
	struct tls_facts facts = facts_of(&p, &leaf, NULL);

	(void)state;
	assert_int_equal(facts.chain_not_after.ms, facts.certificate->not_after.ms);
	assert_true(facts.sent_not_after.ms < facts.chain_not_after.ms);
	tls_facts_fini(&facts);
	pki_drop(&leaf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_spelling),
		cmocka_unit_test(reads_a_slash_as_a_letter),
		cmocka_unit_test(refuses_what_is_no_pin),
		cmocka_unit_test(compares_lists),
		cmocka_unit_test(judges_pinned_chains),
		cmocka_unit_test(trusts_no_server_to_issue),
		cmocka_unit_test(names_the_key_that_was_shown),
		cmocka_unit_test(ends_with_the_pinned),
	};

	return cmocka_run_group_tests(tests, make_world, end_world);
}
