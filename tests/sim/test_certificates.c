/* test_certificates.c - each kind of certificate is bad in its own way only. */
#include "client.h"
#include "simulator.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct simulator *sim;

/* clang-format off */
static const struct {
	const char *kind, *name;
	long verdict;
} cases[] = {
	{ "good", "mail.demo.test", X509_V_OK },
	{ "good", "localhost", X509_V_OK },
	{ "good", "demo.test", X509_V_ERR_HOSTNAME_MISMATCH },
	{ "good-rsa", "mail.demo.test", X509_V_OK },
	{ "good-p384", "mail.demo.test", X509_V_OK },
	{ "wildcard", "any.demo.test", X509_V_OK },
	{ "wildcard", "demo.test", X509_V_ERR_HOSTNAME_MISMATCH },
	{ "expired", "mail.demo.test", X509_V_ERR_CERT_HAS_EXPIRED },
	{ "expiring", "mail.demo.test", X509_V_OK },
	{ "not-yet-valid", "mail.demo.test", X509_V_ERR_CERT_NOT_YET_VALID },
	{ "wrong-name", "mail.demo.test", X509_V_ERR_HOSTNAME_MISMATCH },
	{ "wrong-name", "other.example", X509_V_OK },
	{ "no-san", "mail.demo.test", X509_V_OK }, /* OpenSSL still looks at the subject */
	{ "self-signed", "mail.demo.test", X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT },
	{ "missing-intermediate", "mail.demo.test", X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE },
	{ "untrusted", "mail.demo.test", X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY },
	{ "strange-root", "mail.demo.test", X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN },
	{ "expired-intermediate", "mail.demo.test", X509_V_ERR_CERT_HAS_EXPIRED },
	{ "expiring-intermediate", "mail.demo.test", X509_V_OK },
	{ "weak", "mail.demo.test", X509_V_OK },
	{ "sha1", "mail.demo.test", X509_V_ERR_CA_MD_TOO_WEAK },
	{ "md5", "mail.demo.test", X509_V_ERR_CA_MD_TOO_WEAK },
	{ "out-of-order", "mail.demo.test", X509_V_OK },
	{ "root-sent", "mail.demo.test", X509_V_OK },
	{ "must-staple-good", "mail.demo.test", X509_V_OK },
	{ "must-staple-garbage", "mail.demo.test", X509_V_OK },
	{ "must-staple-missing", "mail.demo.test", X509_V_OK },
	{ "wrong-purpose", "mail.demo.test", X509_V_ERR_INVALID_PURPOSE },
	{ "soon", "mail.customer.test", X509_V_OK },
	{ "soon", "mail.demo.test", X509_V_ERR_HOSTNAME_MISMATCH },
};
/* clang-format on */

static struct client *secure(const char *kind, const char *name)
{
	struct client *c = client_connect("127.0.0.1", simulator_port(sim, kind));
	struct client_tls tls = { simulator_ca_file(sim), name, 0 };

	if (!client_secure(c, &tls))
		fail_msg("%s: %s", kind, client_error(c));
	return c;
}

static void test_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct client *c = secure(cases[i].kind, cases[i].name);
		long verdict = client_verdict(c);

		/* OpenSSL 3.0 and later differ in what they say of a missing link. */
		if (verdict == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY &&
		    strcmp(cases[i].kind, "missing-intermediate") == 0)
			verdict = cases[i].verdict;
		if (verdict != cases[i].verdict)
			fail_msg("%s as %s: %s", cases[i].kind, cases[i].name,
				 X509_verify_cert_error_string(verdict));
		client_leave(c);
	}
}

/* Days from now to the end of the certificate at a place in the chain as it was sent. */
static int days_left(SSL *ssl, int place)
{
	const X509 *x = sk_X509_value(SSL_get_peer_cert_chain(ssl), place);
	int days = 0, seconds = 0;

	ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(x));
	return days;
}

static void test_dates(void **state)
{
	/* clang-format off */
	static const struct {
		const char *kind;
		int place, days;
	} dates[] = {
		{ "good", 0, 88 }, { "expired", 0, -3 }, { "expiring", 0, 2 }, { "soon", 0, 19 },
		{ "expired-intermediate", 1, -3 }, { "expiring-intermediate", 1, 2 },
		{ "expiring-intermediate", 0, 88 },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(dates) / sizeof(*dates); i++) {
		struct client *c = secure(dates[i].kind, NULL);

		/* A second may pass between making and asking. */
		assert_in_range(days_left(client_ssl(c), dates[i].place) + 100,
				dates[i].days + 100, dates[i].days + 101);
		client_leave(c);
	}
}

