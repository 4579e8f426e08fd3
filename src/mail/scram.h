/* scram.h - the client side of SCRAM (RFC 5802, RFC 7677), without I/O.
 *
 * Call scram_init, then scram_first; pass the server's first message to scram_final and its
 * last message to scram_verify. User and password are used as they are, without SASLprep
 * (RFC 4013), which does not change ASCII. Other text must be in the normal form that the
 * server uses.
 */
#ifndef MAILVANE_SCRAM_H
#define MAILVANE_SCRAM_H

#include "buffer.h"
#include "digest.h"
#include "fault.h"

enum {
	SCRAM_NONCE_MAX = 24,         /* characters of our nonce */
	SCRAM_BOUND_MAX = 64,         /* bytes of the channel binding */
	SCRAM_MESSAGE_MAX = 384,      /* bytes of a message of the server */
	SCRAM_RESPONSE_MAX = 640,     /* bytes of the message of scram_final */
	SCRAM_ITERATIONS_MIN = 4096,  /* RFC 5802 section 5.1, RFC 7677 section 4 */
	SCRAM_ITERATIONS_MAX = 100000 /* takes at most about 0.1 s */
};

struct scram {
	const struct digests *digests;
	enum digest digest;
	char nonce[SCRAM_NONCE_MAX + 1];
	/* The name of the channel binding (RFC 5056) and its bytes; NULL: no binding is
	 * used. */
	const char *binding;
	char bound[SCRAM_BOUND_MAX];
	size_t bound_n;
	bool
	    could_bind; /* no binding is used because the server does not offer it: "y,," */
	unsigned char signature[DIGEST_MAX]; /* the ServerSignature that we expect */
};

/* Chooses a random nonce; no channel binding is set. False: no random bytes are
 * available. */
bool scram_init(struct scram *, const struct digests *, enum digest);

/* Writes client-first-message. The buffer needs three bytes for each byte of the user. */
void scram_first(const struct scram *, struct view user, struct buffer *);

/* What is wrong with a message of the server: a fault and a static sentence. */
struct scram_complaint {
	enum fault fault; /* FAULT_OK: nothing is wrong, and words is NULL */
	const char *words;
};

/* Writes client-final-message in answer to server-first-message. If the server asks for
 * fewer iterations than SCRAM_ITERATIONS_MIN, no proof is made (FAULT_AUTH_UNSUPPORTED): a
 * false server could ask for few, so that it can guess the password faster. */
struct scram_complaint scram_final(struct scram *, struct view user, struct view password,
				   struct view server_first, struct buffer *);

/* True if server-final-message reports an error, such as "invalid-proof". */
bool scram_error(struct view server_final, struct view *ret_error);

/* True for the errors of RFC 5802 section 7. */
bool scram_error_is_known(struct view error);

/* Checks server-final-message: FAULT_AUTH_SERVER_PROOF if it does not prove that the server
 * knows the password. */
struct scram_complaint scram_verify(const struct scram *, struct view server_final);

#endif
