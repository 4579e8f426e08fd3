#include "ocsp.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>

static unsigned char *der_of(OCSP_RESPONSE *response, int *ret_n)
{
	unsigned char *der = NULL;

	*ret_n = response != NULL ? i2d_OCSP_RESPONSE(response, &der) : -1;
	OCSP_RESPONSE_free(response);
	return *ret_n > 0 ? der : NULL;
}

/* The id is taken over by the response. */
static bool add_status(OCSP_BASICRESP *basic, const struct ocsp_plan *p)
{
	const EVP_MD *digest = EVP_get_digestbyname(p->digest != NULL ? p->digest : "SHA1");
	OCSP_CERTID *id = OCSP_cert_to_id(digest, p->certificate, p->issuer);
	ASN1_TIME *begin = X509_gmtime_adj(NULL, p->begin);
	ASN1_TIME *end = p->end != 0 ? X509_gmtime_adj(NULL, p->end) : NULL;
	ASN1_TIME *revoked =
	    p->status == V_OCSP_CERTSTATUS_REVOKED ? X509_gmtime_adj(NULL, p->begin) : NULL;
	bool good = id != NULL && OCSP_basic_add1_status(basic, id, p->status, p->reason,
							 revoked, begin, end) != NULL;

	OCSP_CERTID_free(id);
	ASN1_TIME_free(begin);
	ASN1_TIME_free(end);
	ASN1_TIME_free(revoked);
	return good;
}

unsigned char *ocsp_response(const struct ocsp_plan *p, int *ret_n)
{
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	X509 *signer = p->signer != NULL ? p->signer : p->issuer;
	OCSP_RESPONSE *response = NULL;

	if (basic != NULL && add_status(basic, p) &&
	    OCSP_basic_sign(basic, signer, p->key, EVP_sha256(), NULL,
			    p->names_signer ? 0 : OCSP_NOCERTS) == 1)
		response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	OCSP_BASICRESP_free(basic);
	return der_of(response, ret_n);
}

unsigned char *ocsp_error(int status, int *ret_n)
{
	return der_of(OCSP_response_create(status, NULL), ret_n);
}
