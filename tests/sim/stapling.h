/* stapling.h - the OCSP response a context sends along with its certificate, right or wrong. */
#ifndef MAILSIM_STAPLING_H
#define MAILSIM_STAPLING_H

#include <openssl/ssl.h>
#include <stdbool.h>

enum staple {
	STAPLE_NONE,
	STAPLE_GOOD,
	STAPLE_EXPIRED,
	STAPLE_EARLY,
	STAPLE_REVOKED,
	STAPLE_UNKNOWN,
	STAPLE_OTHER,   /* of another serial number */
	STAPLE_FOREIGN, /* signed by the server's own key */
	STAPLE_ERROR,   /* the responder had no time */
	STAPLE_GARBAGE,
};

/* Made once, for the certificate and key the context has already. False when OpenSSL cannot. */
bool staple_install(SSL_CTX *, enum staple, X509 *issuer, EVP_PKEY *issuer_key);

#endif
