/* authority.c - a throw-away certificate authority.
 *
 * Read the table of kinds first: each row is a kind of server certificate. A root and
 * five intermediates (good, expired, expiring, of a root nobody trusts, RSA) stand above them.
 */
#include "authority.h"

#include "buffer.h"
#include "stapling.h"
#include "suggest.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum key_kind { KEY_P256, KEY_P384, KEY_RSA_1024, KEY_RSA_2048 };

enum issuer {
	ISSUER_GOOD,
	ISSUER_EXPIRED,
	ISSUER_EXPIRING,
	ISSUER_STRANGER,
	ISSUER_RSA, /* made when it is wanted, for it takes time */
	ISSUER_COUNT
};

enum kind_flag {
	KIND_SELF_SIGNED = 1 << 0,
	KIND_BARE = 1 << 1, /* the intermediate is not sent */
	KIND_SHA1 = 1 << 2,
	KIND_CLIENT = 1 << 3, /* extended key usage: client, not server */
	KIND_NO_SAN = 1 << 4, /* the name stands in the subject only */
	KIND_STRANGE_ROOT = 1 << 5,
	KIND_MD5 = 1 << 6,
	KIND_ROOT_LAST = 1 << 7,  /* the root is sent, too */
	KIND_ROOT_FIRST = 1 << 8, /* and before the intermediate */
	KIND_MUST_STAPLE = 1 << 9,
	KIND_STAPLE_SHIFT = 10, /* above it stands enum staple */
};

#define KIND_STAPLE(which) ((unsigned)(which) << KIND_STAPLE_SHIFT)
#define KIND_BOUND(which)  (KIND_MUST_STAPLE | KIND_STAPLE(which))

enum { DAY = 86400 };

struct kind {
	const char *name;
	enum issuer issuer;
	enum key_kind key;
	int64_t from, until; /* days from now */
	unsigned flags;
	const char *names; /* NULL: those of the scenario */
	const char *words;
};

