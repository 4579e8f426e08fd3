/* chain.h - the judgement on a certificate chain: every finding, not only the first. */
#ifndef MAILVANE_CHAIN_H
#define MAILVANE_CHAIN_H

#include "dns_records.h"
#include "tls.h"
#include "x509_facts.h"

#include <openssl/x509.h>

struct chain_options {
	const char *name; /* of the server: DNS name or IP literal, no dot at the end */
	const char
	    *store_note; /* added to "untrusted": what is odd about our own store; "" */
	const struct pins *pins;                /* NULL: none */
	const struct dns_records *tlsa;         /* NULL: none */
	struct certificate_table *certificates; /* where the decider's facts come from */
};

/* With pins a chain is trusted that has one of their keys and is signed from there down to the
 * server's certificate, whatever is above; and no other.
 *
 * With TLSA records one of them must match, else FAULT_CERT_DANE; then the roots do not count. By a
 * record of the server's own nothing else counts either but how strong the keys are (RFC 7671
 * section 5.1).
 *
 * Verifies what OpenSSL has prepared in the context and writes cert_faults, detail, the
 * dates of the chain and its decider into the facts, whose certificate (the leaf's facts) is set already. */
void chain_judge(X509_STORE_CTX *, const struct chain_options *, struct tls_facts *);

#endif
