/* https.c - GnuTLS: certificates, priorities, and the check of client certificates. */
#include "https.h"

#include "tls_words.h"

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

struct https {
	const struct web_tls *settings;
	gnutls_certificate_credentials_t credentials;
	gnutls_priority_t priority;
};

static gnutls_datum_t datum(const char *text)
{
	return (gnutls_datum_t){ (unsigned char *)(uintptr_t)text, (unsigned)strlen(text) };
}

/* Reads only the first certificate, because GnuTLS 3.7 leaks a list if one of its
 * certificates cannot be read. */
static int first_certificate(const gnutls_datum_t *text)
{
	gnutls_x509_crt_t certificate;
	int failed = gnutls_x509_crt_init(&certificate);

	if (failed == 0) {
		failed = gnutls_x509_crt_import(certificate, text, GNUTLS_X509_FMT_PEM);
		gnutls_x509_crt_deinit(certificate);
	}
	return failed;
}

static bool set_key(struct https *https, struct errors *errors, struct place place)
{
	const struct web_tls *tls = https->settings;
	gnutls_datum_t cert = datum(tls->cert), key = datum(tls->key);
	int failed = first_certificate(&cert);

	if (failed == 0)
		failed = gnutls_certificate_set_x509_key_mem2(
		    https->credentials, &cert, &key, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (failed >= 0)
		return true;
	errors_add(errors, place,
		   failed == GNUTLS_E_CERTIFICATE_KEY_MISMATCH
		       ? "the key must be that of the first certificate"
		       : "both are PEM, and the key has no password",
		   "certificate and key cannot be used: %s", gnutls_strerror(failed));
	return false;
}

/* Uses the system's roots if there is no file, as Go does. A file without a certificate
 * trusts no client. */
static bool set_clients(struct https *https)
{
	const struct web_tls *tls = https->settings;
	gnutls_datum_t ca = datum(tls->client_ca);

	if (tls->client_auth < CLIENT_AUTH_VERIFY_IF_GIVEN)
		return true;
	if (*tls->client_ca || *tls->client_ca_file)
		gnutls_certificate_set_x509_trust_mem(https->credentials, &ca,
						      GNUTLS_X509_FMT_PEM);
	else
		gnutls_certificate_set_x509_system_trust(https->credentials);
	return true;
}

static bool set_priority(struct https *https, struct errors *errors, struct place place)
{
	char storage[1024];
	struct buffer text;

	buffer_init(&text, storage, sizeof(storage));
	tls_priority(https->settings, &text);
	if (gnutls_priority_init(&https->priority, buffer_string(&text), NULL) ==
	    GNUTLS_E_SUCCESS)
		return true;
	errors_add(errors, place, "",
		   "nothing is left of versions, cipher_suites and curve_preferences");
	return false;
}

struct https *https_new(const struct web_tls *settings, struct errors *errors,
			struct place place)
{
	struct https *https = calloc(1, sizeof(*https));

	if (!https)
		return NULL;
	https->settings = settings;
	if (gnutls_certificate_allocate_credentials(&https->credentials) == 0 &&
	    set_key(https, errors, place) && set_clients(https) &&
	    set_priority(https, errors, place))
		return https;
	https_free(https);
	return NULL;
}

void https_free(struct https *https)
{
	if (!https)
		return;
	if (https->credentials)
		gnutls_certificate_free_credentials(https->credentials);
	if (https->priority)
		gnutls_priority_deinit(https->priority);
	free(https);
}

/* --- who the client is ------------------------------------------------------------------------ */

static bool is_allowed(const struct web_words *allowed, const char *name)
{
	for (size_t i = 0; i < allowed->n; i++)
		if (strcmp(allowed->list[i], name) == 0)
			return true;
	return false;
}

/* Compares one subject alternative name as text: a DNS name, mail address, URI or IP
 * address. */
static bool name_allowed(const struct web_words *allowed, unsigned type, const char *bytes,
			 size_t n)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (type == GNUTLS_SAN_IPADDRESS) {
		if (n == 4)
			inet_ntop(AF_INET, bytes, text, sizeof(text));
		else if (n == 16)
			inet_ntop(AF_INET6, bytes, text, sizeof(text));
		return is_allowed(allowed, text);
	}
	return (type == GNUTLS_SAN_DNSNAME || type == GNUTLS_SAN_RFC822NAME ||
		type == GNUTLS_SAN_URI) &&
	       strlen(bytes) == n && is_allowed(allowed, bytes);
}

