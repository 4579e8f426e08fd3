/* session.h - a recorded session: terms, and what happened in order. See README.md. */
#ifndef MAILVANE_TESTS_SESSION_H
#define MAILVANE_TESTS_SESSION_H

#include "dialogue.h"
#include "sasl_mechanisms.h"

enum event_kind {
	EVENT_SERVER,  /* bytes it sent without waiting for us */
	EVENT_CLIENT,  /* all we must have said since the last such event */
	EVENT_TLS,     /* the handshake is done; number: enum trust */
	EVENT_BREAK,   /* number: enum fault */
	EVENT_TIMEOUT, /* number: enum wish, the answer */
	EVENT_PAUSE,   /* it is in a pause, which is over */
	EVENT_EXPECT,  /* key and bytes, see below */
};

struct event {
	enum event_kind kind;
	int line; /* of the file */
	int number;
	const char *key; /* "fault", "code", or another word of README.md behind "=" */
	char *bytes;     /* on the heap, NUL behind them */
	size_t n;
};

struct session {
	const char *path;
	struct dialogue_params params;
	struct dialogue_mail mail; /* of the parameters, in a talk= only */
	struct event *events;
	size_t count;
	size_t server_bytes;            /* of all EVENT_SERVER */
	const char *bound;              /* NULL: TLS has nothing to bind to */
	struct sasl_exchange *exchange; /* who plays the session sets it */
	char *values[12];
};

/* Ends the program with file:line and a reason when the file is no session. */
struct session *session_read(const char *path);
void session_free(struct session *);

#endif
