/* legacy_tls.h - whether a server accepts TLS 1.0 or 1.1 beside what it usually speaks.
 *
 * RFC 8996: neither must be used any more. It cannot be seen from an ordinary probe, which
 * negotiates the best both can. So a second connection with a context of its own, which can
 * do nothing newer, asks for it on a slow interval (`tls_obsolete_interval`) behind a probe
 * that worked; it logs in nowhere and lets all others go first. What it found
 * stays in the slot and is a notice of each result until the next look.
 */
#ifndef MAILVANE_LEGACY_TLS_H
#define MAILVANE_LEGACY_TLS_H

#include "plan.h"
#include "result.h"
#include "slot.h"

/* It may be looked for behind this result: the handshake was done, with something newer. */
bool legacy_tls_wanted(const struct target *, const struct result *);

/* True when a look is due behind this result. Without an answer yet it is asked for 24 times as
 * often, but not in the first 288th of the interval after the slot was made: 1 h and 5 min of a
 * day. Each target has its own place in the interval, so that a restart moves nothing. */
bool legacy_tls_due(const struct target *, const struct result *, enum legacy_tls known);

/* What the result of a look says; LEGACY_TLS_UNKNOWN: nothing, as with a timeout. */
enum legacy_tls legacy_tls_judged(const struct result *);

/* Adds the notice if old TLS is known to be accepted. */
void legacy_tls_note(struct result *, enum legacy_tls known);

#endif
