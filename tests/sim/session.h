/* session.h - one connection: its bytes in and out, and whose turn it is.
 *
 * Three files share it: session.c (events and turns), wire.c (plain or TLS bytes), answer.c
 * (what is said, with the faults of the scenario worked in). Protocols see the calls at the
 * foot only.
 */
#ifndef MAILSIM_SESSION_H
#define MAILSIM_SESSION_H

#include "buffer.h"
#include "flood.h"
#include "frame.h"
#include "listener.h"
#include "sasl.h"
#include "speaker.h"

#include <uv.h>

enum { SESSION_INPUT_MAX = 4096, SESSION_CANNED_MAX = 8 };

enum stage {
	STAGE_HANDSHAKE, /* or before it */
	STAGE_LISTEN,    /* the peer's turn */
	STAGE_ANSWER,    /* ours: bytes or a pause are left */
	STAGE_FLOOD,     /* TLS records without data, nothing is read any more */
	STAGE_DEAF,      /* nothing will ever be said again */
	STAGE_LEAVING,   /* goodbye is said; waiting for the peer's end of stream */
	STAGE_CLOSED,
};

enum session_flag {
	SESSION_FAULTY = 1 << 0, /* this connection gets the listener's faults */
	SESSION_INSANE = 1 << 1, /* after what we did the peer may leave as it likes */
	SESSION_GREETED = 1 << 2,
	SESSION_GOODBYE = 1 << 3, /* the peer said QUIT or LOGOUT */
	SESSION_SECURED = 1 << 4,
	SESSION_NOTIFIED = 1 << 5,   /* close_notify has come */
	SESSION_PIPELINING = 1 << 6, /* offered */
	SESSION_LOGGED_IN = 1 << 7,
	SESSION_MESSAGE = 1 << 8, /* SMTP: between DATA and the dot */
	SESSION_HELLO = 1 << 9,   /* SMTP: EHLO or HELO was said */
	SESSION_PREGREET = 1 << 10,
	SESSION_SHUT = 1 << 11, /* our direction has ended */
};

struct output {
	char *p; /* kept with the session when it is used again */
	size_t n, cap, sent;
	size_t pause_at; /* a pause of pause_ms before this byte; 0: none */
	unsigned delay_ms, pause_ms, drip_ms;
	enum after after;
};

struct session {
	uv_poll_t poll;
	uv_timer_t timer;
	struct worker *worker;
	struct session *next, *previous; /* among the live or the unused of the worker */
	struct listener *listener;
	SSL *tls;
	int fd, interest;
	int open_handles;
	unsigned long long number; /* at the listener, from 1 */
	unsigned flags;
	enum stage stage;
	enum phase phase; /* of the latest question */
	struct output out;
	struct view repeat; /* said again and again behind AFTER_REPEAT */
	struct frame frame;
	struct buffer in;
	struct sasl sasl;
	enum flood flood;
	unsigned flood_pieces; /* sent before the handshake */
	char tag[64];          /* IMAP's, with a blank; "" elsewhere */
	char user[128];        /* POP3 USER */
	unsigned canned_seen[SESSION_CANNED_MAX];
	char input[SESSION_INPUT_MAX];
};

/* --- session.c --- */

/* A connection was accepted: takes the descriptor. */
void session_open(struct worker *, struct listener *, int fd);
/* Drops it as it stands. */
void session_end(struct session *);
/* Sends what is to be sent, at its pace, then does what follows. */
void session_flush(struct session *);

/* --- wire.c --- */

enum wire {
	WIRE_AGAIN = -1,
	WIRE_END = -2,    /* end of stream */
	WIRE_NOTIFY = -3, /* close_notify */
	WIRE_RESET = -4,
	WIRE_BROKEN = -5, /* TLS error */
};

/* Bytes moved, or an enum wire. */
ssize_t wire_read(struct session *, char *, size_t);
ssize_t wire_write(struct session *, const char *, size_t);
/* 1: done; else an enum wire. */
int wire_handshake(struct session *);
/* Sends records of the session's flood until the kernel takes no more. False: it is lost. */
bool wire_flood(struct session *);
/* Says close_notify if TLS is on, and ends our direction. */
void wire_goodbye(struct session *);

/* --- answer.c --- */

/* Answers a question of a phase: with the fault or the canned reply the scenario has for it,
 * else with what `run` says. */
void answer(struct session *, const struct command *, struct view args);
/* Of a login, in the protocol's own words unless the scenario has others. */
void answer_verdict(struct session *, bool ok, const char *good, const char *bad);
/* True, and everything said, when the scenario has a canned reply to the verb. */
bool answer_canned(struct session *, const char *verb, const char *alias);
/* Whoever spoke out of turn gets 554 and the door, if the listener is strict. True if so. */
bool answer_strict(struct session *);

/* --- for protocols --- */

__attribute__((format(printf, 2, 3))) void session_say(struct session *, const char *, ...);
void session_put(struct session *, struct view);
/* What follows when this answer is out; AFTER_LISTEN if not called. */
void session_then(struct session *, enum after);
/* The scenario's capabilities for now; n 0: the protocol's own. */
struct view session_capability_set(struct session *);
/* STARTTLS is offered and would work. */
bool session_can_upgrade(const struct session *);
/* Logins are offered. */
bool session_can_login(const struct session *);
/* Checks, counts, and notes a password in clear. */
bool session_login(struct session *, struct view user, struct view password);
const char *session_host(const struct session *);

#endif