/* clang-format off */
static const struct kind kinds[] = {
	{ "good", ISSUER_GOOD, KEY_P256, -1, 89, 0, NULL, "nothing wrong, 89 of 90 days left" },
	{ "good-rsa", ISSUER_GOOD, KEY_RSA_2048, -1, 89, 0, NULL, "good, with an RSA key" },
	{ "good-p384", ISSUER_GOOD, KEY_P384, -1, 89, 0, NULL, "good, with a P-384 key" },
	{ "wildcard", ISSUER_GOOD, KEY_P256, -1, 89, 0, "*.demo.test", "good, for *.demo.test" },
	{ "expired", ISSUER_GOOD, KEY_P256, -93, -3, 0, NULL, "ended three days ago" },
	{ "expiring", ISSUER_GOOD, KEY_P256, -87, 3, 0, NULL, "ends in three days" },
	{ "not-yet-valid", ISSUER_GOOD, KEY_P256, 2, 92, 0, NULL, "begins in two days" },
	{ "wrong-name", ISSUER_GOOD, KEY_P256, -1, 89, 0, "other.example,192.0.2.1",
	  "for other.example" },
	{ "no-san", ISSUER_GOOD, KEY_P256, -1, 89, KIND_NO_SAN, NULL,
	  "its name in the subject only" },
	{ "self-signed", ISSUER_GOOD, KEY_P256, -1, 89, KIND_SELF_SIGNED, NULL,
	  "signed by itself" },
	{ "missing-intermediate", ISSUER_GOOD, KEY_P256, -1, 89, KIND_BARE, NULL,
	  "sent without the certificate between it and the root" },
	{ "untrusted", ISSUER_STRANGER, KEY_P256, -1, 89, 0, NULL, "of another root" },
	{ "strange-root", ISSUER_STRANGER, KEY_P256, -1, 89, KIND_STRANGE_ROOT, NULL,
	  "of another root, which is sent too" },
	{ "expired-intermediate", ISSUER_EXPIRED, KEY_P256, -93, 89, 0, NULL,
	  "good, its intermediate has ended" },
	{ "expiring-intermediate", ISSUER_EXPIRING, KEY_P256, -87, 89, 0, NULL,
	  "good, its intermediate ends in three days" },
	{ "weak", ISSUER_GOOD, KEY_RSA_1024, -1, 89, 0, NULL, "an RSA key of 1024 bits" },
	{ "sha1", ISSUER_GOOD, KEY_P256, -1, 89, KIND_SHA1, NULL, "signed with SHA-1" },
	{ "md5", ISSUER_RSA, KEY_P256, -1, 89, KIND_MD5, NULL, "signed with MD5" },
	{ "out-of-order", ISSUER_GOOD, KEY_P256, -1, 89, KIND_ROOT_FIRST, NULL,
	  "good, the root sent before the intermediate" },
	{ "root-sent", ISSUER_GOOD, KEY_P256, -1, 89, KIND_ROOT_LAST, NULL,
	  "good, the root sent too" },
	{ "must-staple-good", ISSUER_GOOD, KEY_P256, -1, 89, KIND_BOUND(STAPLE_GOOD), NULL,
	  "asks for an OCSP staple and has a good one" },
	{ "must-staple-missing", ISSUER_GOOD, KEY_P256, -1, 89, KIND_BOUND(STAPLE_NONE), NULL,
	  "asks for an OCSP staple and has none" },
	{ "must-staple-expired", ISSUER_GOOD, KEY_P256, -1, 89, KIND_BOUND(STAPLE_EXPIRED), NULL,
	  "asks for an OCSP staple, which has ended" },
	{ "must-staple-early", ISSUER_GOOD, KEY_P256, -1, 89, KIND_BOUND(STAPLE_EARLY), NULL,
	  "asks for an OCSP staple, which begins tomorrow" },
	{ "must-staple-revoked", ISSUER_GOOD, KEY_P256, -1, 89, KIND_BOUND(STAPLE_REVOKED), NULL,
	  "revoked, as its OCSP staple says" },
	{ "must-staple-unknown", ISSUER_GOOD, KEY_P256, -1, 89, KIND_BOUND(STAPLE_UNKNOWN), NULL,
	  "not known to its authority, as its OCSP staple says" },
	{ "must-staple-other", ISSUER_GOOD, KEY_P256, -1, 89, KIND_BOUND(STAPLE_OTHER), NULL,
	  "has the OCSP staple of another" },
	{ "must-staple-foreign", ISSUER_GOOD, KEY_P256, -1, 89, KIND_BOUND(STAPLE_FOREIGN), NULL,
	  "has an OCSP staple it has signed itself" },
	{ "must-staple-error", ISSUER_GOOD, KEY_P256, -1, 89, KIND_BOUND(STAPLE_ERROR), NULL,
	  "its OCSP staple is an error" },
	{ "must-staple-garbage", ISSUER_GOOD, KEY_P256, -1, 89, KIND_BOUND(STAPLE_GARBAGE), NULL,
	  "its OCSP staple is none" },
	{ "staple-garbage", ISSUER_GOOD, KEY_P256, -1, 89, KIND_STAPLE(STAPLE_GARBAGE), NULL,
	  "good; an OCSP staple nobody asks for is none" },
	{ "staple-revoked", ISSUER_GOOD, KEY_P256, -1, 89, KIND_STAPLE(STAPLE_REVOKED), NULL,
	  "revoked, as an OCSP staple says that nobody asks for" },
	{ "wrong-purpose", ISSUER_GOOD, KEY_P256, -1, 89, KIND_CLIENT, NULL,
	  "for clients, not for servers" },
};
/* clang-format on */

struct identity {
	EVP_PKEY *key;
	X509 *certificate;
};

struct authority {
	const struct scenario *scenario;
	struct identity root, foreign_banner;
	struct identity issuers[ISSUER_COUNT];
	struct identity leaves[ARRAY_SIZE(kinds)];
};

static bool fail(const char *what)
{
	unsigned long code = ERR_get_error();

	fprintf(stderr, "mailsim: certificate authority: %s: %s\n", what,
		code == 0 ? "failed" : ERR_reason_error_string(code));
	return false;
}

static EVP_PKEY *key_new(enum key_kind kind)
{
	switch (kind) {
	case KEY_P384:
		return EVP_EC_gen("P-384");
	case KEY_RSA_1024:
		return EVP_RSA_gen(1024);
	case KEY_RSA_2048:
		return EVP_RSA_gen(2048);
	case KEY_P256:
		break;
	}
	return EVP_EC_gen("P-256");
}

