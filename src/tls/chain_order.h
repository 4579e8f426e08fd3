/* chain_order.h - whether what a server sent is its chain, in order, and nothing else. */
#ifndef MAILVANE_CHAIN_ORDER_H
#define MAILVANE_CHAIN_ORDER_H

#include "printable.h"

#include <openssl/x509.h>

/* Each certificate must certify the one before it, the server's own comes first, and the root
 * may be left out: RFC 5246 section 7.4.2; clients are to bear with other orders and with more
 * than the chain: RFC 8446 section 4.4.2. `sent` is in the order it came in; no signature is
 * verified. Writes what is odd in words, "" if nothing is. Returns dst. */
const char *chain_order(const STACK_OF(X509) * sent, char dst[PRINTABLE_MAX]);

#endif