static bool has_allowed_name(const struct web_words *allowed, const gnutls_datum_t *raw)
{
	gnutls_x509_crt_t certificate;
	bool found = false;
	int type = 0;

	if (gnutls_x509_crt_init(&certificate) != 0)
		return false;
	if (gnutls_x509_crt_import(certificate, raw, GNUTLS_X509_FMT_DER) != 0)
		type = GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
	for (unsigned i = 0; type != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE && !found; i++) {
		char name[512] = "";
		size_t n = sizeof(name) - 1;

		type = gnutls_x509_crt_get_subject_alt_name(certificate, i, name, &n, NULL);
		if (type >= 0 && n < sizeof(name)) {
			name[n] = '\0';
			found = name_allowed(allowed, (unsigned)type, name, n);
		}
	}
	gnutls_x509_crt_deinit(certificate);
	return found;
}

static bool is_trusted(gnutls_session_t session)
{
	gnutls_typed_vdata_st purpose = {
		.type = GNUTLS_DT_KEY_PURPOSE_OID,
		.data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT,
	};
	unsigned status = 0;

	return gnutls_certificate_verify_peers(session, &purpose, 1, &status) == 0 &&
	       status == 0;
}

/* Returns 0 if the client may connect. GnuTLS itself rejects clients without a required
 * certificate. */
static int https_judge(gnutls_session_t session)
{
	const struct https *https = gnutls_db_get_ptr(session);
	const struct web_tls *tls = https->settings;
	unsigned count = 0;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);

	if (!chain || count == 0)
		return 0;
	if (tls->client_auth >= CLIENT_AUTH_VERIFY_IF_GIVEN && !is_trusted(session))
		return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
	if (tls->client_sans.n > 0 && !has_allowed_name(&tls->client_sans, &chain[0]))
		return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
	return 0;
}

void https_apply(const struct https *https, void *session)
{
	static const gnutls_certificate_request_t wanted[] = {
		[CLIENT_AUTH_NONE] = GNUTLS_CERT_IGNORE,
		[CLIENT_AUTH_REQUEST] = GNUTLS_CERT_REQUEST,
		[CLIENT_AUTH_REQUIRE_ANY] = GNUTLS_CERT_REQUIRE,
		[CLIENT_AUTH_VERIFY_IF_GIVEN] = GNUTLS_CERT_REQUEST,
		[CLIENT_AUTH_VERIFY] = GNUTLS_CERT_REQUIRE,
	};
	gnutls_session_t s = session;

	gnutls_db_set_ptr(s, (void *)(uintptr_t)https);
	gnutls_priority_set(s, https->priority);
	gnutls_credentials_clear(s);
	gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, https->credentials);
	gnutls_certificate_server_set_request(s, wanted[https->settings->client_auth]);
	gnutls_session_set_verify_function(s, https_judge);
}

bool https_client_is_verified(void *session)
{
	const struct https *https = gnutls_db_get_ptr(session);
	unsigned count = 0;

	return https && https->settings->client_auth >= CLIENT_AUTH_VERIFY_IF_GIVEN &&
	       gnutls_certificate_get_peers(session, &count) && count > 0;
}

static int no_certificate(gnutls_session_t session, const gnutls_datum_t *issuers,
			  int count, const gnutls_pk_algorithm_t *algorithms,
			  int algorithm_count, gnutls_pcert_st **chain, unsigned *length,
			  gnutls_privkey_t *key)
{
	(void)session, (void)issuers, (void)count, (void)algorithms, (void)algorithm_count;
	(void)chain, (void)length, (void)key;
	return -1;
}

void (*https_no_certificate(void))(void)
{
	return (void (*)(void))no_certificate;
}