static bool name_in_subject(X509 *x, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(x);

	return X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC,
					  (const unsigned char *)"mailsim throw-away", -1,
					  -1, 0) == 1 &&
	       X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
					  (const unsigned char *)name, -1, -1, 0) == 1;
}

static bool extend(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool ok;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, issuer, x, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	if (extension == NULL)
		return fail(value);
	ok = X509_add_ext(x, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

/* What every certificate has: version, serial, dates (seconds from now), subject, key. */
static X509 *blank(EVP_PKEY *key, const char *name, int64_t from, int64_t until)
{
	X509 *x = X509_new();
	unsigned char serial[12];
	BIGNUM *number;
	bool ok;

	if (x == NULL || RAND_bytes(serial, sizeof(serial)) != 1)
		goto fail;
	serial[0] &= 0x7f;
	number = BN_bin2bn(serial, sizeof(serial), NULL);
	ok = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x)) != NULL;
	BN_free(number);
	if (!ok || X509_set_version(x, 2) != 1 ||
	    X509_gmtime_adj(X509_getm_notBefore(x), (long)from) == NULL ||
	    X509_gmtime_adj(X509_getm_notAfter(x), (long)until) == NULL ||
	    !name_in_subject(x, name) || X509_set_pubkey(x, key) != 1)
		goto fail;
	return x;
fail:
	fail(name);
	X509_free(x);
	return NULL;
}

/* Names it after its issuer and signs it; NULL issuer: itself. */
static bool sign(struct identity *self, const struct identity *issuer, const EVP_MD *digest)
{
	if (issuer == NULL)
		issuer = self;
	if (X509_set_issuer_name(self->certificate,
				 X509_get_subject_name(issuer->certificate)) != 1)
		return fail("issuer name");
	if (!extend(self->certificate, issuer->certificate, NID_subject_key_identifier,
		    "hash") ||
	    !extend(self->certificate, issuer->certificate, NID_authority_key_identifier,
		    "keyid:always"))
		return false;
	if (X509_sign(self->certificate, issuer->key, digest) == 0)
		return fail("signing");
	return true;
}

static bool found_with(enum key_kind key, struct identity *self,
		       const struct identity *issuer, const char *name, int64_t from_days,
		       int64_t until_days)
{
	self->key = key_new(key);
	if (self->key == NULL)
		return fail("key");
	self->certificate = blank(self->key, name, from_days * DAY, until_days * DAY);
	return self->certificate != NULL &&
	       extend(self->certificate, NULL, NID_basic_constraints,
		      issuer == NULL ? "critical,CA:TRUE" : "critical,CA:TRUE,pathlen:0") &&
	       extend(self->certificate, NULL, NID_key_usage,
		      "critical,keyCertSign,cRLSign") &&
	       sign(self, issuer, EVP_sha256());
}

static bool found(struct identity *self, const struct identity *issuer, const char *name,
		  int64_t from_days, int64_t until_days)
{
	return found_with(KEY_P256, self, issuer, name, from_days, until_days);
}

/* "a.test,127.0.0.1" as "DNS:a.test,IP:127.0.0.1". */
static void alternative_names(const char *names, struct buffer *text)
{
	struct view rest = view_of(names);

	while (rest.n > 0) {
		const char *comma = memchr(rest.p, ',', rest.n);
		size_t n = comma == NULL ? rest.n : (size_t)(comma - rest.p);
		char one[256];
		struct in6_addr any;
		bool address;

		snprintf(one, sizeof(one), "%.*s", (int)n, rest.p);
		address = inet_pton(AF_INET, one, &any) == 1 ||
			  inet_pton(AF_INET6, one, &any) == 1;
		buffer_format(text, "%s%s:%s", text->n == 0 ? "" : ",",
			      address ? "IP" : "DNS", one);
		rest = view_skip(rest, n + 1);
	}
}

static void scenario_names(const struct scenario *sc, struct buffer *text)
{
	for (unsigned i = 0; i < sc->name_count; i++)
		buffer_format(text, "%s%s", i == 0 ? "" : ",", sc->names[i]);
}

/* The name that stands in the subject: the first. */
static const char *first_name(const char *names, char one[64])
{
	snprintf(one, 64, "%.*s", (int)strcspn(names, ","), names);
	return one;
}

