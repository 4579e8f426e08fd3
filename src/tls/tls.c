/* tls.c - the client context: everything is negotiated, nothing refused, all of it judged. */
#include "tls_context.h"

#include "openssl_shortage.h"
#include "regular_file.h"
#include "tls_session.h"
#include "trust.h"

#include <openssl/err.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *const tls_version_names[TLS_VERSION_COUNT + 1] = { "TLSv1.0", "TLSv1.1",
							       "TLSv1.2", "TLSv1.3" };

/* Level 0 lets weak keys and SHA-1 through to be named; anonymous and unencrypted suites stay
 * out, for with them there is nothing to judge. */
static const char ciphers[] = "DEFAULT:!aNULL:!eNULL:@SECLEVEL=0";

static const char signatures[] =
    "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:rsa_pss_pss_sha256:rsa_pss_pss_"
    "sha384:"
    "rsa_pss_pss_sha512:rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:RSA+"
    "SHA256:"
    "RSA+SHA384:RSA+SHA512:ECDSA+SHA224:RSA+SHA224:ECDSA+SHA1:RSA+SHA1";

/* X25519 first, as it costs least. The weak curves come last, for without them a server whose
 * certificate has one refuses instead of showing it. The second list is for FIPS mode. */
static bool set_groups(SSL_CTX *ssl)
{
	return SSL_CTX_set1_groups_list(ssl, "X25519:P-256:P-384:P-521:X448:P-224:P-192") ==
		   1 ||
	       SSL_CTX_set1_groups_list(ssl, "P-256:P-384:P-521") == 1;
}

/* The same for TLS 1.0 and 1.1 alone: whatever the library still has, to see what a server takes.
 * Their signatures are MD5 with SHA-1, which level 0 is needed for. */
static const char legacy_ciphers[] = "ALL:!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL=0";

static bool set_versions(SSL_CTX *ssl, bool legacy_tls)
{
	return SSL_CTX_set_min_proto_version(ssl, TLS1_VERSION) == 1 &&
	       SSL_CTX_set_max_proto_version(ssl, legacy_tls ? TLS1_1_VERSION : 0) == 1 &&
	       SSL_CTX_set_cipher_list(ssl, legacy_tls ? legacy_ciphers : ciphers) == 1;
}

/* What openssl.cnf may have set is set anew: what a server can do must not depend on the
 * machine that asks. */
static bool tls_set_up(SSL_CTX *ssl, bool legacy_tls)
{
	const uint64_t options = SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
				 SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_COMPRESSION;
	const long modes = SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY;

	SSL_CTX_set_options(ssl, options);
	SSL_CTX_set_mode(ssl, modes);
	SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
	if (!set_groups(ssl))
		return false;
	SSL_CTX_set1_sigalgs_list(ssl, signatures);
	SSL_CTX_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
	return set_versions(ssl, legacy_tls);
}

static bool refuse_file(const char *what, const char *path, char *error, size_t cap)
{
	const char *words = ERR_reason_error_string(ERR_peek_last_error());

	snprintf(error, cap, "cannot use the client's %s %s: %s", what, path,
		 words != NULL ? words : "it is not in PEM");
	return false;
}

/* OpenSSL opens it again by its path, and would wait for the other end of a pipe. */
static bool is_regular(const char *what, const char *path, char *error, size_t cap)
{
	const char *why;
	int fd = regular_file_open(path, NULL, &why);

	if (fd >= 0)
		return close(fd) == 0;
	snprintf(error, cap, "cannot use the client's %s %s: %s", what, path, why);
	return false;
}

/* An encrypted key must not make OpenSSL ask for its password on the terminal. */
static int no_password(char *dst, int cap, int writing, void *nothing)
{
	(void)dst;
	(void)cap;
	(void)writing;
	(void)nothing;
	return 0;
}

