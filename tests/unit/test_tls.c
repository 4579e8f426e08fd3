#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/pem.h>

/* The world: a trusted root, an intermediate below it, and a root nobody knows. */
static struct identity root, middle, foreign_banner, old_root, cross_root, old_middle,
    short_middle, young_middle, weak_middle, plain_leaf;
static struct tls_context *context;
static char *ca_file;

static struct tls_context *context_for(const char *file)
{
	struct tls_options options = { .ca_file = file };
	char error[300] = "";
	struct tls_context *c = tls_context_new(&options, error, sizeof(error));

	if (c == NULL)
		fail_msg("%s", error);
	return c;
}

static int make_world(void **state)
{
	const struct identity *trusted[] = { &root, &old_root };

	(void)state;
	root = pki_issue(
	    &(struct pki_options){
		.name = "Root", .ca = true, .end = 3650 * DAY, .digest = "SHA1" },
	    NULL);
	foreign_banner =
	    pki_issue(&(struct pki_options){ .name = "Stranger", .ca = true }, NULL);
	middle = pki_issue(
	    &(struct pki_options){ .name = "Middle", .ca = true, .end = 1000 * DAY },
	    &root);
	old_root = pki_issue(
	    &(struct pki_options){
		.name = "Old Root", .ca = true, .begin = -900 * DAY, .end = -10 * DAY },
	    NULL);
	/* The good root once more, below an expired one: what servers send for old clients. */
	cross_root = (struct identity){ X509_dup(root.x), root.key };
	EVP_PKEY_up_ref(root.key);
	X509_set_issuer_name(cross_root.x, X509_get_subject_name(old_root.x));
	X509_gmtime_adj(X509_getm_notAfter(cross_root.x), -5 * DAY);
	X509_sign(cross_root.x, old_root.key, EVP_sha256());
	old_middle = pki_issue(
	    &(struct pki_options){
		.name = "Old Middle", .ca = true, .begin = -100 * DAY, .end = -DAY },
	    &root);
	short_middle = pki_issue(
	    &(struct pki_options){ .name = "Short Middle", .ca = true, .end = 5 * DAY },
	    &root);
	young_middle = pki_issue(
	    &(struct pki_options){
		.name = "Young Middle", .ca = true, .begin = DAY, .end = 100 * DAY },
	    &root);
	weak_middle = pki_issue(
	    &(struct pki_options){ .name = "Weak Middle", .ca = true, .digest = "SHA1" },
	    &root);
	plain_leaf = pki_issue(
	    &(struct pki_options){ .name = "plain", .san = "DNS:mx1.test" }, &middle);
	ca_file = pki_file(trusted, 2);
	context = context_for(ca_file);
	return 0;
}

static int end_world(void **state)
{
	struct identity *all[] = { &root,         &middle,       &foreign_banner,
				   &old_root,     &cross_root,   &old_middle,
				   &short_middle, &young_middle, &weak_middle,
				   &plain_leaf };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		pki_drop(all[i]);
	tls_context_free(context);
	unlink(ca_file);
	free(ca_file);
	return 0;
}

static void shake(struct client *c, struct peer *p, const char *name)
{
	c->context = c->context != NULL ? c->context : context;
	c->name = name;
	p->serve = serve_tls;
	peer_open(p, AF_INET, 1);
	client_run(c, &p->address);
	peer_close(p);
}

/* One handshake with a good end; the facts are the caller's to finish. */
static struct tls_facts facts_of(struct peer *p, const char *name)
{
	struct client c = { .on_secured = client_close };

	shake(&c, p, name);
	if (c.secured != 1)
		fail_msg("no handshake for '%s': %s", name, c.reason);
	assert_int_equal(c.fault, FAULT_OK);
	assert_true(p->accepted);
	return c.facts;
}

static const char *faults_text(unsigned faults)
{
	static char text[200];

	text[0] = '\0';
	for (unsigned f = CERT_FAULT_FIRST; f <= CERT_FAULT_LAST; f++)
		if (faults & CERT_FAULT_BIT(f)) {
			strcat(text, text[0] != '\0' ? " " : "");
			strcat(text, fault_name((enum fault)f));
		}
	return text;
}

enum { SECOND = 1000 };

struct certificate_case {
	struct pki_options wish;
	const struct identity *issuer, *sent, *sent_too;
	const char *name, *faults, *detail;
	int version_max; /* of the server */
};

