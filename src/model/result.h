/* result.h - what one probe found, and the verdict on it. */
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
	RESULT_TLS = 1 << 0,              /* a TLS handshake was completed */
	RESULT_VERIFIED = 1 << 1,         /* the certificate is trusted and has the name */
	RESULT_LATE = 1 << 2,             /* the event loop was late while the probe ran */
	RESULT_CIPHER_FORBIDDEN = 1 << 3, /* FAULT_TLS_CIPHER is a MUST NOT of RFC 9325 */
	RESULT_CERT_ASKED = 1 << 4,       /* the server asked for a client certificate */
};

/* A value that holds its certificate and its transcript: copy it by result_copy. */
struct result {
	/* The verdict: the worst finding. verdict_decide sets it. */
	enum state state;
	enum fault fault;
	enum phase phase;

	/* The findings: the fault of the dialogue and those of the certificate, side by side. */
	enum fault dialogue_fault;
	enum phase dialogue_phase;
	unsigned cert_faults; /* CERT_FAULT_BIT of each */
	unsigned notices;     /* NOTICE_BIT of each, set by result_add_notice */

	enum dane dane;   /* as in struct tls_facts; without a handshake, from the lookup */
	unsigned flags;   /* enum result_flag */
	struct moment at; /* when the probe began */
	struct span took; /* the whole probe */
	struct span waited;              /* for a connection limit, before the probe */
	struct span phases[PHASE_COUNT]; /* ns < 0: not reached */
	struct address address;          /* AF_UNSPEC when no connection was tried */

	int code; /* of the reply with the fault, or of the greeting */
	char enhanced[DIALOGUE_CODE_MAX];     /* as in struct outcome */
	int64_t messages;                     /* in the mailbox; -1: not asked */
	struct capability_set capability_set; /* what it offered; a slot does not keep it */
	struct drift drift;
	struct moment held_until; /* no login is tried before; ms 0: logins are not held */

	const char *tls_version, *tls_cipher;            /* static; NULL without TLS */
	struct certificate *certificate;                 /* held */
	struct certificate *decider;                     /* as in struct tls_facts; held */
	struct moment chain_not_before, chain_not_after; /* as in struct tls_facts */
	struct moment sent_not_after;  /* as there; a slot does not keep it (0) */
	struct transcript *transcript; /* held; NULL: not kept */

	/* At the end, because most are empty and a slot stores only their text. */
	char text[PRINTABLE_MAX];          /* the server's reply, or our reason when it was
					  * not reached ("NXDOMAIN") */
	char cert_detail[PRINTABLE_MAX];   /* why the certificate is not trusted */
	char notice_detail[PRINTABLE_MAX]; /* all notices in words */
};

/* A result with no facts and no phase reached. */
void result_init(struct result *, struct moment at);
/* Adds a notice with a text that is made printable and cut to fit; "" for none. */
void result_add_notice(struct result *, enum fault notice, const char *words);
/* Copies the facts of a TLS handshake. */
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
/* After a copy of the bytes: makes the copy hold the certificate and the transcript, too. */
void result_hold(struct result *);
/* Copies a result; `to` must hold nothing. */
void result_copy(struct result *to, const struct result *from);

#endif
