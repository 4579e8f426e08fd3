/* scram.c - the messages in the order in which they are sent; the names are those of RFC
 * 5802 section 5. */
#include "scram.h"

#include "base64.h"

#include <string.h>

/* Room for the user (three bytes for each byte), both nonces and the channel binding. */
enum { AUTH_MESSAGE_MAX = 3 * 512 + SCRAM_MESSAGE_MAX + SCRAM_RESPONSE_MAX + 64 };

bool scram_init(struct scram *s, const struct digests *digests, enum digest digest)
{
	unsigned char raw[SCRAM_NONCE_MAX / 4 * 3];
	struct buffer nonce;

	*s = (struct scram){ .digests = digests, .digest = digest };
	if (!digests->random(raw, sizeof(raw)))
		return false;
	buffer_init(&nonce, s->nonce, sizeof(s->nonce));
	base64_encode(&nonce, (struct view){ (char *)raw, sizeof(raw) });
	buffer_string(&nonce);
	return true;
}

/* --- what we send -------------------------------------------------------------------------- */

static void scram_put_header(const struct scram *s, struct buffer *b)
{
	if (s->binding != NULL)
		buffer_text(b, "p=");
	buffer_text(b, s->binding != NULL ? s->binding : s->could_bind ? "y" : "n");
	buffer_text(b, ",,");
}

/* client-first-message-bare. RFC 5802 section 5.1: saslname. */
static void scram_put_first_bare(const struct scram *s, struct view user, struct buffer *b)
{
	buffer_text(b, "n=");
	for (size_t i = 0; i < user.n; i++) {
		if (user.p[i] == ',')
			buffer_text(b, "=2C");
		else if (user.p[i] == '=')
			buffer_text(b, "=3D");
		else
			buffer_put(b, (struct view){ user.p + i, 1 });
	}
	buffer_text(b, ",r=");
	buffer_text(b, s->nonce);
}

void scram_first(const struct scram *s, struct view user, struct buffer *b)
{
	scram_put_header(s, b);
	scram_put_first_bare(s, user, b);
}

/* client-final-message-without-proof. */
static void scram_put_final_without_proof(const struct scram *s, struct view nonce,
					  struct buffer *b)
{
	char storage[sizeof("p=,,") + 32 + SCRAM_BOUND_MAX];
	struct buffer bound;

	buffer_init(&bound, storage, sizeof(storage));
	scram_put_header(s, &bound);
	if (s->binding != NULL)
		buffer_put(&bound, (struct view){ s->bound, s->bound_n });
	b->full = b->full || bound.full;
	buffer_text(b, "c=");
	base64_encode(b, buffer_view(&bound));
	buffer_text(b, ",r=");
	buffer_put(b, nonce);
}

/* --- what the server sends ----------------------------------------------------------------- */

/* Takes the next attribute, "r=..." up to a comma. False if it has another name. */
static bool scram_take_attribute(struct view *rest, char name, struct view *ret_value)
{
	const char *comma;
	size_t n;

	if (rest->n < 2 || rest->p[0] != name || rest->p[1] != '=')
		return false;
	comma = memchr(rest->p, ',', rest->n);
	n = comma != NULL ? (size_t)(comma - rest->p) : rest->n;
	*ret_value = (struct view){ rest->p + 2, n - 2 };
	*rest = view_skip(*rest, n + (comma != NULL));
	return true;
}

struct challenge {
	struct view nonce, salt;
	uint64_t iterations;
};

static bool is_printable_ascii(struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] <= ' ' || v.p[i] >= 0x7f)
			return false;
	return true;
}

/* The nonce must begin with ours, and the server must have added its own part. */
static bool scram_nonce_begins_with_ours(const struct scram *s, struct view nonce)
{
	size_t n = strlen(s->nonce);

	return nonce.n > n && memcmp(nonce.p, s->nonce, n) == 0 &&
	       is_printable_ascii(nonce);
}

/* Parses server-first-message; the salt is decoded into `storage`. Returns NULL or what is
 * wrong. */
static const char *scram_parse_server_first(const struct scram *s, struct view message,
					    struct buffer *storage,
					    struct challenge *ret_challenge)
{
	struct view nonce, salt, iterations;

	if (message.n > 1 && message.p[0] == 'm' && message.p[1] == '=')
		return "the server's SCRAM demands an extension we do not know";
	if (!scram_take_attribute(&message, 'r', &nonce) ||
	    !scram_take_attribute(&message, 's', &salt) ||
	    !scram_take_attribute(&message, 'i', &iterations))
		return "the server's first SCRAM message is not well-formed";
	if (!scram_nonce_begins_with_ours(s, nonce))
		return "the server's SCRAM nonce does not begin with ours";
	if (!base64_decode(storage, salt) || storage->n == 0)
		return "the server's SCRAM salt is not base64";
	if (!view_number(iterations, UINT64_MAX, &ret_challenge->iterations) ||
	    ret_challenge->iterations == 0)
		return "the server's SCRAM iteration count is no number";
	ret_challenge->nonce = nonce;
	ret_challenge->salt = buffer_view(storage);
	return NULL;
}

/* --- the calculation ----------------------------------------------------------------------- */

static struct view digest_view(const struct scram *s, const unsigned char *digest)
{
	return (struct view){ (const char *)digest, digest_size(s->digest) };
}

