/* staple.h - what a stapled OCSP response says of the certificate it came with.
 *
 * A certificate with the TLS feature status_request (RFC 7633, "OCSP Must-Staple") asks for a
 * staple that is well-formed, for it, signed by its issuer or by a responder the issuer has
 * delegated to, and of today (RFC 6960 sections 3.2 and 4.2.2). Of any other certificate a
 * staple is ignored, unless it is all this and says that the certificate was revoked: a client
 * that looks will refuse it.
 */
#ifndef MAILVANE_STAPLE_H
#define MAILVANE_STAPLE_H

#include "instant.h"
#include "printable.h"

#include <openssl/x509.h>

struct staple_options {
	X509 *certificate;
	X509 *issuer; /* NULL: not known; then no staple is judged beyond its form */
	struct moment now;
};

/* The certificate has the feature. */
bool staple_is_required(const X509 *);

/* True when something is wrong, with words for it. `staple` is DER, empty for none. Errors of
 * OpenSSL are left in its queue. */
bool staple_is_bad(const struct staple_options *, struct view staple,
		   char ret_words[PRINTABLE_MAX]);

#endif
