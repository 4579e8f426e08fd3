/* sasl.h - the server's half of PLAIN (RFC 4616) and LOGIN. */
#ifndef MAILSIM_SASL_H
#define MAILSIM_SASL_H

#include "view.h"

enum sasl_step { SASL_IDLE, SASL_PLAIN, SASL_USER, SASL_PASSWORD };

/* Idle when zeroed. */
struct sasl {
	enum sasl_step step; /* what is awaited */
	char user[256];
	const char *challenge; /* of the latest SASL_CHALLENGE: base64, may be "" */
};

enum sasl_turn {
	SASL_CHALLENGE, /* send it and hear the answer */
	SASL_GOOD,
	SASL_BAD,
	SASL_CANCELLED, /* by `*` */
	SASL_MALFORMED,
	SASL_UNKNOWN, /* no such mechanism */
};

struct session;

/* `initial` is base64, `=` for an empty response; p NULL: none was sent. */
enum sasl_turn sasl_begin(struct session *, struct view mechanism, struct view initial);
enum sasl_turn sasl_hear(struct session *, struct view response);

#endif
