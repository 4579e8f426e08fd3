/* stapling.c - the response belongs to the context, by way of its extra data. */
#include "stapling.h"

#include "ocsp.h"

#include <openssl/x509v3.h>
#include <string.h>

enum { DAY = 86400 };

struct held {
	unsigned char *der;
	int n;
};

static void held_free(void *parent, void *pointer, CRYPTO_EX_DATA *all, int index,
		      long number, void *argument)
{
	struct held *held = pointer;

	(void)parent;
	(void)all;
	(void)index;
	(void)number;
	(void)argument;
	if (held == NULL)
		return;
	OPENSSL_free(held->der);
	OPENSSL_free(held);
}

static int place(void)
{
	static int index = -1;

	if (index < 0)
		index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, held_free);
	return index;
}

static int send_along(SSL *ssl, void *argument)
{
	const struct held *held = argument;
	unsigned char *copy = OPENSSL_memdup(held->der, (size_t)held->n);

	if (copy == NULL)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	SSL_set_tlsext_status_ocsp_resp(ssl, copy, held->n);
	return SSL_TLSEXT_ERR_OK;
}

/* The same certificate with the serial number of another. */
static X509 *other_of(X509 *certificate)
{
	X509 *other = X509_dup(certificate);

	if (other != NULL)
		ASN1_INTEGER_set(X509_get_serialNumber(other), 4711);
	return other;
}

static unsigned char *response_of(const SSL_CTX *context, enum staple kind, X509 *issuer,
				  EVP_PKEY *issuer_key, int *ret_n)
{
	X509 *own = SSL_CTX_get0_certificate(context);
	X509 *other = kind == STAPLE_OTHER ? other_of(own) : NULL;
	struct ocsp_plan plan = { .certificate = other != NULL ? other : own,
				  .issuer = issuer,
				  .key = issuer_key,
				  .reason = -1,
				  .begin = -DAY,
				  .end = 6 * DAY };
	unsigned char *der;

	if (kind == STAPLE_EXPIRED) {
		plan.begin = -8 * DAY;
		plan.end = -DAY;
	} else if (kind == STAPLE_EARLY) {
		plan.begin = DAY;
	} else if (kind == STAPLE_REVOKED) {
		plan.status = V_OCSP_CERTSTATUS_REVOKED;
		plan.reason = OCSP_REVOKED_STATUS_KEYCOMPROMISE;
	} else if (kind == STAPLE_UNKNOWN) {
		plan.status = V_OCSP_CERTSTATUS_UNKNOWN;
	} else if (kind == STAPLE_FOREIGN) {
		plan.signer = own;
		plan.key = SSL_CTX_get0_privatekey(context);
		plan.names_signer = true;
	}
	der = ocsp_response(&plan, ret_n);
	X509_free(other);
	return der;
}

static unsigned char *garbage(int *ret_n)
{
	static const char text[] = "this is no OCSP response";

	*ret_n = sizeof(text) - 1;
	return OPENSSL_memdup(text, sizeof(text) - 1);
}

bool staple_install(SSL_CTX *context, enum staple kind, X509 *issuer, EVP_PKEY *issuer_key)
{
	struct held *held;

	if (kind == STAPLE_NONE)
		return true;
	held = OPENSSL_zalloc(sizeof(*held));
	if (held == NULL)
		return false;
	if (kind == STAPLE_GARBAGE)
		held->der = garbage(&held->n);
	else if (kind == STAPLE_ERROR)
		held->der = ocsp_error(OCSP_RESPONSE_STATUS_TRYLATER, &held->n);
	else
		held->der = response_of(context, kind, issuer, issuer_key, &held->n);
	if (held->der == NULL || SSL_CTX_set_ex_data(context, place(), held) != 1) {
		OPENSSL_free(held->der);
		OPENSSL_free(held);
		return false;
	}
	SSL_CTX_set_tlsext_status_arg(context, held);
	return SSL_CTX_set_tlsext_status_cb(context, send_along) == 1;
}
