/* flood.c - the record protection of AES-128-GCM, for TLS 1.3 and 1.2. */
#include "flood.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const flood_names[FLOOD_COUNT + 1] = {
	"key-updates", "tickets", "hello-requests", "warnings", "empty", "pieces",
};

enum { HEAD = 5, TAG = 16, EXPLICIT = 8, RECORD_MAX = 256 };
enum { TYPE_ALERT = 21, TYPE_HANDSHAKE = 22, TYPE_DATA = 23 };

/* Of one connection, our direction. */
struct keys {
	unsigned char secret[32], key[16], iv[12];
	uint64_t sequence;
	bool derived;
	unsigned pieces;
};

static void keys_drop(void *parent, void *keys, CRYPTO_EX_DATA *all, int index, long number,
		      void *pointer)
{
	(void)parent;
	(void)all;
	(void)index;
	(void)number;
	(void)pointer;
	free(keys);
}

static int keys_index(void)
{
	static int index = -1;

	if (index < 0)
		index = SSL_get_ex_new_index(0, NULL, NULL, NULL, keys_drop);
	return index;
}

static struct keys *keys_of(const SSL *ssl)
{
	struct keys *k = SSL_get_ex_data(ssl, keys_index());

	if (k == NULL) {
		k = calloc(1, sizeof(*k));
		if (k == NULL ||
		    SSL_set_ex_data((SSL *)(uintptr_t)ssl, keys_index(), k) != 1)
			abort();
	}
	return k;
}

bool flood_from_name(struct view word, enum flood *ret_flood)
{
	for (unsigned i = 0; i < FLOOD_COUNT; i++)
		if (view_equal(word, flood_names[i])) {
			*ret_flood = (enum flood)i;
			return true;
		}
	return false;
}

/* --- following the keys ------------------------------------------------------------------- */

static void see_secret(const SSL *ssl, const char *line)
{
	static const char label[] = "SERVER_TRAFFIC_SECRET_0 ";
	struct keys *k = keys_of(ssl);
	const char *hex = strrchr(line, ' ');

	if (strncmp(line, label, sizeof(label) - 1) != 0 || hex == NULL)
		return;
	for (size_t i = 0; i < sizeof(k->secret); i++) {
		const char digits[3] = { hex[1 + 2 * i], hex[2 + 2 * i], '\0' };

		k->secret[i] = (unsigned char)strtoul(digits, NULL, 16);
	}
	k->sequence = 0;
	k->derived = false;
}

static void see_record(int sent, int version, int kind, const void *bytes, size_t n,
		       SSL *ssl, void *nothing)
{
	struct keys *k = keys_of(ssl);

	(void)version;
	(void)n;
	(void)nothing;
	if (!sent || kind != SSL3_RT_HEADER)
		return;
	k->sequence++;
	if (((const unsigned char *)bytes)[0] == SSL3_RT_CHANGE_CIPHER_SPEC)
		k->sequence = 0;
}

void flood_prepare(SSL_CTX *context)
{
	SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");
	SSL_CTX_set_cipher_list(context, "ECDHE+AES128+AESGCM:AES128-GCM-SHA256");
	SSL_CTX_set_keylog_callback(context, see_secret);
	SSL_CTX_set_msg_callback(context, see_record);
}

/* RFC 8446 section 7.1, for outputs of one block and no context. */
static void expand_label(const unsigned char secret[32], const char *label,
			 unsigned char *dst, size_t n)
{
	unsigned char wish[64], block[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	int length = snprintf((char *)wish + 3, sizeof(wish) - 5, "tls13 %s", label);

	wish[0] = 0;
	wish[1] = (unsigned char)n;
	wish[2] = (unsigned char)length;
	wish[3 + length] = 0;
	wish[4 + length] = 1;
	HMAC(EVP_sha256(), secret, 32, wish, (size_t)length + 5, block, &size);
	memcpy(dst, block, n);
}

/* RFC 5246 section 5: the first 40 bytes of the key block. */
static void expand_block(const SSL *ssl, unsigned char dst[64])
{
	unsigned char master[48], seed[13 + 64], a[32], wish[32 + sizeof(seed)];
	unsigned size = 0;

	SSL_SESSION_get_master_key(SSL_get_session(ssl), master, sizeof(master));
	memcpy(seed, "key expansion", 13);
	SSL_get_server_random(ssl, seed + 13, 32);
	SSL_get_client_random(ssl, seed + 45, 32);
	HMAC(EVP_sha256(), master, 48, seed, sizeof(seed), a, &size);
	for (unsigned i = 0; i < 2; i++) {
		memcpy(wish, a, 32);
		memcpy(wish + 32, seed, sizeof(seed));
		HMAC(EVP_sha256(), master, 48, wish, sizeof(wish), dst + 32 * i, &size);
		memcpy(wish, a, 32);
		HMAC(EVP_sha256(), master, 48, wish, 32, a, &size);
	}
}

static void derive(const SSL *ssl, struct keys *k)
{
	unsigned char block[64];

	if (k->derived)
		return;
	k->derived = true;
	if (SSL_version(ssl) >= TLS1_3_VERSION) {
		expand_label(k->secret, "key", k->key, sizeof(k->key));
		expand_label(k->secret, "iv", k->iv, sizeof(k->iv));
		return;
	}
	expand_block(ssl, block);
	memcpy(k->key, block + 16, 16);
	memcpy(k->iv, block + 36, 4);
}

static void next_keys(struct keys *k)
{
	expand_label(k->secret, "traffic upd", k->secret, sizeof(k->secret));
	k->sequence = 0;
	k->derived = false;
}

/* --- records ------------------------------------------------------------------------------ */

static void put_number(unsigned char *dst, uint64_t number)
{
	for (int i = 0; i < 8; i++)
		dst[i] = (unsigned char)(number >> (56 - 8 * i));
}

static void seal(const struct keys *k, const unsigned char nonce[12],
		 const unsigned char *head, size_t head_n, unsigned char *p, size_t n)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int size;

	if (c == NULL ||
	    EVP_EncryptInit_ex(c, EVP_aes_128_gcm(), NULL, k->key, nonce) != 1 ||
	    EVP_EncryptUpdate(c, NULL, &size, head, (int)head_n) != 1 ||
	    EVP_EncryptUpdate(c, p, &size, p, (int)n) != 1 ||
	    EVP_EncryptFinal_ex(c, p + n, &size) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG, p + n) != 1)
		abort();
	EVP_CIPHER_CTX_free(c);
}