static bool leaf_extensions(X509 *x, const struct kind *kind, const char *names)
{
	char storage[4096];
	struct buffer text;

	buffer_init(&text, storage, sizeof(storage));
	alternative_names(names, &text);
	if (text.full) {
		fprintf(stderr, "mailsim: too many names for a certificate\n");
		return false;
	}
	if (kind->flags & KIND_BARE &&
	    !extend(x, NULL, NID_info_access,
		    "caIssuers;URI:http://ca.demo.test/above.crt"))
		return false;
	if (kind->flags & KIND_MUST_STAPLE &&
	    !extend(x, NULL, NID_tlsfeature, "status_request"))
		return false;
	return extend(x, NULL, NID_basic_constraints, "critical,CA:FALSE") &&
	       extend(x, NULL, NID_key_usage,
		      "critical,digitalSignature,keyEncipherment") &&
	       extend(x, NULL, NID_ext_key_usage,
		      kind->flags & KIND_CLIENT ? "clientAuth" : "serverAuth") &&
	       (kind->flags & KIND_NO_SAN ||
		extend(x, NULL, NID_subject_alt_name, buffer_string(&text)));
}

static const EVP_MD *digest_of(const struct kind *kind)
{
	if (kind->flags & KIND_MD5)
		return EVP_md5();
	return kind->flags & KIND_SHA1 ? EVP_sha1() : EVP_sha256();
}

/* NULL: none could be made. */
static const struct identity *issuer_of(struct authority *a, const struct kind *kind)
{
	struct identity *issuer = &a->issuers[kind->issuer];

	if (issuer->certificate == NULL &&
	    !found_with(KEY_RSA_2048, issuer, &a->root, "mailsim RSA", -100, 1825))
		return NULL;
	return issuer;
}

static bool leaf_make(struct authority *a, const struct kind *kind, const char *names,
		      int64_t from, int64_t until, struct identity *self)
{
	const struct identity *issuer = issuer_of(a, kind);
	char storage[2048], one[64];
	struct buffer text;

	if (issuer == NULL)
		return false;
	buffer_init(&text, storage, sizeof(storage));
	scenario_names(a->scenario, &text);
	if (names == NULL)
		names = buffer_string(&text);
	self->key = key_new(kind->key);
	if (self->key == NULL)
		return fail("key");
	self->certificate = blank(self->key, first_name(names, one), from, until);
	return self->certificate != NULL &&
	       leaf_extensions(self->certificate, kind, names) &&
	       sign(self, kind->flags & KIND_SELF_SIGNED ? NULL : issuer, digest_of(kind));
}

static void identity_fini(struct identity *i)
{
	EVP_PKEY_free(i->key);
	X509_free(i->certificate);
	*i = (struct identity){ 0 };
}

struct authority *authority_new(const struct scenario *scenario)
{
	struct authority *a = OPENSSL_zalloc(sizeof(*a));
	struct identity *i;

	if (a == NULL)
		return NULL;
	a->scenario = scenario;
	i = a->issuers;
	if (!found(&a->root, NULL, "mailsim root", -100, 3650) ||
	    !found(&a->foreign_banner, NULL, "mailsim stranger", -100, 3650) ||
	    !found(&i[ISSUER_GOOD], &a->root, "mailsim intermediate", -100, 1825) ||
	    !found(&i[ISSUER_EXPIRED], &a->root, "mailsim ended", -100, -3) ||
	    !found(&i[ISSUER_EXPIRING], &a->root, "mailsim ending", -100, 3) ||
	    !found(&i[ISSUER_STRANGER], &a->foreign_banner, "mailsim strange", -100,
		   1825)) {
		authority_free(a);
		return NULL;
	}
	return a;
}

void authority_free(struct authority *a)
{
	if (a == NULL)
		return;
	identity_fini(&a->root);
	identity_fini(&a->foreign_banner);
	for (size_t i = 0; i < ISSUER_COUNT; i++)
		identity_fini(&a->issuers[i]);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		identity_fini(&a->leaves[i]);
	OPENSSL_free(a);
}