static void expect(const struct certificate_case *k)
{
	struct identity leaf = pki_issue(&k->wish, k->issuer);
	struct peer p = { .chain = { &leaf, k->sent, k->sent_too },
			  .version_max = k->version_max };
	struct tls_facts facts = facts_of(&p, k->name);

	if (strcmp(faults_text(facts.cert_faults), k->faults) != 0 ||
	    strstr(facts.detail, k->detail) == NULL ||
	    (facts.detail[0] != '\0') != (facts.cert_faults != 0))
		fail_msg("%s for %s: '%s', '%s'", k->wish.name, k->name,
			 faults_text(facts.cert_faults), facts.detail);
	assert_non_null(facts.certificate);
	assert_true((facts.chain_not_after.ms == 0) ==
		    ((facts.cert_faults & CERT_FAULT_BIT(FAULT_CERT_UNTRUSTED)) != 0));
	tls_facts_fini(&facts);
	assert_null(facts.certificate);
	pki_drop(&leaf);
}

static void judges_chains(void **state)
{
	const struct certificate_case cases[] = {
		/* clang-format off */
		{ { .name = "good", .san = "DNS:mx1.test" }, &middle, &middle, NULL, "mx1.test", "", "", 0 },
		{ { .name = "below the root", .san = "DNS:mx1.test" }, &root, NULL, NULL, "mx1.test", "", "", 0 },
		{ { .name = "root sent too", .san = "DNS:mx1.test" }, &middle, &middle, &root, "mx1.test", "", "", 0 },
		{ { .name = "expired cross-sign sent too", .san = "DNS:mx1.test" }, &middle, &middle, &cross_root, "mx1.test", "", "", 0 },
		{ { .name = "unneeded expired one sent too", .san = "DNS:mx1.test" }, &middle, &middle, &old_middle, "mx1.test", "", "", 0 },
		{ { .name = "in disorder", .san = "DNS:mx1.test" }, &middle, &root, &middle, "mx1.test", "", "", 0 },
		{ { .name = "no intermediate", .san = "DNS:mx1.test" }, &middle, NULL, NULL, "mx1.test", "cert_untrusted",
			"missing issuer 'CN=Middle,O=Test': the server sent no intermediate", 0 },
		{ { .name = "wrong intermediate", .san = "DNS:mx1.test" }, &middle, &short_middle, NULL, "mx1.test", "cert_untrusted",
			"missing issuer 'CN=Middle,O=Test': not among the 2 certificates sent", 0 },
		{ { .name = "unknown issuer", .san = "DNS:mx1.test" }, &foreign_banner, NULL, NULL, "mx1.test", "cert_untrusted",
			"missing issuer 'CN=Stranger,O=Test': the server sent no intermediate", 0 },
		{ { .name = "unknown root sent", .san = "DNS:mx1.test" }, &foreign_banner, &foreign_banner, NULL, "mx1.test", "cert_untrusted",
			"unknown authority: the root 'CN=Stranger,O=Test' is not in the trust store", 0 },
		{ { .name = "self-signed", .san = "DNS:mx1.test" }, NULL, NULL, NULL, "mx1.test", "cert_untrusted",
			"self-signed certificate 'CN=self-signed,O=Test'", 0 },
		{ { .name = "self-signed as a CA", .san = "DNS:mx1.test", .ca = true }, NULL, NULL, NULL, "mx1.test", "cert_untrusted",
			"self-signed certificate", 0 },
		{ { .name = "not by a CA", .san = "DNS:mx1.test" }, &plain_leaf, &plain_leaf, &middle, "mx1.test",
			"cert_untrusted", "invalid CA certificate", 0 },
		{ { .name = "expired", .san = "DNS:mx1.test", .begin = -90 * DAY, .end = -DAY }, &middle, &middle, NULL, "mx1.test",
			"cert_expired", "expired 20", 0 },
		{ { .name = "a second ago", .san = "DNS:mx1.test", .end = -2 }, &middle, &middle, NULL, "mx1.test", "cert_expired", "expired 20", 0 },
		{ { .name = "too young", .san = "DNS:mx1.test", .begin = DAY }, &middle, &middle, NULL, "mx1.test",
			"cert_not_yet_valid", "not valid before 20", 0 },
		{ { .name = "expired issuer", .san = "DNS:mx1.test" }, &old_middle, &old_middle, NULL, "mx1.test",
			"cert_expired", "the intermediate 'CN=Old Middle,O=Test' above it expired 20", 0 },
		{ { .name = "expired root", .san = "DNS:mx1.test" }, &old_root, NULL, NULL, "mx1.test",
			"cert_expired", "the root 'CN=Old Root,O=Test' above it expired 20", 0 },
		{ { .name = "young issuer", .san = "DNS:mx1.test" }, &young_middle, &young_middle, NULL, "mx1.test",
			"cert_not_yet_valid", "the intermediate 'CN=Young Middle,O=Test' above it not valid before", 0 },
		{ { .name = "client only", .san = "DNS:mx1.test", .usage = "clientAuth" }, &middle, &middle, NULL, "mx1.test",
			"cert_purpose", "not for use by TLS servers", 0 },
		{ { .name = "both usages", .san = "DNS:mx1.test", .usage = "clientAuth,serverAuth" }, &middle, &middle, NULL, "mx1.test", "", "", 0 },
		{ { .name = "any usage", .san = "DNS:mx1.test", .usage = "" }, &middle, &middle, NULL, "mx1.test", "", "", 0 },
		{ { .name = "a CA", .san = "DNS:mx1.test", .ca = true }, &middle, &middle, NULL, "mx1.test",
			"cert_purpose", "the certificate of a CA", 0 },
		{ { .name = "weak key", .san = "DNS:mx1.test", .key = "RSA:1024" }, &middle, &middle, NULL, "mx1.test",
			"cert_weak", "has a weak key (RSA, 1024 bits)", 0 },
		{ { .name = "strong enough", .san = "DNS:mx1.test", .key = "RSA:2048" }, &middle, &middle, NULL, "mx1.test", "", "", 0 },
		{ { .name = "weak curve", .san = "DNS:mx1.test", .key = "prime192v1" }, &middle, &middle, NULL, "mx1.test",
			"cert_weak", "has a weak key (EC, 192 bits)", TLS1_2_VERSION },
		{ { .name = "weak signature", .san = "DNS:mx1.test", .digest = "SHA1" }, &middle, &middle, NULL, "mx1.test",
			"cert_weak", "has a weak signature (ecdsa-with-SHA1)", 0 },
		{ { .name = "weak signature above", .san = "DNS:mx1.test" }, &weak_middle, &weak_middle, NULL, "mx1.test",
			"cert_weak", "'CN=Weak Middle,O=Test' above it has a weak signature", 0 },
		{ { .name = "Ed25519", .san = "DNS:mx1.test", .key = "ED25519" }, &middle, &middle, NULL, "mx1.test", "", "", 0 },
		{ { .name = "all at once", .san = "DNS:other.test", .begin = -90 * DAY, .end = -DAY, .key = "RSA:1024", .usage = "clientAuth", 0 },
			NULL, NULL, NULL, "mx1.test", "cert_expired cert_name cert_untrusted cert_weak cert_purpose",
			"self-signed certificate 'CN=all at once,O=Test'; expired", 0 },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		expect(&cases[i]);
}

static void judges_names(void **state)
{
	static const struct {
		const char *cn, *san, *name;
		bool right;
	} cases[] = {
		/* clang-format off */
		{ "n", "DNS:mx1.test", "mx1.test", true },
		{ "n", "DNS:mx1.test", "MX1.Test", true },
		{ "n", "DNS:mx1.test", "mx1.test.", true },
		{ "n", "DNS:MX1.TEST", "mx1.test", true },
		{ "n", "DNS:a.test,DNS:b.test,DNS:mx1.test", "mx1.test", true },
		{ "n", "DNS:mx1.test", "mx2.test", false },
		{ "n", "DNS:mx1.test", "x.mx1.test", false },
		{ "n", "DNS:mx1.test", "test", false },
		{ "n", "DNS:*.example.test", "mx1.example.test", true },
		{ "n", "DNS:*.example.test", "example.test", false },
		{ "n", "DNS:*.example.test", "a.mx1.example.test", false },
		{ "n", "DNS:*.example.test", ".example.test", false },
		{ "n", "DNS:m*.example.test", "mx1.example.test", false },
		{ "n", "DNS:*1.example.test", "mx1.example.test", false },
		{ "n", "DNS:mx1.*.test", "mx1.example.test", false },
		{ "n", "DNS:*.*.test", "mx1.example.test", false },
		{ "n", "DNS:*.test", "mx1.test", false },
		{ "n", "DNS:*", "mx1", false },
		{ "mx1.test", NULL, "mx1.test", false },
		{ "mx1.test", "email:a@mx1.test", "mx1.test", false },
		{ "mx1.test", "DNS:other.test", "mx1.test", false },
		{ "n", "IP:127.0.0.1", "127.0.0.1", true },
		{ "n", "IP:127.0.0.2", "127.0.0.1", false },
		{ "n", "DNS:127.0.0.1", "127.0.0.1", false },
		{ "n", "IP:2001:db8::1", "2001:db8:0::1", true },
		{ "n", "IP:2001:db8::1", "[2001:db8::1]", true },
		{ "n", "IP:2001:db8::2", "2001:db8::1", false },
		{ "n", "DNS:*.0.0.1", "127.0.0.1", false },
		{ "n", "DNS:mx1.test", "", false },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct pki_options wish = { .name = cases[i].cn,
						  .san = cases[i].san };
		struct identity leaf = pki_issue(&wish, &middle);
		struct peer p = { .chain = { &leaf, &middle } };
		struct tls_facts facts = facts_of(&p, cases[i].name);

		if ((facts.cert_faults == 0) != cases[i].right ||
		    (facts.cert_faults & ~CERT_FAULT_BIT(FAULT_CERT_NAME)) != 0)
			fail_msg("%s for '%s': %s", cases[i].san, cases[i].name,
				 facts.detail);
		tls_facts_fini(&facts);
		pki_drop(&leaf);
	}
}

static void names_what_it_carries(void **state)
{
	const struct pki_options wish = {
		.name = "n", .san = "DNS:a.test,DNS:b.test,IP:192.0.2.1,DNS:c.test"
	};
	const struct pki_options nameless = { .name = "mx1.test" };
	struct identity leaf = pki_issue(&wish, &middle),
			other = pki_issue(&nameless, &middle);
	struct peer p = { .chain = { &leaf, &middle } },
		    q = { .chain = { &other, &middle } };
	struct tls_facts facts = facts_of(&p, "mx1.test");

	(void)state;
	assert_string_equal(facts.detail,
			    "for a.test, b.test, 192.0.2.1 and 1 more, not for 'mx1.test'");
	tls_facts_fini(&facts);
	facts = facts_of(&q, "mx1.test");
	assert_non_null(strstr(facts.detail, "no name in subjectAltName"));
	tls_facts_fini(&facts);
	pki_drop(&leaf);
	pki_drop(&other);
}

static void tells_the_facts(void **state)
{
	const struct pki_options wish = {
		.name = "M\xc3\xbcller, \xe2\x80\xae"
			"evil\x1b[31m",
		.san = "DNS:mx1.test,email:a@b.test,IP:192.0.2.1,IP:2001:db8::1",
		.end = 30 * DAY
	};
	struct identity leaf = pki_issue(&wish, &middle);
	struct peer p = { .chain = { &leaf, &middle } };
	struct tls_facts facts = facts_of(&p, "mx1.test"), again;
	const struct certificate *c = facts.certificate;
	int64_t now = (int64_t)time(NULL) * SECOND;

	(void)state;
	assert_string_equal(facts.version, "TLSv1.3");
	assert_string_equal(facts.cipher, "TLS_AES_256_GCM_SHA384");
	assert_string_equal(c->issuer, "CN=Middle,O=Test");
	assert_non_null(strstr(c->subject, "M\xc3\xbcller\\, evil"));
	assert_null(strchr(c->subject, 0x1b));
	assert_int_equal(c->name_count, 3);
	assert_string_equal(c->names[0], "mx1.test");
	assert_string_equal(c->names[1], "192.0.2.1");
	assert_string_equal(c->names[2], "2001:db8::1");
	assert_string_equal(c->key_kind, "EC");
	assert_int_equal(c->key_bits, 256);
	assert_string_equal(c->signature, "ecdsa-with-SHA256");
	assert_int_equal(strlen(c->fingerprint), 64);
	assert_int_equal(strlen(c->serial), 4);
	assert_true(llabs(c->not_after.ms - now - 30LL * DAY * SECOND) < 600 * SECOND);
	assert_true(llabs(c->not_before.ms - now + (int64_t)HOUR * SECOND) < 600 * SECOND);
	assert_int_equal(c->not_after.ms, facts.chain_not_after.ms);
	again = facts_of(&p, "mx1.test");
	assert_ptr_equal(again.certificate, c);
	tls_facts_fini(&again);
	tls_facts_fini(&facts);
	pki_drop(&leaf);
}

static void finds_the_earliest_end(void **state)
{
	const struct pki_options wish = { .name = "n",
					  .san = "DNS:mx1.test",
					  .end = 80 * DAY };
	struct identity leaf = pki_issue(&wish, &short_middle);
	struct peer p = { .chain = { &leaf, &short_middle } };
	struct tls_facts facts = facts_of(&p, "mx1.test");
	int64_t left = facts.chain_not_after.ms / SECOND - (int64_t)time(NULL);

	(void)state;
	assert_true(left > 4 * DAY && left < 6 * DAY);
	assert_true(facts.chain_not_after.ms < facts.certificate->not_after.ms);
	tls_facts_fini(&facts);
	pki_drop(&leaf);
}

static void keeps_a_hundred_names(void **state)
{
	char san[150 * 20] = "DNS:mx1.test";
	struct pki_options wish = { .name = "n", .san = san };
	struct identity leaf;
	struct peer p = { .chain = { &leaf, &middle } };
	struct tls_facts facts;

	(void)state;
	for (int i = 0; i < 149; i++)
		snprintf(san + strlen(san), sizeof(san) - strlen(san), ",DNS:n%d.test", i);
	leaf = pki_issue(&wish, &middle);
	facts = facts_of(&p, "n148.test");
	assert_int_equal(facts.cert_faults, 0);
	assert_int_equal(facts.certificate->name_count, CERTIFICATE_NAMES_MAX);
	tls_facts_fini(&facts);
	pki_drop(&leaf);
}

static void sends_names_and_never_addresses(void **state)
{
	static const struct {
		const char *name, *sni;
	} cases[] = {
		{ "mx1.test", "mx1.test" }, { "mx1.test.", "mx1.test" },
		{ "127.0.0.1", NULL },      { "::1", NULL },
		{ "[::1]", NULL },          { "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct peer p = { .chain = { &plain_leaf, &middle } };
		struct tls_facts facts = facts_of(&p, cases[i].name);

		assert_int_equal(p.saw_sni, cases[i].sni != NULL);
		assert_string_equal(p.sni, cases[i].sni != NULL ? cases[i].sni : "");
		tls_facts_fini(&facts);
	}
}

static void names_old_versions(void **state)
{
	static const struct {
		int version;
		enum tls_version spoken;
		const char *name;
	} cases[] = {
		{ TLS1_VERSION, TLS_VERSION_1_0, "TLSv1" },
		{ TLS1_1_VERSION, TLS_VERSION_1_1, "TLSv1.1" },
		{ TLS1_2_VERSION, TLS_VERSION_1_2, "TLSv1.2" },
		{ TLS1_3_VERSION, TLS_VERSION_1_3, "TLSv1.3" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct client c = { .on_secured = client_close };
		struct peer p = { .chain = { &plain_leaf, &middle },
				  .version_min = cases[i].version,
				  .version_max = cases[i].version };

		c.context = context;
		shake(&c, &p, "mx1.test");
		assert_int_equal(c.secured, 1);
		assert_string_equal(c.facts.version, cases[i].name);
		assert_int_equal(c.facts.spoken, cases[i].spoken);
		assert_int_equal(c.facts.cert_faults, 0);
		tls_facts_fini(&c.facts);
	}
}

static void refuses_bad_stores(void **state)
{
	char empty[] = "/tmp/mailvane-ca-XXXXXX", dir[] = "/tmp/mailvane-dir-XXXXXX";
	char text[] = "/tmp/mailvane-ca-XXXXXX", error[300];
	const struct {
		struct tls_options options;
		const char *path, *why;
	} cases[] = {
		{ { .ca_file = "/nonexistent/ca.pem" },
		  "/nonexistent/ca.pem",
		  "No such file" },
		{ { .ca_file = empty }, empty, "is empty" },
		{ { .ca_file = text }, text, "no certificates in PEM form" },
		{ { .ca_file = dir }, dir, "is a directory" },
		{ { .ca_path = "/nonexistent" }, "/nonexistent", "No such file" },
		{ { .ca_path = dir }, dir, "openssl rehash" },
		{ { .ca_path = text }, text, "Not a directory" },
	};
	FILE *file;

	(void)state;
	close(mkstemp(empty));
	file = fdopen(mkstemp(text), "w");
	fputs("not a certificate\n", file);
	fclose(file);
	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_null(tls_context_new(&cases[i].options, error, sizeof(error)));
		if (strstr(error, cases[i].path) == NULL ||
		    strstr(error, cases[i].why) == NULL)
			fail_msg("%s", error);
	}
	unlink(empty);
	unlink(text);
	rmdir(dir);
	tls_context_free(NULL);
}

static void place_hashed(const char *dir, X509 *x, char path[300])
{
	FILE *file;

	snprintf(path, 300, "%s/%08lx.0", dir, X509_subject_name_hash(x));
	file = fopen(path, "w");
	assert_non_null(file);
	PEM_write_X509(file, x);
	fclose(file);
}

static unsigned faults_with(struct tls_context *c, const struct identity *issuer)
{
	const struct pki_options wish = { .name = "n", .san = "DNS:mx1.test" };
	struct identity leaf = pki_issue(&wish, issuer);
	struct client client = { .on_secured = client_close, .context = c };
	struct peer p = { .chain = { &leaf } };
	unsigned faults;

	shake(&client, &p, "mx1.test");
	assert_int_equal(client.secured, 1);
	faults = client.facts.cert_faults;
	tls_facts_fini(&client.facts);
	pki_drop(&leaf);
	return faults;
}

static void takes_a_hashed_directory(void **state)
{
	char dir[] = "/tmp/mailvane-dir-XXXXXX", path[300], error[300] = "";
	struct tls_options options = { .ca_path = dir };
	struct tls_context *c;

	(void)state;
	assert_non_null(mkdtemp(dir));
	place_hashed(dir, root.x, path);
	c = tls_context_new(&options, error, sizeof(error));
	assert_string_equal(error, "");
	assert_int_equal(faults_with(c, &root), 0);
	assert_int_equal(faults_with(c, &foreign_banner),
			 CERT_FAULT_BIT(FAULT_CERT_UNTRUSTED));
	tls_context_free(c);
	unlink(path);
	rmdir(dir);
}

/* What only the bundle knows is found too, though the directory is asked first. */
static void asks_directory_then_bundle(void **state)
{
	const struct identity *bundle[] = { &foreign_banner };
	char dir[] = "/tmp/mailvane-dir-XXXXXX", path[300], error[300];
	char *file = pki_file(bundle, 1);
	struct tls_options options = { 0 };
	struct tls_context *c;

	(void)state;
	assert_non_null(mkdtemp(dir));
	place_hashed(dir, root.x, path);
	setenv("SSL_CERT_DIR", dir, 1);
	setenv("SSL_CERT_FILE", file, 1);
	c = tls_context_new(&options, error, sizeof(error));
	assert_non_null(c);
	assert_int_equal(faults_with(c, &foreign_banner), 0);
	assert_int_equal(faults_with(c, &root), 0);
	tls_context_free(c);
	unlink(file);
	unlink(path);
	c = tls_context_new(&options, error, sizeof(error));
	assert_non_null(c);
	assert_int_equal(faults_with(c, &root), CERT_FAULT_BIT(FAULT_CERT_UNTRUSTED));
	tls_context_free(c);
	rmdir(dir);
	free(file);
	unsetenv("SSL_CERT_DIR");
	unsetenv("SSL_CERT_FILE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_chains),
		cmocka_unit_test(judges_names),
		cmocka_unit_test(names_what_it_carries),
		cmocka_unit_test(tells_the_facts),
		cmocka_unit_test(finds_the_earliest_end),
		cmocka_unit_test(keeps_a_hundred_names),
		cmocka_unit_test(sends_names_and_never_addresses),
		cmocka_unit_test(names_old_versions),
		cmocka_unit_test(refuses_bad_stores),
		cmocka_unit_test(takes_a_hashed_directory),
		cmocka_unit_test(asks_directory_then_bundle),
	};

	return cmocka_run_group_tests(tests, make_world, end_world);
}
