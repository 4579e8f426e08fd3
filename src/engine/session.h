/* session.h - a dialogue over a stream: bytes and events of the one become calls of the other.
 *
 * Its owner gets the events of the stream and has the deadlines; it hands each event on to the
 * session, which sends what the dialogue says, starts TLS where the dialogue wishes it, and
 * answers what is to be done next. Results, faults of the connection and times are the owner's.
 */
#ifndef MAILVANE_SESSION_H
#define MAILVANE_SESSION_H

#include "dialogue.h"
#include "driver.h"
#include "sasl_mechanisms.h"
#include "stream.h"

enum session_turn {
	SESSION_WAITS,  /* for an event of the stream */
	SESSION_PAUSES, /* likewise, or for session_resume after dialogue_pause */
	SESSION_ENDS,   /* close the stream */
	SESSION_UNABLE, /* close the stream: no room to send, out of memory, or no TLS context */
};

/* For TLS, when it starts. Lent for the life of the session. */
struct session_tls {
	struct tls_context *context; /* NULL: TLS is never used */
	const char *name;
	const struct pins *pins;
	const struct dns_records *tlsa; /* NULL: none */
};

/* The caller's storage; it must not be moved. */
struct session {
	struct stream stream; /* the owner connects and closes it */
	struct session_tls tls;
	struct dialogue_params params;
	struct dialogue_buffers *buffers; /* NULL: not needed yet */
	struct sasl_exchange *exchange;   /* likewise */
	bool begun;
	struct dialogue dialogue;
};

/* All zero, but for the dialogue; the owner then sets `tls` and `params`. */
void session_init(struct session *);

/* Makes the dialogue, which lends what it needs from here; `output` as for dialogue_init. With
 * `on_line` set in the parameters what the server offers is kept, too. */
void session_prepare(struct session *, char *output);

/* Frees what was lent. The stream must be closed. */
void session_fini(struct session *);

/* Begins the handshake. False: it cannot. */
bool session_start_tls(struct session *);

/* The stream is connected, or secured: begins the dialogue, or goes on behind its wish for TLS. */
enum session_turn session_go(struct session *, enum trust);

/* Bytes have come; the pause is over. */
enum session_turn session_feed(struct session *, struct view bytes);
enum session_turn session_resume(struct session *);

#endif
