/* driver.h - the inside of a dialogue: what a protocol is made of, and what its file may use.
 *
 * For the files of this folder, and for those who embed a struct dialogue; these need only
 * its size. A driver is a table of guarded steps at the foot of its file; above the table
 * stand its guards, its judges and its framing. The runner, dialogue.c, owns all else.
 */
#ifndef MAILVANE_DRIVER_H
#define MAILVANE_DRIVER_H

#include "capability_words.h"
#include "dialogue.h"
#include "mail_reply.h"

/* Where one line leaves the reply it is part of. */
enum framing {
	LINE_MORE, /* the reply goes on, or the line was only news */
	LINE_LAST, /* the reply is whole: judge it */
	LINE_BAD,  /* not a line of this protocol */
};

/* What a judge makes of a reply. */
enum judgement {
	JUDGED_GOOD,      /* go on */
	JUDGED_REFUSED,   /* a no; the protocol's `fault` says which */
	JUDGED_ODD,       /* well-formed, but no answer to what we said: FAULT_PROTOCOL */
	JUDGED_CHALLENGE, /* a login wants more than we have: cancel it */
	JUDGED_BLAMED,    /* dialogue_blame was called */
};

enum step_flag {
	STEP_TLS = 1 << 0,   /* a good reply hands the stream to TLS */
	STEP_MULTI = 1 << 1, /* POP3: a good reply goes on until "." */
	STEP_SASL = 1 << 2,  /* the server may be waiting for more of a SASL exchange */
	/* Nothing is said or awaited: the judge, given NULL, blames. */
	STEP_DEAD_END = 1 << 3,
	/* The farewell: said after failures, too. A wrong answer to it is FAULT_PROTOCOL in
	 * PHASE_QUIT, a missing one nothing. */
	STEP_LAST = 1 << 4,
	STEP_AGAIN = 1 << 5, /* as long as its guard holds */
	/* Behind a good reply, or at once where nothing is said: WISH_PAUSE, then the next step. */
	STEP_PAUSE = 1 << 6,
	/* The beginning of a loop, and its end: nothing is said there, and the conversation goes
	 * back. Both have the same guard, so that each turn asks the server something. */
	STEP_MARK = 1 << 7,
	STEP_BACK = 1 << 8,
	STEP_BODY = 1 << 9,     /* a message is in the reply: dialogue_hear_body */
	STEP_MESSAGE = 1 << 10, /* the message is sent in place of a command */
};

/* `say` is a template, see command.h; NULL: the server speaks first. `when` NULL: always. */
struct step {
	enum phase phase;
	bool (*when)(const struct dialogue *);
	const char *say;
	enum judgement (*hear)(struct dialogue *, const struct mail_reply *);
	unsigned flags; /* enum step_flag */
};

/* A table of steps; the last one is the farewell. */
struct step_table {
	const struct step *steps;
	size_t step_count;
};

struct protocol {
	const char *name;  /* "imap" */
	const char *title; /* "IMAP" */
	const struct step *steps;
	size_t step_count; /* the last one is the farewell */

	/* Takes in one line, without its end. */
	enum framing (*line)(struct dialogue *, struct view line, struct mail_reply *);
	enum fault (*fault)(const struct dialogue *, const struct mail_reply *);

	/* True when "{n}" at the end of a line as this one announces a literal, behind which the
	 * line goes on. NULL: there are none. What `line` gets in the end is the whole: with
	 * keeps_literals "{n}", a LF and the literal are in it, else all three are left out. */
	bool (*literals)(struct view line);
	bool keeps_literals;

	bool chatty;         /* the server may speak unasked (RFC 9051 section 7) */
	const char *closing; /* what it may say unasked when it closes; NULL: nothing */
	const char *cancel;  /* ends a SASL exchange; answered by a no */
	bool greets_with_timestamp; /* APOP, RFC 1939 section 7: not to be shown */

	/* What others ask of a protocol, see protocol.h. */
	bool (*offers_login)(struct view offered);
	bool uses_tlsa;
	bool no_login;                        /* on no port */
	uint16_t no_login_port;               /* not on this one; 0: there is none */
	const struct protocol *local_variant; /* NULL: there is none */
};

