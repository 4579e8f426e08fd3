/* tls_policy.h - what is wanted of a handshake beside a good certificate. */
#ifndef MAILVANE_TLS_POLICY_H
#define MAILVANE_TLS_POLICY_H

#include "plan.h"

/* The oldest version that is no fault: as the target has it, or its service, or the settings,
 * the nearest that says one. */
enum tls_version tls_policy_minimum(const struct settings *, const struct target *);

/* False, and why in words, when an older version was negotiated. */
enum { TLS_POLICY_WORDS_MAX = 80 };
bool tls_policy_version(const struct settings *, const struct target *,
			const struct tls_facts *, char ret_why[TLS_POLICY_WORDS_MAX]);

#endif
