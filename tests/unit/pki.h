/* pki.h - certificates made on the spot, good and bad, by OpenSSL itself. */
#ifndef MAILVANE_PKI_H
#define MAILVANE_PKI_H

#include <stdbool.h>

#include <openssl/x509v3.h>

struct identity {
	X509 *x;
	EVP_PKEY *key;
};

enum { HOUR = 3600, DAY = 24 * HOUR };

/* Zero is a good server certificate for 90 days, P-256, SHA-256. */
struct pki_options {
	const char *name;   /* the CN; "": the subject has none; NULL: it is empty */
	const char *san;    /* "DNS:mx1.test,IP:127.0.0.1"; NULL: none */
	const char *key;    /* "P-256", "RSA:1024", ... */
	const char *digest; /* "SHA1", ... */
	const char *usage;  /* extended; NULL: serverAuth, "": none */
	/* Extensions as openssl.cnf has them; NULL: none. */
	const char *access;    /* authorityInfoAccess: "caIssuers;URI:http://..." */
	const char *authority; /* authorityKeyIdentifier: "keyid,issuer:always" */
	const char *feature;   /* tlsfeature: "status_request" */
	bool ca;
	long begin, end; /* seconds from now */
};

/* `issuer` NULL: self-signed. */
struct identity pki_issue(const struct pki_options *, const struct identity *issuer);
void pki_drop(struct identity *);

/* Writes certificates as PEM into a new temporary file whose name is returned; the caller
 * removes and frees it. */
char *pki_key_file(const struct identity *);
char *pki_file(const struct identity *const *, unsigned count);

#endif
