/* verdict.h - from findings to a state, a pair and a sentence; the one table of both
 * front ends. */
#ifndef MAILVANE_VERDICT_H
#define MAILVANE_VERDICT_H

#include "policy.h"
#include "result.h"
#include "service.h"

/* The state of one finding at a service, by the table. UNKNOWN only for FAULT_INTERNAL. */
enum state verdict_state(enum fault, enum phase, const struct service *);

/* Sets state, fault and phase of the result from its findings, and FAULT_CERT_EXPIRING among
 * cert_faults by the policy. The worst state decides; between equals the dialogue's fault is
 * named first, then the certificate's in the order of enum fault, then the notices. Rows of the server (own, or
 * NULL) go before those of the policy, and both before the table. */
void verdict_decide(struct result *, const struct service *, const struct policy *,
		    const struct overrides *own);

/* What a fault means, in a few words without subject: "certificate has expired". */
const char *verdict_words(enum fault);

/* One sentence for people: "certificate expired 3 days ago (2026-11-19): CN=mail.example.com"
 * or "greeting refused: 554 5.7.1 Client host blocked". Printable, NUL terminated, no '|'. */
enum { VERDICT_SENTENCE_MAX = 512 };
const char *verdict_sentence(const struct result *, char dst[VERDICT_SENTENCE_MAX]);

#endif
