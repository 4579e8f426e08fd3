/* missing_issuer.h - why a chain ends below a root we trust, as far as can be told from what
 * was sent. */
#ifndef MAILVANE_MISSING_ISSUER_H
#define MAILVANE_MISSING_ISSUER_H

#include "buffer.h"

#include <openssl/x509.h>

/* In words that begin with the kind: "missing intermediate" when the certificate itself shows
 * that an intermediate stands above it, "unknown authority" when it shows that none does or
 * when the chain was sent, "missing issuer" when it shows neither. Nothing is fetched: where
 * the certificate names an http address of its issuer (RFC 5280 section 4.2.2.1) that is told.
 *
 * `x` is the last of the chain, at `depth` (0: the server's own). */
void missing_issuer_say(struct buffer *, const STACK_OF(X509) * sent, X509 *x, int depth);

#endif