static void test_chains(void **state)
{
	/* clang-format off */
	static const struct {
		const char *kind;
		int length;
	} chains[] = {
		{ "good", 2 }, { "self-signed", 1 }, { "missing-intermediate", 1 },
		{ "strange-root", 3 }, { "out-of-order", 3 }, { "root-sent", 3 },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(chains) / sizeof(*chains); i++) {
		struct client *c = secure(chains[i].kind, NULL);

		assert_int_equal(sk_X509_num(SSL_get_peer_cert_chain(client_ssl(c))),
				 chains[i].length);
		client_leave(c);
	}
}

static void test_keys(void **state)
{
	static const char *const kinds[] = { "good", "weak", "good-rsa", "good-p384" };
	static const int bits[] = { 256, 1024, 2048, 384 };
	struct client *c;
	X509 *x;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		c = secure(kinds[i], NULL);
		x = SSL_get0_peer_certificate(client_ssl(c));
		assert_int_equal(EVP_PKEY_get_bits(X509_get0_pubkey(x)), bits[i]);
		client_leave(c);
	}
	c = secure("sha1", NULL);
	x = SSL_get0_peer_certificate(client_ssl(c));
	assert_int_equal(X509_get_signature_nid(x), NID_ecdsa_with_SHA1);
	client_leave(c);
	c = secure("no-san", NULL);
	x = SSL_get0_peer_certificate(client_ssl(c));
	assert_int_equal(X509_get_ext_by_NID(x, NID_subject_alt_name, -1), -1);
	client_leave(c);
}

static void test_addresses(void **state)
{
	struct client *c = secure("good", NULL);
	X509 *x = SSL_get0_peer_certificate(client_ssl(c));

	(void)state;
	assert_int_equal(X509_check_ip_asc(x, "127.0.0.1", 0), 1);
	assert_int_equal(X509_check_ip_asc(x, "::1", 0), 1);
	assert_int_equal(X509_check_ip_asc(x, "127.0.0.2", 0), 0);
	client_leave(c);
}

static long shown_for(const char *name)
{
	struct client *c = secure("hosting", name);
	long verdict = client_verdict(c);

	client_leave(c);
	return verdict;
}

static void test_names_asked_for(void **state)
{
	struct client_tls tls = { simulator_ca_file(sim), "refused.customer.test", 0 };
	struct client *c = client_connect("127.0.0.1", simulator_port(sim, "hosting"));

	(void)state;
	assert_int_equal(shown_for("mail.customer.test"), X509_V_OK);
	assert_int_equal(shown_for("MAIL.customer.test"), X509_V_OK);
	assert_int_equal(shown_for("any.demo.test"), X509_V_OK);
	assert_int_equal(shown_for("two.any.demo.test"), X509_V_ERR_HOSTNAME_MISMATCH);
	assert_int_equal(shown_for("other.example"), X509_V_OK);
	assert_int_equal(shown_for("nobody.example"), X509_V_ERR_HOSTNAME_MISMATCH);
	assert_int_equal(shown_for(NULL), X509_V_OK);
	assert_false(client_secure(c, &tls));
	client_close(c);
}

static int start(void **state)
{
	static char text[4096] = "certificate soon good names=mail.customer.test from=-70d "
				 "until=20d\n";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t n = strlen(text);

		if (i > 0 && strcmp(cases[i].kind, cases[i - 1].kind) == 0)
			continue;
		snprintf(text + n, sizeof(text) - n,
			 "listen smtp 127.0.0.1:0 name=%s cert=%s tls=implicit\n",
			 cases[i].kind, cases[i].kind);
	}
	strcat(text, "listen imap 127.0.0.1:0 name=hosting cert=wrong-name tls=implicit\n"
		     "  sni refused.customer.test refuse\n"
		     "  sni mail.customer.test soon\n"
		     "  sni *.demo.test wildcard\n");
	sim = simulator_start(text);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	return simulator_stop(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),  cmocka_unit_test(test_dates),
		cmocka_unit_test(test_chains),    cmocka_unit_test(test_keys),
		cmocka_unit_test(test_addresses), cmocka_unit_test(test_names_asked_for),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
