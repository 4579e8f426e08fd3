/* dane.h - a server's certificates held against the TLSA records of its name (RFC 7671, as RFC
 * 7672 has it for mail servers).
 */
#ifndef MAILVANE_DANE_H
#define MAILVANE_DANE_H

#include "buffer.h"
#include "dns_records.h"

#include <openssl/x509.h>

/* One record that matches is enough. A certificate of the server's own (usage 3) counts whatever
 * is above it. */
bool dane_matches_key(const struct dns_records *, const X509 *leaf);

/* The certificates that may be trusted as roots by records of usage 2: those sent above the
 * server's own that match one,
 * those that are signed by a key given whole, and those given whole. Each is held; free with
 * sk_X509_pop_free(X509_free). NULL: out of memory. */
STACK_OF(X509) *
    dane_anchors(const struct dns_records *, const STACK_OF(X509) * sent, const X509 *leaf);

bool dane_has_usable(const struct dns_records *);

/* What would match the server's key, as it stands in a zone: "3 1 1 ab12...". */
void dane_put_record(const X509 *leaf, struct buffer *);

#endif
