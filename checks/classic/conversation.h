/* conversation.h - one connection, spoken on line after line, under one deadline.
 *
 * Every call runs the loop until it has what it was asked for, and says how that ended. After
 * TURN_TIMEOUT, and TURN_FAILED of open and secure, only conversation_fini is left. What the
 * server has said before it hung up is read before TURN_CLOSED is told.
 */
#ifndef MAILVANE_CLASSIC_CONVERSATION_H
#define MAILVANE_CLASSIC_CONVERSATION_H

#include "buffer.h"
#include "loop_reserve.h"
#include "resolver.h"
#include "stream.h"

/* What the server may have said that was not taken yet; and what is kept of a conversation to
 * show it. */
enum { CONVERSATION_INPUT_MAX = 16384, CONVERSATION_TRANSCRIPT_MAX = 32768 };

enum turn {
	TURN_DONE,
	TURN_TIMEOUT, /* the deadline of the whole */
	TURN_IDLE,    /* nothing came for the time that was given */
	TURN_CLOSED,  /* the server has hung up, or its connection broke */
	TURN_FULL,    /* it says more than we keep */
	TURN_FAILED,  /* conversation_reason tells why */
};

struct conversation {
	struct loop_reserve reserve;
	uv_loop_t loop;
	uv_timer_t deadline, pause;
	struct stream stream;
	struct resolver *resolver; /* NULL: not needed */
	struct question question;
	struct resolver_answer answer;
	struct tls_context *tls;
	unsigned flags;
	unsigned timeout;           /* seconds */
	enum fault fault;           /* the latest of names, connection and TLS */
	int error;                  /* errno of a failed connection, 0: none */
	char reason[PRINTABLE_MAX]; /* of TURN_FAILED and TURN_CLOSED */
	size_t taken;               /* of input, by the last line */
	struct buffer input;
	struct buffer *transcript; /* NULL: not kept */
	char storage[CONVERSATION_INPUT_MAX];
};

/* The deadline is `timeout` seconds from now, 0: none. False: out of descriptors or memory. The
 * transcript, if any, is lent until the end. */
bool conversation_init(struct conversation *, unsigned timeout, struct buffer *transcript);
void conversation_fini(struct conversation *);

/* A name or an address to addresses. TURN_FAILED: it has none. */
enum turn conversation_resolve(struct conversation *, const char *host, enum family);
/* To the first of the addresses that answers, or to a unix socket. */
enum turn conversation_open(struct conversation *, uint16_t port);
enum turn conversation_open_path(struct conversation *, const char *path);

struct classic_tls_options {
	const char
	    *name; /* for SNI; and, if verified, to be in the certificate; NULL: none */
	bool verified;
	const char *ca_file; /* NULL: the system's */
};
/* TURN_FAILED also when the server has sent something already, which would lie behind its
 * answer to STARTTLS (CVE-2011-0411). */
enum turn conversation_secure(struct conversation *, const struct classic_tls_options *);

/* False: the server has hung up. A secret is sent but not shown in the transcript. */
bool conversation_send(struct conversation *, struct view);
bool conversation_send_secret(struct conversation *, struct view, const char *shown);

/* The next line without its end; lent until the next call. A last line without an end counts
 * when the server has hung up behind it. */
enum turn conversation_line(struct conversation *, struct view *ret_line);

/* Waits for more than `known` bytes, at most for `patience`. *ret_bytes is all that came since
 * the last line, set on TURN_DONE only; lent until the next call. */
enum turn conversation_bytes(struct conversation *, size_t known, struct span patience,
			     struct view *ret_bytes);

enum turn conversation_pause(struct conversation *, struct span);

/* True when the server is known to have hung up. */
bool conversation_is_closed(const struct conversation *);

#endif
