/* pki.c - what fails here is a broken OpenSSL, so it ends the test program. */
#include "pki.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "pki: cannot %s\n", what);
	abort();
}

static EVP_PKEY *make_key(const char *kind)
{
	if (kind == NULL)
		kind = "P-256";
	if (strncmp(kind, "RSA:", 4) == 0)
		return EVP_RSA_gen((unsigned)atoi(kind + 4));
	if (strcmp(kind, "ED25519") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, kind);
	return EVP_EC_gen(kind);
}

static void set_name(X509_NAME *name, const char *cn)
{
	static const unsigned char organisation[] = "Test";

	if (cn == NULL)
		return;
	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, organisation, -1, -1, 0);
	if (cn[0] != '\0')
		X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
					   (const unsigned char *)cn, -1, -1, 0);
}

static void add(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	need(extension != NULL && X509_add_ext(x, extension, -1) == 1, value);
	X509_EXTENSION_free(extension);
}

static void add_extensions(X509 *x, X509 *issuer, const struct pki_options *w)
{
	add(x, issuer, NID_basic_constraints, w->ca ? "critical,CA:TRUE" : "CA:FALSE");
	if (w->ca)
		add(x, issuer, NID_key_usage,
		    "critical,keyCertSign,cRLSign,digitalSignature");
	else if (w->usage == NULL || w->usage[0] != '\0')
		add(x, issuer, NID_ext_key_usage,
		    w->usage != NULL ? w->usage : "serverAuth");
	add(x, issuer, NID_subject_key_identifier, "hash");
	if (w->san != NULL)
		add(x, issuer, NID_subject_alt_name, w->san);
	if (w->access != NULL)
		add(x, issuer, NID_info_access, w->access);
	if (w->authority != NULL)
		add(x, issuer, NID_authority_key_identifier, w->authority);
	if (w->feature != NULL)
		add(x, issuer, NID_tlsfeature, w->feature);
}

struct identity pki_issue(const struct pki_options *w, const struct identity *issuer)
{
	static long serial = 0x1000;
	struct identity id = { X509_new(), make_key(w->key) };
	X509 *by = issuer != NULL ? issuer->x : id.x;
	EVP_PKEY *key = issuer != NULL ? issuer->key : id.key;
	const EVP_MD *digest =
	    EVP_get_digestbyname(w->digest != NULL ? w->digest : "SHA256");

	need(id.x != NULL && id.key != NULL, "make a key");
	X509_set_version(id.x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(id.x), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(id.x), w->begin != 0 ? w->begin : -HOUR);
	X509_gmtime_adj(X509_getm_notAfter(id.x), w->end != 0 ? w->end : 90 * DAY);
	set_name(X509_get_subject_name(id.x), w->name);
	X509_set_issuer_name(id.x, X509_get_subject_name(by));
	X509_set_pubkey(id.x, id.key);
	add_extensions(id.x, by, w);
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519)
		digest = NULL;
	need(X509_sign(id.x, key, digest) > 0, "sign");
	return id;
}

void pki_drop(struct identity *id)
{
	X509_free(id->x);
	EVP_PKEY_free(id->key);
	*id = (struct identity){ 0 };
}

static FILE *open_file(char **ret_path)
{
	FILE *file;

	*ret_path = strdup("/tmp/mailvane-pki-XXXXXX");
	need(*ret_path != NULL, "name a file");
	file = fdopen(mkstemp(*ret_path), "w");
	need(file != NULL, "make a file");
	return file;
}

char *pki_file(const struct identity *const *ids, unsigned count)
{
	char *path;
	FILE *file = open_file(&path);

	for (unsigned i = 0; i < count; i++)
		need(PEM_write_X509(file, ids[i]->x) == 1, "write a certificate");
	fclose(file);
	return path;
}

char *pki_key_file(const struct identity *id)
{
	char *path;
	FILE *file = open_file(&path);

	need(PEM_write_PrivateKey(file, id->key, NULL, NULL, 0, NULL, NULL) == 1,
	     "write a key");
	fclose(file);
	return path;
}
