/* x509_facts.h - from OpenSSL's certificate to the facts the rest of the program knows. */
#ifndef MAILVANE_X509_FACTS_H
#define MAILVANE_X509_FACTS_H

#include "certificate.h"

#include <openssl/x509.h>

/* One holder: the caller. NULL: out of memory. */
struct certificate *certificate_of_x509(const X509 *);

/* ms 0 for NULL and for what is no date. */
struct moment x509_moment(const ASN1_TIME *);
/* The two ends of its validity; ms 0 for a date that is none. */
struct moment x509_not_before(const X509 *);
struct moment x509_not_after(const X509 *);

/* "RSA", "EC", "ED25519", ...; "unknown". Static. */
const char *x509_key_kind(const EVP_PKEY *);

/* The last certificates seen, by fingerprint, so that their texts are made once. */
struct certificate_table;

struct certificate_table *certificate_table_new(void);
void certificate_table_free(struct certificate_table *);

/* Held for the caller. NULL: out of memory. */
struct certificate *certificate_table_get(struct certificate_table *, const X509 *);

#endif