static bool load_client(SSL_CTX *ssl, const struct tls_options *o, char *error, size_t cap)
{
	if (o->client_cert == NULL)
		return true;
	if (!is_regular("certificate", o->client_cert, error, cap) ||
	    !is_regular("key", o->client_key, error, cap))
		return false;
	SSL_CTX_set_default_passwd_cb(ssl, no_password);
	if (SSL_CTX_use_certificate_chain_file(ssl, o->client_cert) != 1)
		return refuse_file("certificate", o->client_cert, error, cap);
	if (SSL_CTX_use_PrivateKey_file(ssl, o->client_key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ssl) != 1)
		return refuse_file("key", o->client_key, error, cap);
	return true;
}

static bool load_files(struct tls_context *c, const struct tls_options *o, char *error,
		       size_t cap)
{
	return load_client(c->ssl, o, error, cap) &&
	       (o->unjudged ||
		trust_load(SSL_CTX_get_cert_store(c->ssl), o, error, cap, &c->store_note));
}

/* A plugin pays for all that OpenSSL sets up, so it sets up what is used. What it keeps for a
 * process is the system's at exit. Ciphers come from providers, not from the table of old names.
 * openssl.cnf is read where OPENSSL_CONF says so (config(5ssl)); what it says of protocols and
 * ciphers is set anew below in any case. Words for errors are loaded for files of our own and by
 * tls_session.c for a failed handshake. */
static void start_openssl(const struct tls_options *o)
{
	uint64_t crypto = OPENSSL_INIT_NO_ADD_ALL_CIPHERS, ssl = OPENSSL_INIT_NO_ATEXIT;

	if (o->client_cert == NULL)
		crypto |= OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS;
	if (getenv("OPENSSL_CONF") == NULL)
		ssl |= OPENSSL_INIT_NO_LOAD_CONFIG;
	OPENSSL_init_crypto(crypto, NULL);
	OPENSSL_init_ssl(ssl, NULL);
}

struct tls_context *tls_context_new(const struct tls_options *options, char *error,
				    size_t cap)
{
	struct tls_context *c = calloc(1, sizeof(*c));
	uint64_t mark = openssl_shortage_mark();
	const char *words;
	bool loaded;

	if (c == NULL)
		goto failed;
	c->unjudged = options->unjudged;
	c->store_note = "";
	c->certificates = certificate_table_new();
	c->wire = tls_wire_method_new();
	start_openssl(options);
	c->ssl = SSL_CTX_new(TLS_client_method());
	if (c->certificates == NULL || c->wire == NULL || c->ssl == NULL ||
	    !tls_set_up(c->ssl, options->legacy_tls))
		goto failed;
	tls_session_set_up(c->ssl);
	loaded = load_files(c, options, error, cap);
	openssl_shortage_look();
	if (openssl_shortage_since(mark) != NULL)
		goto failed;
	if (!loaded) {
		tls_context_free(c);
		return NULL;
	}
	return c;
failed:
	words = openssl_shortage_since(mark);
	if (words == NULL)
		words = ERR_reason_error_string(ERR_peek_error());
	snprintf(error, cap, "OpenSSL cannot start: %s",
		 words != NULL ? words : "out of memory");
	ERR_clear_error();
	tls_context_free(c);
	return NULL;
}

void tls_context_free(struct tls_context *c)
{
	if (c == NULL)
		return;
	SSL_CTX_free(c->ssl);
	BIO_meth_free(c->wire);
	certificate_table_free(c->certificates);
	free(c);
}

void tls_facts_fini(struct tls_facts *facts)
{
	certificate_release(facts->certificate);
	certificate_release(facts->decider);
	*facts = (struct tls_facts){ 0 };
}

void tls_facts_hold(struct tls_facts *facts)
{
	certificate_hold(facts->certificate);
	certificate_hold(facts->decider);
}

const char *dane_name(enum dane dane)
{
	static const char *const names[] = {
		[DANE_OFF] = "off",
		[DANE_UNKNOWN] = "unknown",
		[DANE_ABSENT] = "absent",
		[DANE_FAILED] = "failed",
		[DANE_UNCOMPARED] = "unknown",
		[DANE_INVALID] = "invalid",
		[DANE_VALID] = "valid",
		[DANE_VALID_KEY] = "valid",
	};

	return names[dane];
}
