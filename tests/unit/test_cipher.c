#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cipher.h"

#include "client.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct identity root, leaf;
static struct tls_context *context;
static char *ca_file;

static int make_world(void **state)
{
	const struct identity *trusted[] = { &root };
	struct tls_options options = { 0 };
	char error[300] = "";

	(void)state;
	root = pki_issue(&(struct pki_options){ .name = "Root", .ca = true }, NULL);
	leaf = pki_issue(
	    &(struct pki_options){ .name = "n", .san = "DNS:mx1.test", .key = "RSA:2048" },
	    &root);
	ca_file = pki_file(trusted, 1);
	options.ca_file = ca_file;
	context = tls_context_new(&options, error, sizeof(error));
	assert_non_null(context);
	return 0;
}

static int end_world(void **state)
{
	(void)state;
	tls_context_free(context);
	unlink(ca_file);
	free(ca_file);
	pki_drop(&leaf);
	pki_drop(&root);
	return 0;
}

/* By handshakes with servers that can do nothing else. */
static void negotiated(void **state)
{
	static const struct {
		const char *ciphers, *dh_group;
		int version;
		bool forbidden;
		const char *flaw;
	} cases[] = {
		{ NULL, NULL, TLS1_3_VERSION, false, "" },
		{ NULL, NULL, TLS1_2_VERSION, false, "" },
		{ "ECDHE-RSA-AES256-SHA", NULL, TLS1_2_VERSION, false, "" },
		{ "AES128-SHA", NULL, TLS1_2_VERSION, false,
		  "negotiated AES128-SHA: RSA key transport without forward secrecy (RFC "
		  "9325 section 4.1)" },
		{ "AES256-GCM-SHA384", NULL, TLS1_2_VERSION, false,
		  "negotiated AES256-GCM-SHA384: RSA key transport without forward secrecy "
		  "(RFC 9325 section 4.1)" },
		{ "DHE-RSA-AES128-GCM-SHA256", "ffdhe2048", TLS1_2_VERSION, false,
		  "negotiated DHE-RSA-AES128-GCM-SHA256: finite-field DH key exchange (RFC "
		  "9325 section 4.1)" },
		{ "DHE-RSA-AES128-GCM-SHA256", "modp_1536", TLS1_2_VERSION, true,
		  "negotiated DHE-RSA-AES128-GCM-SHA256: a DH group of 1536 bits, 2048 are "
		  "required (RFC 9325 section 4.5)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct peer p = { .chain = { &leaf },
				  .serve = serve_tls,
				  .version_max = cases[i].version,
				  .dh_group = cases[i].dh_group };
		struct client c = { .on_secured = client_close,
				    .context = context,
				    .name = "mx1.test" };
		char list[80] = "DEFAULT:@SECLEVEL=0";

		if (cases[i].ciphers != NULL)
			snprintf(list, sizeof(list), "%s:@SECLEVEL=0", cases[i].ciphers);
		p.ciphers = list;
		peer_open(&p, AF_INET, 1);
		client_run(&c, &p.address);
		peer_close(&p);
		assert_int_equal(c.secured, 1);
		assert_string_equal(c.facts.cipher_flaw, cases[i].flaw);
		assert_int_equal(c.facts.cipher_forbidden, cases[i].forbidden);
		assert_int_equal(c.facts.cert_faults, 0);
		tls_facts_fini(&c.facts);
	}
}

/* By number, those that our own context would never agree to. */
static void never_negotiated(void **state)
{
	static const struct {
		unsigned char number[2];
		int dh_bits;
		bool forbidden;
		const char *flaw;
	} cases[] = {
		{ { 0x00, 0x02 }, 0, true, "no encryption" },      /* NULL-SHA */
		{ { 0xC0, 0x10 }, 0, true, "no encryption" },      /* ECDHE-RSA-NULL-SHA */
		{ { 0x00, 0x34 }, 2048, true, "authenticated" },   /* ADH-AES128-SHA */
		{ { 0x00, 0x05 }, 0, true, "RC4" },                /* RC4-SHA */
		{ { 0xC0, 0x11 }, 0, true, "RC4" },                /* ECDHE-RSA-RC4-SHA */
		{ { 0x00, 0x09 }, 0, true, "112 bits" },           /* DES-CBC-SHA */
		{ { 0x00, 0x03 }, 0, true, "RC4" },                /* EXP-RC4-MD5 */
		{ { 0x00, 0x0A }, 0, false, "RSA key transport" }, /* DES-CBC3-SHA */
		{ { 0xC0, 0x12 }, 0, false, "128 bits" },          /* ECDHE-RSA-DES-CBC3 */
		{ { 0x00, 0x9E }, 1024, true, "group of 1024 bits" }, /* DHE-RSA-GCM */
		{ { 0x00, 0x9E }, 2048, false, "finite-field" },
		{ { 0xC0, 0x2F }, 0, false, "" }, /* ECDHE-RSA-AES128-GCM-SHA256 */
		{ { 0xCC, 0xA8 }, 0, false, "" }, /* ECDHE-RSA-CHACHA20 */
	};
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(ctx);
	unsigned known = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const SSL_CIPHER *suite = SSL_CIPHER_find(ssl, cases[i].number);
		char flaw[TLS_CIPHER_FLAW_MAX];

		if (suite == NULL) /* OpenSSL was built without weak ones */
			continue;
		known++;
		assert_int_equal(cipher_judge_suite(suite, cases[i].dh_bits, flaw),
				 cases[i].forbidden);
		if (strstr(flaw, cases[i].flaw) == NULL ||
		    (flaw[0] == '\0') != (cases[i].flaw[0] == '\0'))
			fail_msg("%s: '%s'", SSL_CIPHER_get_name(suite), flaw);
	}
	assert_true(known >= 6);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(negotiated),
		cmocka_unit_test(never_negotiated),
	};

	return cmocka_run_group_tests(tests, make_world, end_world);
}