static void put_head(unsigned char *dst, int type, size_t n)
{
	dst[0] = (unsigned char)type;
	dst[1] = dst[2] = 3;
	dst[3] = (unsigned char)(n >> 8);
	dst[4] = (unsigned char)n;
}

static size_t frame_13(struct keys *k, int type, struct view text, unsigned char *dst)
{
	size_t n = text.n + 1;
	unsigned char nonce[12] = { 0 };

	put_head(dst, TYPE_DATA, n + TAG);
	memcpy(dst + HEAD, text.p, text.n);
	dst[HEAD + text.n] = (unsigned char)type;
	put_number(nonce + 4, k->sequence++);
	for (size_t i = 0; i < sizeof(nonce); i++)
		nonce[i] ^= k->iv[i];
	seal(k, nonce, dst, HEAD, dst + HEAD, n);
	return HEAD + n + TAG;
}

static size_t frame_12(struct keys *k, int type, struct view text, unsigned char *dst)
{
	unsigned char nonce[12], head[8 + HEAD];

	put_head(dst, type, EXPLICIT + text.n + TAG);
	put_number(dst + HEAD, k->sequence);
	memcpy(dst + HEAD + EXPLICIT, text.p, text.n);
	memcpy(nonce, k->iv, 4);
	memcpy(nonce + 4, dst + HEAD, EXPLICIT);
	put_number(head, k->sequence++);
	put_head(head + 8, type, text.n);
	seal(k, nonce, head, sizeof(head), dst + HEAD + EXPLICIT, text.n);
	return HEAD + EXPLICIT + text.n + TAG;
}

static struct view message_of(enum flood flood, struct keys *k, int *ret_type)
{
	static const char update[] = { 24, 0, 0, 1, 1 };
	/* Lifetime, age, nonce "n", ticket "tick", no extensions. */
	static const char ticket[] = { 4, 0, 0,   18, 0, 0,   1,   0,   0,   0, 0,
				       0, 1, 'n', 0,  4, 't', 'i', 'c', 'k', 0, 0 };
	static const char request[] = { 0, 0, 0, 0 };
	static const char warning[] = { 1, 90 };
	/* The start of a ticket of 64,000 bytes, then zeros. */
	static const char piece[] = { 4, 0, (char)0xfa, 0, 0 };
	unsigned at;

	*ret_type = TYPE_HANDSHAKE;
	switch (flood) {
	case FLOOD_KEY_UPDATES:
		return (struct view){ update, sizeof(update) };
	case FLOOD_TICKETS:
		return (struct view){ ticket, sizeof(ticket) };
	case FLOOD_HELLO_REQUESTS:
		return (struct view){ request, sizeof(request) };
	case FLOOD_WARNINGS:
		*ret_type = TYPE_ALERT;
		return (struct view){ warning, sizeof(warning) };
	case FLOOD_PIECES:
		at = k->pieces < 4 ? k->pieces : 4;
		k->pieces++;
		return (struct view){ piece + at, 1 };
	default:
		*ret_type = TYPE_DATA;
		return (struct view){ piece, 0 };
	}
}

size_t flood_records(SSL *ssl, enum flood flood, char *dst, size_t cap)
{
	struct keys *k = keys_of(ssl);
	bool new = SSL_version(ssl) >= TLS1_3_VERSION;
	size_t n = 0;

	while (cap - n >= RECORD_MAX) {
		unsigned char *to = (unsigned char *)dst + n;
		int type;
		struct view text = message_of(flood, k, &type);

		derive(ssl, k);
		n += new ? frame_13(k, type, text, to) : frame_12(k, type, text, to);
		if (flood == FLOOD_KEY_UPDATES)
			next_keys(k);
	}
	return n;
}

/* A ServerHello of 16,000 bytes: 2, three bytes of length, zeros. */
size_t flood_plain_pieces(unsigned *at, char *dst, size_t cap)
{
	static const char start[] = { 2, 0, 0x3e, (char)0x80, 0 };
	size_t n = 0;

	for (; cap - n > HEAD; n += HEAD + 1) {
		put_head((unsigned char *)dst + n, TYPE_HANDSHAKE, 1);
		dst[n + HEAD] = start[*at < 4 ? *at : 4];
		++*at;
	}
	return n;
}
