/* fault.h - the words for where a probe was and what went wrong.
 *
 * The same words stand in code, plugin output, metric labels, JSON and documents. A probe
 * ends in one pair (fault, phase); the certificate adds a set of faults of its own, and
 * what is odd without being in the way a set of notices.
 */
#ifndef MAILVANE_FAULT_H
#define MAILVANE_FAULT_H

#include "view.h"

enum phase {
	PHASE_DNS,
	PHASE_CONNECT,
	PHASE_GREETING,
	PHASE_CAPABILITY,
	PHASE_STARTTLS,
	PHASE_TLS,
	PHASE_AUTH,
	PHASE_MAILBOX,
	PHASE_QUIT,
	PHASE_COUNT,
};

enum fault {
	FAULT_OK,
	FAULT_TIMEOUT,     /* no answer within the deadline */
	FAULT_DNS_FAILURE, /* the name does not exist or the resolver failed */
	FAULT_NO_ADDRESS,  /* the name exists but has no address of the wanted kind */
	FAULT_REFUSED,     /* ECONNREFUSED */
	FAULT_UNREACHABLE, /* no route, host or net unreachable */
	FAULT_RESET,       /* ECONNRESET, EPIPE */
	FAULT_CLOSED,      /* the server hung up in mid-dialogue */
	FAULT_PROTOCOL,    /* not the protocol we came for */
	FAULT_INJECTION,   /* bytes behind the answer to STARTTLS */
	FAULT_LIMIT,       /* a line, reply or session longer than we accept */
	FAULT_REJECTED,    /* a well-formed, permanent no */
	FAULT_UNAVAILABLE, /* the server says it is closing or its backend is away */
	FAULT_TEMPFAIL,    /* a temporary no */
	FAULT_THROTTLED,   /* too many connections or too often, by its own words */
	FAULT_STARTTLS_UNAVAILABLE, /* not offered */
	FAULT_STARTTLS_REFUSED,     /* offered, then refused */
	FAULT_TLS_HANDSHAKE,
	FAULT_TLS_VERSION, /* no TLS version in common, or one below the policy */
	FAULT_CLIENT_CERT, /* the server wants a certificate from us */
	FAULT_CERT_EXPIRED,
	FAULT_CERT_EXPIRING,
	FAULT_CERT_NOT_YET_VALID,
	FAULT_CERT_NAME,
	FAULT_CERT_UNTRUSTED,
	FAULT_CERT_WEAK,
	FAULT_CERT_PURPOSE,
	FAULT_CERT_STAPLE, /* none or a bad one where the certificate asks for it; revoked */
	FAULT_CERT_DANE,   /* the TLSA records do not match, or could not be had */
	FAULT_CERT_ORDER,  /* sent out of order, or with more than the chain: tolerated */
	FAULT_CERT_DIFFERS, /* renewed: another place of the server shows a newer one */
	FAULT_TLS_CIPHER,   /* a cipher suite that RFC 9325 advises against */
	FAULT_TLS_OBSOLETE, /* TLS 1.0 or 1.1 is accepted as well (RFC 8996) */
	FAULT_CAPABILITY_CHANGED, /* not what was offered before */
	FAULT_ALERT,              /* words meant for a human: IMAP's [ALERT] */
	FAULT_DNS_PARTIAL,   /* one family was found, the question for the other failed */
	FAULT_AUTH_FAILED,   /* wrong user or password */
	FAULT_AUTH_TEMPFAIL, /* the login backend is in trouble */
	FAULT_AUTH_UNSUPPORTED,  /* no mechanism in common, or none we may use here */
	FAULT_AUTH_SERVER_PROOF, /* it does not know the password either (RFC 5802) */
	FAULT_AUTH_SUSPENDED,    /* not tried: failed lately */
	FAULT_IN_USE,            /* the mailbox is locked by another session */
	FAULT_LOGIN_DELAY,       /* logged in again too soon (RFC 2449 section 8.1.1) */
	FAULT_WAITING, /* our limits on connections left no place for it in time */
	FAULT_RESOLVER_UNAVAILABLE, /* none of our own name servers answers or all refuse */
	FAULT_INTERNAL,             /* ours */
	FAULT_COUNT,

	/* The certificate's faults are neighbours, and can be a set. */
	CERT_FAULT_FIRST = FAULT_CERT_EXPIRED,
	CERT_FAULT_LAST = FAULT_CERT_DANE,

	/* So are notices: findings beside the dialogue, which goes on. */
	NOTICE_FIRST = FAULT_CERT_ORDER,
	NOTICE_LAST = FAULT_DNS_PARTIAL,
};

#define CERT_FAULT_BIT(fault) (1U << ((unsigned)(fault)-CERT_FAULT_FIRST))
#define NOTICE_BIT(fault)     (1U << ((unsigned)(fault)-NOTICE_FIRST))

/* Our own inability, which says nothing about a server. */
bool fault_is_ours(enum fault);

/* Where a fault of the certificate or a notice is found: always in the same phase. */
enum phase fault_phase(enum fault);

/* Ended by NULL. */
extern const char *const fault_names[FAULT_COUNT + 1];
extern const char *const phase_names[PHASE_COUNT + 1];

/* "timeout", "cert_expired"; "greeting". */
const char *fault_name(enum fault);
const char *phase_name(enum phase);

/* False (and *ret untouched) for an unknown word. */
bool fault_from_name(struct view, enum fault *ret_fault);
bool phase_from_name(struct view, enum phase *ret_phase);

#endif
