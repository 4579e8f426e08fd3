/* result.h - what one probe found: facts first, then the verdict on them. */
#ifndef MAILVANE_RESULT_H
#define MAILVANE_RESULT_H

#include "address.h"
#include "certificate.h"
#include "drift.h"
#include "fault.h"
#include "instant.h"
#include "printable.h"
#include "state.h"
#include "tls.h"
#include "transcript.h"

enum result_flag {
	RESULT_TLS = 1 << 0, /* a handshake was done */
	RESULT_VERIFIED =
	    1 << 1,           /* a chain to a trusted root exists and the name is right */
	RESULT_LATE = 1 << 2, /* our own event loop was behind while it ran */
	RESULT_CIPHER_FORBIDDEN = 1 << 3, /* FAULT_TLS_CIPHER is a MUST NOT of RFC 9325 */
	RESULT_CERT_ASKED = 1 << 4,       /* the server asked for a certificate of ours */
};

/* By value; holds its certificate and its transcript. */
struct result {
	/* The verdict: the worst finding. Both front ends show these. */
	enum state state;
	enum fault fault;
	enum phase phase;

	/* The dialogue's own fault and the certificate's, side by side. */
	enum fault dialogue_fault;
	enum phase dialogue_phase;
	unsigned cert_faults; /* CERT_FAULT_BIT set, FAULT_CERT_EXPIRING included */
	unsigned notices;     /* NOTICE_BIT set, by result_note */

	enum dane dane;   /* as in struct tls_facts, and what came before the handshake */
	unsigned flags;   /* enum result_flag */
	struct moment at; /* when the probe began */
	struct span took;
	struct span waited; /* for a place among the connections (gate.h), before that */
	struct span phases[PHASE_COUNT]; /* ns < 0: not reached */
	struct address address;          /* AF_UNSPEC when no connection was tried */

	int code; /* of the reply that decided, or of the greeting */
	char enhanced[DIALOGUE_CODE_MAX];     /* as in struct outcome */
	int64_t messages;                     /* in the mailbox; -1: not asked */
	struct capability_set capability_set; /* heard this time; a slot does not keep it */
	struct drift drift;
	struct moment held_until; /* no login before; ms 0: the breaker holds none */

	const char *tls_version, *tls_cipher;            /* static; NULL without TLS */
	struct certificate *certificate;                 /* held */
	struct certificate *decider;                     /* as in struct tls_facts; held */
	struct moment chain_not_before, chain_not_after; /* as in struct tls_facts */
	struct moment sent_not_after;  /* as there; 0 in a slot, which does not keep it */
	struct transcript *transcript; /* held; NULL: not kept */

	/* Last, because most are empty: a slot keeps only what is in them. */
	char text[PRINTABLE_MAX];          /* the server's words, or ours for what never
					  * reached it ("NXDOMAIN", "no route to host") */
	char cert_detail[PRINTABLE_MAX];   /* why the certificate is not trusted */
	char notice_detail[PRINTABLE_MAX]; /* all notices in words */
};

/* Nothing known yet, no phase reached. */
void result_init(struct result *, struct moment at);
/* Adds a notice, with words for it that are cleaned and capped here; "" for none. */
void result_note(struct result *, enum fault notice, const char *words);
/* What a handshake has shown. */
void result_take_tls(struct result *, const struct tls_facts *);
/* The dates that count: of the certificate that ends first in the verified chain; of the expired
 * one in a chain that could not be verified; else the server's own. ms 0: it showed none. */
struct moment result_certificate_begin(const struct result *);
struct moment result_certificate_end(const struct result *);
/* The certificate above the server's own to which a date belongs that
 * result_certificate_end gave; NULL: it is the server's own. */
const struct certificate *result_certificate_above(const struct result *);
/* Releases what it holds. */
void result_fini(struct result *);
/* For bytes that were copied: holds what the other holds. */
void result_hold(struct result *);
/* A second holder of the same facts; `to` must be uninitialised or finished. */
void result_copy(struct result *to, const struct result *from);

#endif
