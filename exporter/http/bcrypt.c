/* bcrypt.c - crypt_r(3), and GnuTLS for the fingerprints. */
#include "bcrypt.h"

#include "buffer.h"

#include <crypt.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

bool bcrypt_matches(const char *password, const char *hash)
{
	struct crypt_data *room = calloc(1, sizeof(*room));
	char setting[BCRYPT_TEXT_MAX];
	struct buffer b;
	const char *made;
	bool matches = false;

	if (!room)
		return false;
	buffer_init(&b, setting, sizeof(setting));
	buffer_format(&b, "$2b%s", hash[2] == '$' ? hash + 2 : hash + 3);
	made = b.full ? NULL : crypt_r(password, buffer_string(&b), room);
	if (made && *made != '*' && strlen(made) == b.n)
		matches = gnutls_memcmp(made, setting, b.n) == 0;
	gnutls_memset(room, 0, sizeof(*room));
	free(room);
	return matches;
}

void bcrypt_dummy_hash(unsigned cost, char dst[BCRYPT_TEXT_MAX])
{
	struct buffer b;

	buffer_init(&b, dst, BCRYPT_TEXT_MAX);
	/* The last of the 22 characters of salt has only two bits; no password is known
	 * for this hash. */
	buffer_format(&b, "$2b$%02u$mailvaneMailvaneMailvO%s", cost,
		      "mailvaneMailvaneMailvaneMailvan");
	buffer_string(&b);
}

bool fingerprint_key(unsigned char ret_key[FINGERPRINT_KEY_BYTES])
{
	return gnutls_rnd(GNUTLS_RND_KEY, ret_key, FINGERPRINT_KEY_BYTES) == 0;
}

/* The NULs are hashed, too, so that moving a letter from one text to the next changes
 * the result. */
bool fingerprint(const unsigned char key[FINGERPRINT_KEY_BYTES], const char *user,
		 const char *password, const char *hash,
		 unsigned char ret_print[FINGERPRINT_BYTES])
{
	gnutls_hmac_hd_t hmac;

	if (gnutls_hmac_init(&hmac, GNUTLS_MAC_SHA256, key, FINGERPRINT_KEY_BYTES) != 0)
		return false;
	gnutls_hmac(hmac, user, strlen(user) + 1);
	gnutls_hmac(hmac, password, strlen(password) + 1);
	gnutls_hmac(hmac, hash, strlen(hash) + 1);
	gnutls_hmac_deinit(hmac, ret_print);
	return true;
}
