/* exchange.h - what is said and heard inside of a SASL exchange, mechanism by mechanism.
 *
 * PLAIN RFC 4616, LOGIN draft-murchison-sasl-login, CRAM-MD5 RFC 2195, SCRAM RFC 5802 and 7677,
 * OAUTHBEARER RFC 7628, XOAUTH2 as Google documents it, EXTERNAL RFC 4422 appendix A.
 */
#ifndef MAILVANE_SASL_MECHANISMS_H
#define MAILVANE_SASL_MECHANISMS_H

#include "driver.h"
#include "scram.h"

/* Complete for those who lend it. */
struct exchange {
	struct scram scram;
	bool proven; /* the server knows the password, too */
	struct buffer
	    answer; /* to the last challenge; or the server's words for an error */
	char storage[SCRAM_RESPONSE_MAX];
	/* The messages that let the password be guessed, a NUL behind each: not to be shown. */
	size_t spoken_n;
	char spoken[2 * SCRAM_MESSAGE_MAX + SCRAM_RESPONSE_MAX + 3];
};

enum { SASL_EXCHANGE_MESSAGE_MAX = DIALOGUE_TOKEN_MAX + 3 * DIALOGUE_VALUE_MAX + 64 };

/* The server has to speak first. */
bool sasl_exchange_waits(enum mechanism);
/* What terms->means must be there for; and for what there must be a channel binding. */
bool sasl_exchange_needs_means(enum mechanism);
bool sasl_exchange_binds(enum mechanism);

/* No less than the first message has, in bytes. */
size_t sasl_exchange_first_size(const struct dialogue *, enum mechanism);

/* The message that is due, into a buffer of SASL_EXCHANGE_MESSAGE_MAX. NULL, or why it cannot be
 * made. */
const char *sasl_exchange_say(struct dialogue *, enum mechanism, struct buffer *);

/* The first message, where it holds the password: to know it again. False: it does not. */
bool sasl_exchange_message(const struct dialogue *, enum mechanism, struct buffer *);

/* A challenge as it came: JUDGED_GOOD when the next message is due. */
enum judgement sasl_exchange_hear(struct dialogue *, enum mechanism, struct view challenge);

/* The server has let us in. */
enum judgement sasl_exchange_welcomed(struct dialogue *, enum mechanism);

/* The messages so far that let the password be guessed, NULs between them: SCRAM's but the first,
 * which holds the user, and the challenge and digest of CRAM-MD5. */
struct view sasl_exchange_spoken(const struct dialogue *);

/* What the server said of an error inside of the exchange, in standard words: a status of RFC 7628
 * or an error of RFC 5802; empty: nothing. */
struct view sasl_exchange_error(const struct dialogue *);

#endif
