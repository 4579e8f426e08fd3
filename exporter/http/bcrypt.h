/* bcrypt.h - checks passwords with bcrypt (libcrypt), and makes fingerprints of them
 * (GnuTLS). */
#ifndef MAILVANE_BCRYPT_H
#define MAILVANE_BCRYPT_H

#include "view.h"

enum { FINGERPRINT_BYTES = 32, FINGERPRINT_KEY_BYTES = 32, BCRYPT_TEXT_MAX = 128 };

/* Takes milliseconds to seconds, depending on the cost of the hash and not on the
 * outcome. Every version of $2$ is read as $2b$, as in Go. */
bool bcrypt_matches(const char *password, const char *hash);

/* Makes a hash with this cost that no password matches. */
void bcrypt_dummy_hash(unsigned cost, char dst[BCRYPT_TEXT_MAX]);

/* HMAC-SHA-256 of the three texts, with a key of this process. False: it failed. */
bool fingerprint(const unsigned char key[FINGERPRINT_KEY_BYTES], const char *user,
		 const char *password, const char *hash,
		 unsigned char ret_print[FINGERPRINT_BYTES]);
bool fingerprint_key(unsigned char ret_key[FINGERPRINT_KEY_BYTES]);

#endif
