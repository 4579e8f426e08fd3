/* tls_words.c - the tables of names, and the priority string of GnuTLS made from them. */
#include "tls_words.h"

#include "web_config.h"

#include <string.h>

const char *const tls_versions[TLS_VERSIONS] = { "TLS10", "TLS11", "TLS12", "TLS13" };

const char *const tls_client_auths[TLS_CLIENT_AUTHS] = {
	"NoClientCert",
	"RequestClientCert",
	"RequireAnyClientCert",
	"VerifyClientCertIfGiven",
	"RequireAndVerifyClientCert",
	"RequireClientCert", /* an older name of RequireAnyClientCert */
};

unsigned tls_client_auth(size_t place)
{
	return place < 5 ? (unsigned)place : CLIENT_AUTH_REQUIRE_ANY;
}

const char *const tls_curves[TLS_CURVES] = { "CurveP256", "CurveP384", "CurveP521",
					     "X25519" };

static const char *const groups[TLS_CURVES] = {
	"+GROUP-SECP256R1",
	"+GROUP-SECP384R1",
	"+GROUP-SECP521R1",
	"+GROUP-X25519",
};

/* clang-format off */
const char *const tls_ciphers[TLS_CIPHERS] = {
	"TLS_AES_128_GCM_SHA256",
	"TLS_AES_256_GCM_SHA384",
	"TLS_CHACHA20_POLY1305_SHA256",
	"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
	"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
	"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
	"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
	"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
	"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
	"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
	"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
	"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
	"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
	"TLS_RSA_WITH_AES_128_GCM_SHA256",
	"TLS_RSA_WITH_AES_256_GCM_SHA384",
	"TLS_RSA_WITH_AES_128_CBC_SHA",
	"TLS_RSA_WITH_AES_256_CBC_SHA",
};

/* A part of a suite's name and its name in GnuTLS, in the order of Go. */
static const struct part {
	const char *within, *priority;
} parts[] = {
	{ "_AES_128_GCM_",       "+AES-128-GCM:+AEAD" },
	{ "_AES_256_GCM_",       "+AES-256-GCM:+AEAD" },
	{ "_CHACHA20_POLY1305_", "+CHACHA20-POLY1305:+AEAD" },
	{ "_AES_128_CBC_SHA",    "+AES-128-CBC:+SHA1" },
	{ "_AES_256_CBC_SHA",    "+AES-256-CBC:+SHA1" },
	{ "TLS_ECDHE_ECDSA_",    "+ECDHE-ECDSA" },
	{ "TLS_ECDHE_RSA_",      "+ECDHE-RSA" },
	{ "TLS_RSA_",            "+RSA" },
};
/* clang-format on */

size_t tls_word(const char *word, const char *const *words, size_t count)
{
	size_t i = 0;

	while (i < count && strcmp(words[i], word) != 0)
		i++;
	return i;
}

static bool in_any(const struct web_words *names, const char *part)
{
	for (size_t i = 0; i < names->n; i++)
		if (strstr(names->list[i], part))
			return true;
	return false;
}

static void put_suites(const struct web_tls *tls, struct buffer *out)
{
	bool modern = in_any(&tls->ciphers, "_GCM_") || in_any(&tls->ciphers, "_CHACHA20_");

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (in_any(&tls->ciphers, parts[i].within))
			buffer_format(out, ":%s", parts[i].priority);
	if (tls->max == TLS_VERSION_1_3 && !modern)
		buffer_text(out, ":+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AEAD");
}

static void put_groups(const struct web_tls *tls, struct buffer *out)
{
	for (size_t i = 0; i < tls->curves.n; i++) {
		size_t place = tls_word(tls->curves.list[i], tls_curves, TLS_CURVES);

		if (place < TLS_CURVES)
			buffer_format(out, ":%s", groups[place]);
	}
}

void tls_priority(const struct web_tls *tls, struct buffer *out)
{
	static const char *const versions[TLS_VERSIONS] = { "+VERS-TLS1.0", "+VERS-TLS1.1",
							    "+VERS-TLS1.2",
							    "+VERS-TLS1.3" };

	if (tls->ciphers.n > 0) {
		buffer_text(out, "NONE:+CTYPE-X509:+COMP-NULL:+SIGN-ALL");
		put_suites(tls, out);
	} else {
		buffer_text(out, "NORMAL:-VERS-ALL:-RSA:-DHE-RSA");
	}
	for (unsigned v = TLS_VERSION_1_0; v <= TLS_VERSION_1_3; v++)
		if (v >= tls->min && v <= tls->max)
			buffer_format(out, ":%s", versions[v]);
	if (tls->curves.n > 0) {
		buffer_text(out, ":-GROUP-ALL");
		put_groups(tls, out);
	} else if (tls->ciphers.n > 0) {
		buffer_text(out, ":+GROUP-ALL");
	}
	if (tls->server_order)
		buffer_text(out, ":%SERVER_PRECEDENCE");
}
