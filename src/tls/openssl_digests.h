/* openssl_digests.h - hashing and randomness by OpenSSL, to be lent. */
#ifndef MAILVANE_OPENSSL_DIGESTS_H
#define MAILVANE_OPENSSL_DIGESTS_H

#include "digest.h"

/* From any thread. */
extern const struct digests openssl_digests;

#endif