/* What drivers note of a server. All of it is forgotten when TLS starts. */
enum learned {
	LEARNED_STARTTLS = 1 << 0,
	LEARNED_COMMAND = 1 << 1, /* the protocol's own login: LOGIN, USER */
	LEARNED_INSIDE = 1 << 2,  /* logged in */
	LEARNED_DRIVER = 1 << 3,  /* the first bit that is the driver's own */
	/* Binds logins by tls-unique whatever the TLS version, as Cyrus IMAP does: with TLS 1.3,
	 * where that is not defined, -PLUS would end in "bad protocol". */
	LEARNED_UNIQUE = 1 << 15,
	LEARNED_SASL = 1 << 16, /* the first bit of the mechanisms */
};

/* The server offers the mechanism. */
#define LEARNED_MECHANISM(m) ((uint32_t)LEARNED_SASL << (m))

/* What a server offered, its alerts, and the line that has not come whole yet. */
struct dialogue_buffers {
	struct offered before, after; /* in plain text; inside TLS */
	char alert[PRINTABLE_MAX];
	char line[DIALOGUE_LINE_MAX];
};

struct dialogue {
	const struct dialogue_params *params;
	const struct step *step;
	struct outcome outcome;
	enum phase phase;
	enum phase heard; /* where the last whole reply was */
	enum trust trust;
	enum wish wish;
	unsigned state;   /* the runner's own */
	uint32_t learned; /* enum learned */
	unsigned tag;     /* IMAP's, the last one used */
	unsigned round;   /* challenges of a SASL exchange taken up so far */
	size_t received;  /* bytes in all */
	size_t literal;   /* bytes of a literal still to come */
	size_t part;      /* where in `line` the part behind the last literal begins */
	size_t handed;    /* of the message to send, bytes put into the output so far */
	uint32_t number;  /* POP3's of the message looked at; IMAP's UID of that found */
	unsigned found, looked; /* messages: with the wanted Message-ID; looked at */
	struct buffer line, output;
	struct dialogue_buffers *room; /* NULL: not needed yet */
	struct exchange *exchange;     /* likewise */
	struct capability_set capability_set;
	struct mail_reply reply;
};

/* --- for drivers --------------------------------------------------------------------------- */

/* Inside TLS, from the first byte or by STARTTLS. */
bool dialogue_in_tls(const struct dialogue *);
/* TLS was started by us in mid-dialogue. */
bool dialogue_upgraded(const struct dialogue *);
/* Guard: no command was answered yet, and one must be (all but DIALOGUE_TLS_ONLY); TLS in mid-dialogue begins this anew. A banner alone is
 * no working server, so each protocol has a step that asks for something where this still holds
 * before the farewell. */
bool dialogue_unanswered(const struct dialogue *);
/* The bit is set in `learned`. */
bool dialogue_knows(const struct dialogue *, uint32_t bit);

/* The server offers `name`; each word of `parameters` is one of it. Noted as "NAME" or
 * "NAME=A,B". */
void dialogue_capability_set(struct dialogue *, struct view name, struct view parameters);
/* A new list follows, in place of the one so far. */
void dialogue_capability_set_anew(struct dialogue *);

/* The mailbox holds so many messages; not taken once the outcome is final. False when that is
 * no number. */
bool dialogue_count(struct dialogue *, struct view messages);

/* An event, for who wants to hear of it; it may end a pause. Nothing without `mail`. */
void dialogue_hear_event(struct dialogue *, const struct dialogue_event *);

/* A piece of a message the server has sent. */
void dialogue_hear_body(struct dialogue *, struct view part);

/* Capabilities are over: what was learned is what the server offers. */
void capability_set_hear(struct dialogue *);

/* A fault found by ourselves, with our words for it. Always JUDGED_BLAMED. */
enum judgement dialogue_blame(struct dialogue *, enum fault, const char *words);

/* --- guards and judges every protocol needs ------------------------------------------------ */

/* STARTTLS is wanted and offered; required and not offered. */
bool starttls_wanted(const struct dialogue *);
bool starttls_missing(const struct dialogue *);
enum judgement starttls_blame_missing(struct dialogue *, const struct mail_reply *);

/* Guards of conversations about a message: it is found, or not yet; it is to be deleted. */
bool message_missing(const struct dialogue *);
bool message_found(const struct dialogue *);
bool message_unwanted(const struct dialogue *);

enum judgement hear_yes(struct dialogue *, const struct mail_reply *);
enum judgement hear_more(struct dialogue *, const struct mail_reply *);

#endif
