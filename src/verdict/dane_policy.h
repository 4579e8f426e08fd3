/* dane_policy.h - whose TLSA records are looked up, and what their absence means (RFC 7672). */
#ifndef MAILVANE_DANE_POLICY_H
#define MAILVANE_DANE_POLICY_H

#include "plan.h"

/* DANE is for mail between servers: services of SMTP with opportunistic TLS, and where it is
 * required any of SMTP that has TLS. */
bool dane_policy_applies(const struct target *);

/* TLS is no choice any more: senders that know DANE insist on it. */
bool dane_policy_requires_tls(const struct target *, enum dane);

/* It is required, and this is not enough. */
bool dane_policy_is_violated(const struct target *, enum dane);

/* If so, adds FAULT_CERT_DANE with words for it. */
void dane_policy_judge(const struct target *, struct result *);

#endif