bool authority_publish(struct authority *a, const char *dir)
{
	char path[4096];
	FILE *file;
	bool ok;

	if (mkdir(dir, 0755) != 0 && errno != EEXIST) {
		fprintf(stderr, "mailsim: %s: %s\n", dir, strerror(errno));
		return false;
	}
	snprintf(path, sizeof(path), "%s/ca.pem", dir);
	file = fopen(path, "we");
	if (file == NULL) {
		fprintf(stderr, "mailsim: %s: %s\n", path, strerror(errno));
		return false;
	}
	ok = PEM_write_X509(file, a->root.certificate) == 1;
	if (fclose(file) != 0 || !ok)
		return fail(path);
	return true;
}

static const struct kind *kind_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (view_equal(view_of(name), kinds[i].name))
			return &kinds[i];
	return NULL;
}

/* The chain in the order it is sent in; returns how many stand above the server's own. */
static int chain_of(const struct authority *a, const struct kind *kind, X509 *ret_chain[3])
{
	int n = 0;

	if (kind->flags & (KIND_SELF_SIGNED | KIND_BARE))
		return 0;
	if (kind->flags & KIND_ROOT_FIRST)
		ret_chain[n++] = a->root.certificate;
	ret_chain[n++] = a->issuers[kind->issuer].certificate;
	if (kind->flags & KIND_ROOT_LAST)
		ret_chain[n++] = a->root.certificate;
	if (kind->flags & KIND_STRANGE_ROOT)
		ret_chain[n++] = a->foreign_banner.certificate;
	return n;
}

static bool install(const struct authority *a, const struct kind *kind,
		    const struct identity *leaf, SSL_CTX *context)
{
	X509 *chain[3];
	int n = chain_of(a, kind, chain);

	if (SSL_CTX_use_certificate(context, leaf->certificate) != 1 ||
	    SSL_CTX_use_PrivateKey(context, leaf->key) != 1)
		return fail(kind->name);
	for (int i = 0; i < n; i++)
		if (SSL_CTX_add1_chain_cert(context, chain[i]) != 1)
			return fail(kind->name);
	if (!staple_install(context, (enum staple)(kind->flags >> KIND_STAPLE_SHIFT),
			    a->issuers[kind->issuer].certificate,
			    a->issuers[kind->issuer].key))
		return fail("OCSP staple");
	return true;
}

/* A certificate the scenario describes is made anew for each context: few have more than
 * one. */
static bool furnish_planned(struct authority *a, const struct certificate_plan *plan,
			    SSL_CTX *context)
{
	const struct kind *kind = kind_find(plan->kind);
	struct identity leaf = { 0 };
	int64_t from = plan->from, until = plan->until;
	bool ok;

	if (kind == NULL) {
		fprintf(stderr, "mailsim: certificate %s: unknown kind '%s'\n", plan->name,
			plan->kind);
		return false;
	}
	if (from == 0 && until == 0) {
		from = kind->from * DAY;
		until = kind->until * DAY;
	}
	ok = leaf_make(a, kind, plan->names == NULL ? kind->names : plan->names, from,
		       until, &leaf) &&
	     install(a, kind, &leaf, context);
	identity_fini(&leaf);
	return ok;
}

bool authority_furnish(struct authority *a, const char *name, SSL_CTX *context)
{
	const struct kind *kind = kind_find(name);
	struct identity *leaf;
	const char *near;
	size_t count;

	for (const struct certificate_plan *p = a->scenario->certificates; p != NULL;
	     p = p->next)
		if (view_equal(view_of(name), p->name))
			return furnish_planned(a, p, context);
	if (kind == NULL) {
		const char *const *names = authority_kinds(&count);

		near = suggest_word(view_of(name), names, count);
		fprintf(stderr, "mailsim: unknown certificate '%s'; %s%s\n", name,
			near == NULL ? "`mailsim --help` lists them" : "did you mean ",
			near == NULL ? "" : near);
		return false;
	}
	leaf = &a->leaves[kind - kinds];
	if (leaf->certificate == NULL &&
	    !leaf_make(a, kind, kind->names, kind->from * DAY, kind->until * DAY, leaf))
		return false;
	return install(a, kind, leaf, context);
}

const char *const *authority_kinds(size_t *ret_count)
{
	static const char *names[ARRAY_SIZE(kinds)];

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		names[i] = kinds[i].name;
	*ret_count = ARRAY_SIZE(kinds);
	return names;
}

const char *authority_words(size_t kind)
{
	return kinds[kind].words;
}
