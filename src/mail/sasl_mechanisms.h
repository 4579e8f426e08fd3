/* sasl_mechanisms.h - the messages of a SASL exchange for each mechanism.
 *
 * PLAIN RFC 4616, LOGIN draft-murchison-sasl-login, CRAM-MD5 RFC 2195, SCRAM RFC 5802 and
 * 7677, OAUTHBEARER RFC 7628, XOAUTH2 as Google documents it, EXTERNAL RFC 4422 appendix A.
 */
#ifndef MAILVANE_SASL_MECHANISMS_H
#define MAILVANE_SASL_MECHANISMS_H

#include "driver.h"
#include "scram.h"

/* The state of one login. The caller of the dialogue provides it (sasl_support) and wipes
 * it. */
struct sasl_exchange {
	struct scram scram;
	bool server_proved; /* the server has proved that it knows the password */
	/* The answer to the last challenge, or the server's text of an error. */
	struct buffer answer;
	char storage[SCRAM_RESPONSE_MAX];
	/* Messages from which the password could be guessed, each with a NUL: never
	 * shown. */
	size_t sensitive_n;
	char sensitive[2 * SCRAM_MESSAGE_MAX + SCRAM_RESPONSE_MAX + 3];
};

enum { SASL_EXCHANGE_MESSAGE_MAX = DIALOGUE_TOKEN_MAX + 3 * DIALOGUE_VALUE_MAX + 64 };

/* True if the server sends the first message. */
bool mechanism_server_speaks_first(enum mechanism);
/* True if the mechanism needs params->sasl_support; if it needs a channel binding. */
bool mechanism_needs_support(enum mechanism);
bool mechanism_binds_channel(enum mechanism);

/* An upper limit for the size of the first message in bytes. */
size_t mechanism_first_message_max(const struct dialogue *, enum mechanism);

/* Writes the next message into a buffer of SASL_EXCHANGE_MESSAGE_MAX bytes and returns
 * NULL, or returns a static sentence that says why it cannot be made. */
const char *sasl_exchange_write_message(struct dialogue *, enum mechanism, struct buffer *);

/* Writes the first message of a mechanism that sends the password or token, so that
 * redaction.c can search for it. False if the mechanism sends neither. */
bool sasl_exchange_write_secret(const struct dialogue *, enum mechanism, struct buffer *);

/* Takes a challenge in base64. JUDGED_GOOD: the next message is due. */
enum judgement sasl_exchange_take_challenge(struct dialogue *, enum mechanism,
					    struct view challenge);

/* Judges the server's statement that the login has succeeded. */
enum judgement sasl_exchange_judge_success(struct dialogue *, enum mechanism);

/* The messages so far from which the password could be guessed, separated by NULs: those of
 * SCRAM except the first, and the challenge and digest of CRAM-MD5. */
struct view sasl_exchange_sensitive(const struct dialogue *);

/* The error that the server reported inside the exchange: a status of RFC 7628 or an error
 * of RFC 5802; empty if it reported none. */
struct view sasl_exchange_error(const struct dialogue *);

#endif
