/* ocsp.h - OCSP responses as an authority makes them, right and wrong ones (RFC 6960). */
#ifndef MAILSIM_OCSP_H
#define MAILSIM_OCSP_H

#include <openssl/ocsp.h>
#include <stdbool.h>

/* Zero beside the certificates is a good response of today, without an end. */
struct ocsp_plan {
	X509 *certificate, *issuer; /* what it is about */
	X509 *signer;               /* NULL: the issuer */
	EVP_PKEY *key;              /* of the signer */
	bool names_signer;          /* its certificate lies in the response */
	const char *digest;         /* of the certificate's id; NULL: SHA1 */
	int status, reason;         /* V_OCSP_CERTSTATUS_..., OCSP_REVOKED_STATUS_... */
	long begin, end;            /* seconds from now; end 0: none */
};

/* DER, freed by OPENSSL_free; NULL when OpenSSL cannot. */
unsigned char *ocsp_response(const struct ocsp_plan *, int *ret_n);
/* The same of a response that is none: OCSP_RESPONSE_STATUS_... */
unsigned char *ocsp_error(int status, int *ret_n);

#endif
