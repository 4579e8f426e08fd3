/* legacy_tls.h - whether a server accepts TLS 1.0 or 1.1 besides newer versions.
 *
 * RFC 8996 forbids both. An ordinary probe cannot see it, because it negotiates the newest version
 * that both sides know. So a second connection, which offers TLS 1.0 and 1.1 only, follows a probe
 * that worked, once in an interval (`tls_obsolete_interval`). It does not log in, and all other
 * connections are admitted first. What it finds stays in the slot and is a notice of each result
 * until the next such probe.
 */
#ifndef MAILVANE_LEGACY_TLS_H
#define MAILVANE_LEGACY_TLS_H

#include "plan.h"
#include "result.h"
#include "slot.h"

/* Whether the target wants such probes and this result has a TLS version newer than those. */
bool legacy_tls_wanted(const struct target *, const struct result *);

/* Whether such a probe is due after this result. While nothing is known it is due 24 times as often,
 * but not in the first 288th of the interval after the slot was made (for a day: each hour, and not
 * in the first 5 minutes). Each target has its own time in the interval, which stays the same after
 * a restart. */
bool legacy_tls_due(const struct target *, const struct result *, enum legacy_tls known);

/* What the result of such a probe says; LEGACY_TLS_UNKNOWN: nothing, as after a timeout. */
enum legacy_tls legacy_tls_of_result(const struct result *);

/* Adds a notice to the result if the server is known to accept legacy TLS. */
void legacy_tls_note(struct result *, enum legacy_tls known);

#endif
