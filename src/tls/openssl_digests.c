/* openssl_digests.c - one call of OpenSSL for each; what is dear is remembered. */
#include "openssl_digests.h"

#include "pbkdf2_cache.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

static const EVP_MD *kind(enum digest digest)
{
	switch (digest) {
	case DIGEST_MD5:
		return EVP_md5();
	case DIGEST_SHA1:
		return EVP_sha1();
	default:
		return EVP_sha256();
	}
}

/* What went wrong must not be taken for the next TLS connection's. */
static bool told(bool good)
{
	if (!good)
		ERR_clear_error();
	return good;
}

static bool openssl_digests_hash(enum digest digest, struct view text, void *ret_bytes)
{
	return told(EVP_Digest(text.p, text.n, ret_bytes, NULL, kind(digest), NULL) == 1);
}

static bool hmac(enum digest digest, struct view key, struct view text, void *ret_bytes)
{
	return told(HMAC(kind(digest), key.p != NULL ? key.p : "", (int)key.n,
			 (const unsigned char *)text.p, text.n, ret_bytes, NULL) != NULL);
}

static bool stretch(enum digest digest, struct view password, struct view salt,
		    unsigned iterations, void *ret_bytes)
{
	const struct pbkdf2_inputs params = { digest, password, salt, iterations };

	if (pbkdf2_cache_find(&params, ret_bytes))
		return true;
	if (!told(PKCS5_PBKDF2_HMAC(password.p, (int)password.n,
				    (const unsigned char *)salt.p, (int)salt.n,
				    (int)iterations, kind(digest), (int)digest_size(digest),
				    ret_bytes) == 1))
		return false;
	pbkdf2_cache_keep(&params, ret_bytes);
	return true;
}

static bool random_bytes(void *ret_bytes, size_t n)
{
	return told(RAND_bytes(ret_bytes, (int)n) == 1);
}

const struct digests openssl_digests = { openssl_digests_hash, hmac, stretch,
					 random_bytes };
