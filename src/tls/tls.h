/* tls.h - one TLS client context for a thread, and what a handshake has shown.
 *
 * The handshake is completed whatever the chain looks like; then chain, name, dates, key,
 * signature and purpose are judged each on its own and all findings kept. Old versions and
 * weak keys are negotiated too, so that they can be named instead of failing as "handshake".
 */
#ifndef MAILVANE_TLS_H
#define MAILVANE_TLS_H

#include "certificate.h"
#include "fault.h"
#include "pin.h"
#include "printable.h"

enum tls_version {
	TLS_VERSION_1_0,
	TLS_VERSION_1_1,
	TLS_VERSION_1_2,
	TLS_VERSION_1_3,
	TLS_VERSION_COUNT,
};

/* "TLSv1.0", ended by NULL. */
extern const char *const tls_version_names[TLS_VERSION_COUNT + 1];

struct tls_options {
	const char *ca_file; /* PEM bundle; NULL: see ca_path */
	const char *ca_path; /* hashed directory; both NULL: the system's store */
	/* Shown to servers that ask for one: a PEM file of the certificate and those above it,
	 * and one of its unencrypted key. Both or none. */
	const char *client_cert, *client_key;
	/* No roots are loaded and no chain is judged: cert_faults stay 0, the certificate's own
	 * facts are all there is. */
	bool unjudged;
	bool legacy_tls; /* TLS 1.0 and 1.1 and nothing newer */
};

/* Not to be shared between threads. */
struct tls_context;

/* NULL, and a sentence with file and reason in error (cap bytes), if the options cannot be
 * used. */
struct tls_context *tls_context_new(const struct tls_options *, char *error, size_t cap);
/* NULL does nothing. Streams made from it must be closed before. */
void tls_context_free(struct tls_context *);

enum { TLS_CIPHER_FLAW_MAX = 160 };

/* What is known of a name's TLSA records (RFC 7672), and of a server that was compared with
 * them. From DANE_UNCOMPARED on there are records, so that mail clients insist on TLS. */
enum dane {
	DANE_OFF,        /* not asked for, or the host is no name of DNS */
	DANE_UNKNOWN,    /* the resolver is not trusted to validate */
	DANE_ABSENT,     /* there is none, or the zone is not signed */
	DANE_FAILED,     /* could not be looked up */
	DANE_UNCOMPARED, /* no certificate was seen, or no record is one to compare with */
	DANE_INVALID,    /* none matches */
	DANE_VALID,      /* by an authority's (usage 2) */
	DANE_VALID_KEY,  /* by the server's own (usage 3): neither dates nor name count */
};

/* "off", "unknown", "absent", "failed", "unknown", "invalid", "valid", "valid". */
const char *dane_name(enum dane);

/* What one handshake has shown. */
struct tls_facts {
	const char *version;     /* static: "TLSv1.3"; NULL: no handshake */
	const char *cipher;      /* static, OpenSSL's name of it */
	enum tls_version spoken; /* the same, to compare; meaningless without */
	/* What RFC 9325 advises against in it; "" if nothing. Forbidden: by a MUST NOT. */
	char cipher_flaw[TLS_CIPHER_FLAW_MAX];
	bool cipher_forbidden;
	bool cert_asked;      /* the server asked for a certificate of ours */
	unsigned cert_faults; /* CERT_FAULT_BIT of each finding; never the one of
			       * FAULT_CERT_EXPIRING, which is the policy's to say */
	char detail
	    [PRINTABLE_MAX]; /* why, in words: "unable to get local issuer certificate:
				     * the intermediate 'CN=...' is missing"; "" if ok */
	char order[PRINTABLE_MAX]; /* what is odd about the certificates as they were sent,
				    * in words; no fault; "" if nothing is */
	struct certificate *certificate; /* held: release it; NULL: none shown */
	enum dane dane;                  /* DANE_OFF without TLSA records to compare with */
	/* The validity of the certificate that ends first in the verified chain; both 0 when
	 * no chain to a trusted root could be built. */
	struct moment chain_not_before, chain_not_after;
	/* The certificate above the server's own whose dates decide: of those that have expired the
	 * first to end, else of those not yet valid the last to begin, else the first to end in
	 * the verified chain. Held; NULL: the dates of the server's own decide. */
	struct certificate *decider;
	struct moment sent_not_after; /* the first end among all that the server sent */
};

void tls_facts_fini(struct tls_facts *);
/* For bytes that were copied: holds what the other holds. */
void tls_facts_hold(struct tls_facts *);

#endif
