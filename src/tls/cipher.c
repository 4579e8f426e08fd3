/* cipher.c - the suites by their parts; the first row that fits is the worst. */
#include "cipher.h"

#include "buffer.h"

enum { DH_BITS_MIN = 2048 };

struct traits {
	int exchange, bits, dh_bits;
	bool null, anonymous, rc4;
};

static bool is_null(const struct traits *t)
{
	return t->null;
}

static bool is_anonymous(const struct traits *t)
{
	return t->anonymous;
}

static bool is_rc4(const struct traits *t)
{
	return t->rc4;
}

static bool is_weak(const struct traits *t)
{
	return t->bits < 112;
}

static bool is_small_dh(const struct traits *t)
{
	return t->exchange == NID_kx_dhe && t->dh_bits > 0 && t->dh_bits < DH_BITS_MIN;
}

static bool is_rsa(const struct traits *t)
{
	return t->exchange == NID_kx_rsa || t->exchange == NID_kx_rsa_psk;
}

static bool cipher_is_short(const struct traits *t)
{
	return t->bits < 128;
}

static bool is_dhe(const struct traits *t)
{
	return t->exchange == NID_kx_dhe;
}

/* clang-format off */
static const struct {
	bool (*fits)(const struct traits *);
	bool forbidden; /* MUST NOT, or REQUIRED otherwise */
	const char *words;
} rows[] = {
	{ is_null,      true,  "no encryption (RFC 9325 section 4.1)" },
	{ is_anonymous, true,  "nobody is authenticated (RFC 5246 section A.5)" },
	{ is_rc4,       true,  "RC4 (RFC 7465, RFC 9325 section 4.1)" },
	{ is_weak,      true,  "less than 112 bits of security (RFC 9325 section 4.1)" },
	{ is_small_dh,  true,  "2048 are required (RFC 9325 section 4.5)" },
	{ is_rsa,       false, "RSA key transport without forward secrecy (RFC 9325 section 4.1)" },
	{ cipher_is_short,     false, "less than 128 bits of security (RFC 9325 section 4.1)" },
	{ is_dhe,       false, "finite-field DH key exchange (RFC 9325 section 4.1)" },
};
/* clang-format on */

static struct traits traits_of(const SSL_CIPHER *suite, int dh_bits)
{
	int algorithm = SSL_CIPHER_get_cipher_nid(suite);
	/* By the key: OpenSSL counts 3DES as 168 where it is worth 112 (RFC 9325 section 4.1). */
	int bits = SSL_CIPHER_get_bits(suite, NULL);

	return (struct traits){
		.exchange = SSL_CIPHER_get_kx_nid(suite),
		.bits = algorithm == NID_des_ede3_cbc ? 112 : bits,
		.dh_bits = dh_bits,
		.null = algorithm == NID_undef,
		.anonymous = SSL_CIPHER_get_auth_nid(suite) == NID_auth_null,
		.rc4 = algorithm == NID_rc4,
	};
}

bool cipher_judge_suite(const SSL_CIPHER *suite, int dh_bits,
			char ret_flaw[TLS_CIPHER_FLAW_MAX])
{
	const struct traits traits = traits_of(suite, dh_bits);
	struct buffer b;

	buffer_init(&b, ret_flaw, TLS_CIPHER_FLAW_MAX);
	buffer_string(&b);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!rows[i].fits(&traits))
			continue;
		buffer_format(&b, "negotiated %s: ", SSL_CIPHER_get_name(suite));
		if (rows[i].fits == is_small_dh)
			buffer_format(&b, "a DH group of %d bits, ", dh_bits);
		buffer_text(&b, rows[i].words);
		buffer_string(&b);
		return rows[i].forbidden;
	}
	return false;
}

static int dh_bits_of(const SSL *ssl)
{
	EVP_PKEY *key = NULL;
	int bits = 0;

	/* A macro that drops const. */
	if (SSL_get_peer_tmp_key((SSL *)ssl, &key) == 1)
		bits = EVP_PKEY_get_bits(key);
	EVP_PKEY_free(key);
	return bits;
}

bool cipher_judge(const SSL *ssl, char ret_flaw[TLS_CIPHER_FLAW_MAX])
{
	const SSL_CIPHER *suite = SSL_get_current_cipher(ssl);
	int exchange;

	ret_flaw[0] = '\0';
	if (suite == NULL)
		return false;
	exchange = SSL_CIPHER_get_kx_nid(suite);
	if (exchange == NID_kx_any) /* TLS 1.3 has none of all this */
		return false;
	return cipher_judge_suite(suite, exchange == NID_kx_dhe ? dh_bits_of(ssl) : 0,
				  ret_flaw);
}