/* RFC 5802 section 3: writes the ClientProof to `proof` and the ServerSignature to
 * s->signature. */
static bool scram_calculate(struct scram *s, struct view password,
			    const struct challenge *c, struct view auth_message,
			    unsigned char *proof)
{
	const struct digests *d = s->digests;
	unsigned char salted[DIGEST_MAX], key[DIGEST_MAX], stored[DIGEST_MAX];
	bool good =
	    d->stretch(s->digest, password, c->salt, (unsigned)c->iterations, salted) &&
	    d->hmac(s->digest, digest_view(s, salted), view_of("Client Key"), key) &&
	    d->hash(s->digest, digest_view(s, key), stored) &&
	    d->hmac(s->digest, digest_view(s, stored), auth_message, proof);

	for (size_t i = 0; good && i < digest_size(s->digest); i++)
		proof[i] ^= key[i];
	good = good &&
	       d->hmac(s->digest, digest_view(s, salted), view_of("Server Key"), key) &&
	       d->hmac(s->digest, digest_view(s, key), auth_message, s->signature);
	explicit_bzero(salted, sizeof(salted));
	explicit_bzero(key, sizeof(key));
	explicit_bzero(stored, sizeof(stored));
	return good;
}

static bool scram_put_final(struct scram *s, struct view user, struct view password,
			    struct view server_first, const struct challenge *c,
			    struct buffer *b)
{
	unsigned char proof[DIGEST_MAX];
	char storage[AUTH_MESSAGE_MAX];
	struct buffer auth_message;

	scram_put_final_without_proof(s, c->nonce, b);
	buffer_init(&auth_message, storage, sizeof(storage));
	scram_put_first_bare(s, user, &auth_message);
	buffer_text(&auth_message, ",");
	buffer_put(&auth_message, server_first);
	buffer_text(&auth_message, ",");
	buffer_put(&auth_message, buffer_view(b));
	if (auth_message.full || b->full ||
	    !scram_calculate(s, password, c, buffer_view(&auth_message), proof))
		return false;
	buffer_text(b, ",p=");
	return base64_encode(b, digest_view(s, proof));
}

struct scram_complaint scram_final(struct scram *s, struct view user, struct view password,
				   struct view server_first, struct buffer *b)
{
	char storage[SCRAM_MESSAGE_MAX];
	struct challenge c;
	struct buffer salt;
	const char *words;

	buffer_init(&salt, storage, sizeof(storage));
	if (server_first.n > SCRAM_MESSAGE_MAX)
		return (struct scram_complaint){ FAULT_LIMIT,
						 "a SCRAM message that is too long" };
	words = scram_parse_server_first(s, server_first, &salt, &c);
	if (words != NULL)
		return (struct scram_complaint){ FAULT_PROTOCOL, words };
	if (c.iterations < SCRAM_ITERATIONS_MIN)
		return (struct scram_complaint){
			FAULT_AUTH_UNSUPPORTED,
			"the server asks for fewer than 4096 rounds of SCRAM (RFC 7677): "
			"no "
			"proof was sent, because the password could be guessed from it"
		};
	if (c.iterations > SCRAM_ITERATIONS_MAX)
		return (struct scram_complaint){
			FAULT_LIMIT, "the server asks for more than 100000 rounds of SCRAM"
		};
	if (!scram_put_final(s, user, password, server_first, &c, b))
		return (struct scram_complaint){ FAULT_INTERNAL,
						 "SCRAM cannot be calculated here" };
	return (struct scram_complaint){ FAULT_OK, NULL };
}

bool scram_error(struct view server_final, struct view *ret_error)
{
	return scram_take_attribute(&server_final, 'e', ret_error);
}

bool scram_error_is_known(struct view error)
{
	static const char *const errors[] = {
		"invalid-encoding",
		"extensions-not-supported",
		"invalid-proof",
		"channel-bindings-dont-match",
		"server-does-support-channel-binding",
		"channel-binding-not-supported",
		"unsupported-channel-binding-type",
		"unknown-user",
		"invalid-username-encoding",
		"no-resources",
		"other-error",
	};

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		if (view_equal(error, errors[i]))
			return true;
	return false;
}

/* Compares in constant time. */
static bool equal_in_constant_time(const unsigned char *a, const char *b, size_t n)
{
	unsigned different = 0;

	for (size_t i = 0; i < n; i++)
		different |= a[i] ^ (unsigned char)b[i];
	return different == 0;
}

struct scram_complaint scram_verify(const struct scram *s, struct view server_final)
{
	char storage[DIGEST_MAX];
	struct buffer signature;
	struct view text;

	buffer_init(&signature, storage, sizeof(storage));
	if (!scram_take_attribute(&server_final, 'v', &text) ||
	    !base64_decode(&signature, text))
		return (struct scram_complaint){
			FAULT_PROTOCOL, "the server's last SCRAM message is not well-formed"
		};
	if (signature.n != digest_size(s->digest) ||
	    !equal_in_constant_time(s->signature, signature.p, signature.n))
		return (struct scram_complaint){
			FAULT_AUTH_SERVER_PROOF,
			"the server's proof is wrong: it does not know the password"
		};
	return (struct scram_complaint){ FAULT_OK, NULL };
}
