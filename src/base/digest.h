/* digest.h - hashing, as it is lent to those who may not know OpenSSL. */
#ifndef MAILVANE_DIGEST_H
#define MAILVANE_DIGEST_H

#include "view.h"

enum digest { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256 };

enum { DIGEST_MAX = 32 }; /* bytes of the longest */

/* 16, 20, 32. */
size_t digest_size(enum digest);

/* Each false, when this machine cannot do it (no MD5 in FIPS mode, no randomness). */
struct digests {
	/* Into digest_size bytes; hmac as in RFC 2104. */
	bool (*hash)(enum digest, struct view text, void *ret_bytes);
	bool (*hmac)(enum digest, struct view key, struct view text, void *ret_bytes);
	/* PBKDF2 with that HMAC (RFC 8018 section 5.2), the first block of it. */
	bool (*stretch)(enum digest, struct view password, struct view salt,
			unsigned iterations, void *ret_bytes);
	/* Nobody can guess them. */
	bool (*random)(void *ret_bytes, size_t n);
};

#endif
