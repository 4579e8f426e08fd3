/* scram.h - the client's side of SCRAM (RFC 5802, RFC 7677) as bytes in, bytes out.
 *
 * scram_init, scram_first; with the server's answer scram_final; with its next one scram_verify.
 * User and password are taken as the bytes they are: ASCII is the same after SASLprep
 * (RFC 4013), other text must be given in the normal form the server keeps it in.
 */
#ifndef MAILVANE_SCRAM_H
#define MAILVANE_SCRAM_H

#include "buffer.h"
#include "digest.h"
#include "fault.h"

enum {
	SCRAM_NONCE_MAX = 24,         /* letters of ours */
	SCRAM_BOUND_MAX = 64,         /* bytes that bind to a channel */
	SCRAM_MESSAGE_MAX = 384,      /* of the server */
	SCRAM_RESPONSE_MAX = 640,     /* of scram_final */
	SCRAM_ITERATIONS_MIN = 4096,  /* RFC 5802 section 5.1, RFC 7677 section 4 */
	SCRAM_ITERATIONS_MAX = 100000 /* a tenth of a second and less */
};

struct scram {
	const struct digests *digests;
	enum digest digest;
	char nonce[SCRAM_NONCE_MAX + 1];
	/* The name of the channel binding (RFC 5056) and its bytes; NULL: not bound. */
	const char *binding;
	char bound[SCRAM_BOUND_MAX];
	size_t bound_n;
	bool could_bind; /* not bound only because the server does not offer it: "y,," */
	unsigned char signature[DIGEST_MAX]; /* what the server has to prove itself with */
};

/* Chooses the nonce; not bound. False: no randomness here. */
bool scram_init(struct scram *, const struct digests *, enum digest);

/* client-first-message, into a buffer with room for thrice the user. */
void scram_first(const struct scram *, struct view user, struct buffer *);

/* What is wrong with a message of the server, in words: a static sentence and its fault. */
struct scram_complaint {
	enum fault fault; /* FAULT_OK: nothing */
	const char *words;
};

/* client-final-message for a server-first-message. No proof is made for fewer rounds than
 * SCRAM_ITERATIONS_MIN: who may choose few, such as a server in the place of another, guesses the
 * password from it the faster (FAULT_AUTH_UNSUPPORTED). */
struct scram_complaint scram_final(struct scram *, struct view user, struct view password,
				   struct view server_first, struct buffer *);

/* True for a server-final-message that tells an error, such as "invalid-proof". */
bool scram_error(struct view server_final, struct view *ret_error);

/* True for the errors of RFC 5802 section 7. */
bool scram_error_is_known(struct view error);

/* FAULT_AUTH_SERVER_PROOF when the server does not know the password either. */
struct scram_complaint scram_verify(const struct scram *, struct view server_final);

#endif
