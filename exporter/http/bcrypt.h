/* bcrypt.h - passwords and their hashes: libcrypt, and fingerprints of pairs of them. */
#ifndef MAILVANE_BCRYPT_H
#define MAILVANE_BCRYPT_H

#include "view.h"

enum { FINGERPRINT_BYTES = 32, FINGERPRINT_KEY_BYTES = 32, BCRYPT_TEXT_MAX = 128 };

/* Takes as long as the hash's cost says, milliseconds to seconds, whether it matches or not. Any
 * version of $2$ counts as $2b$, as for Go. */
bool bcrypt_matches(const char *password, const char *hash);

/* The hash of no password, with this cost. */
void bcrypt_dummy_hash(unsigned cost, char dst[BCRYPT_TEXT_MAX]);

/* HMAC-SHA-256 of the three under a key of this process. False: it could not be made. */
bool fingerprint(const unsigned char key[FINGERPRINT_KEY_BYTES], const char *user,
		 const char *password, const char *hash,
		 unsigned char ret_print[FINGERPRINT_BYTES]);
bool fingerprint_key(unsigned char ret_key[FINGERPRINT_KEY_BYTES]);

#endif
