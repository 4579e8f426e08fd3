/* driver.h - the inside of a dialogue: what a protocol driver consists of, and what it may
 * call.
 *
 * This header is for the files of this folder, and for code that embeds a struct dialogue
 * and needs its size. A driver is one file (smtp.c, imap.c ...) with a table of steps at
 * its foot. Each step has a phase, a guard (when the step applies), a command, and a judge
 * (whether the reply is good). Above the table are the guards, the judges and the parser of
 * lines. dialogue.c does all the rest.
 */
#ifndef MAILVANE_DRIVER_H
#define MAILVANE_DRIVER_H

#include "capability_words.h"
#include "dialogue.h"
#include "mail_reply.h"

/* What a driver's line parser says about a line. */
enum framing {
	LINE_MORE, /* the reply continues, or the line is untagged and belongs to none */
	LINE_LAST, /* the reply is complete and must be judged */
	LINE_BAD,  /* the line is not of this protocol */
};

/* What a judge decides about a complete reply. */
enum judgement {
	JUDGED_GOOD,       /* continue with the next step */
	JUDGED_REFUSED,    /* negative; the protocol's `fault` function names the fault */
	JUDGED_UNEXPECTED, /* well-formed, but no answer to the command: FAULT_PROTOCOL */
	JUDGED_CHALLENGE,  /* a SASL challenge that we cannot answer: cancel the login */
	JUDGED_FAULT_SET,  /* the judge has called dialogue_fail */
};

enum step_flag {
	STEP_TLS = 1 << 0,   /* after a good reply the TLS handshake begins */
	STEP_MULTI = 1 << 1, /* POP3: a good reply has lines up to "." */
	STEP_SASL = 1 << 2,  /* the reply may be a challenge of a SASL exchange */
	/* Nothing is sent or read: the judge is called with NULL and must set a fault. */
	STEP_DEAD_END = 1 << 3,
	/* The farewell, which is sent after a fault, too. A wrong answer to it is
	 * FAULT_PROTOCOL in PHASE_QUIT; a missing answer is no fault. */
	STEP_LAST = 1 << 4,
	STEP_AGAIN = 1 << 5, /* the step is repeated as long as its guard is true */
	/* Behind a good reply, or at once where nothing is said: WISH_PAUSE, then the next
	 * step. */
	STEP_PAUSE = 1 << 6,
	/* The beginning of a loop, and its end: nothing is said there, and the conversation
	 * goes back. Both have the same guard, so that each turn asks the server
	 * something. */
	STEP_MARK = 1 << 7,
	STEP_BACK = 1 << 8,
	STEP_BODY = 1 << 9,     /* a message is in the reply: dialogue_hear_body */
	STEP_MESSAGE = 1 << 10, /* the message is sent in place of a command */
};

struct step {
	enum phase phase;
	bool (*when)(const struct dialogue *); /* the guard; NULL: always */
	const char *command; /* a template, see command.h; NULL: the server speaks first */
	enum judgement (*judge)(struct dialogue *, const struct mail_reply *);
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
	size_t step_count; /* the last step is the farewell */

	/* Parses one line, without its line end, into the reply. */
	enum framing (*line)(struct dialogue *, struct view line, struct mail_reply *);
	enum fault (*fault)(const struct dialogue *, const struct mail_reply *);

	/* True when "{n}" at the end of a line as this one announces a literal, behind
	 * which the line goes on. NULL: there are none. What `line` gets in the end is the
	 * whole: with line_keeps_literals "{n}", a LF and the literal are in it, else all
	 * three are left out. */
	bool (*announces_literal)(struct view line);
	bool line_keeps_literals;

	bool may_speak_unasked; /* lines may come at any time (RFC 9051 section 7) */
	const char
	    *closing; /* how a line begins that comes unasked when the server closes */
	const char *cancel;         /* the command that cancels a SASL exchange */
	bool greets_with_timestamp; /* for APOP (RFC 1939 section 7): it is not shown */

	/* What others ask of a protocol, see protocol.h. */
	bool (*offers_login)(struct view offered);
	bool uses_tlsa;
	bool no_login;                        /* on no port */
	uint16_t no_login_port;               /* not on this one; 0: there is none */
	const struct protocol *local_variant; /* NULL: there is none */
};

/* What a dialogue has learned about the server, as bits. All are cleared when TLS
 * starts. */
enum learned {
	LEARNED_STARTTLS = 1 << 0, /* it offers STARTTLS */
	LEARNED_LOGIN_COMMAND = 1
				<< 1, /* it offers the protocol's own login: LOGIN, USER */
	LEARNED_LOGGED_IN = 1 << 2,   /* we are logged in */
	LEARNED_DRIVER = 1 << 3,      /* the first bit for the driver's own use */
	/* The server is Cyrus, which binds logins with tls-unique in every TLS version. TLS
	 * 1.3 does not define tls-unique, so a -PLUS mechanism would end in "bad protocol"
	 * there. */
	LEARNED_TLS_UNIQUE = 1 << 15,
	LEARNED_SASL = 1 << 16, /* the first bit of the mechanisms */
};

/* The server offers the mechanism. */
#define LEARNED_MECHANISM(m) ((uint32_t)LEARNED_SASL << (m))

/* The capability words, the alerts, and the line that has arrived only in part. */
struct dialogue_buffers {
	struct capability_words before,
	    after; /* before is in plain text, after inside TLS */
	char alert[PRINTABLE_MAX];
	char line[DIALOGUE_LINE_MAX];
};

struct dialogue {
	const struct dialogue_params *params;
	const struct step *step;
	struct outcome outcome;
	enum phase phase;
	enum phase last_reply_phase; /* the phase of the last complete reply */
	enum trust trust;
	enum wish wish;
	unsigned state;       /* enum dialogue_state in dialogue.c */
	uint32_t learned;     /* enum learned */
	unsigned tag;         /* IMAP: the number of the last tag */
	unsigned challenges;  /* SASL challenges received so far */
	size_t received;      /* bytes received in all */
	size_t literal_left;  /* bytes of the current literal still to come */
	size_t after_literal; /* where in `line` the part behind the last literal begins */
	size_t handed;        /* of the message to send, bytes put into the output so far */
	uint32_t number; /* POP3's of the message looked at; IMAP's UID of that found */
	unsigned found, looked; /* messages: with the wanted Message-ID; looked at */
	struct buffer line, output;
	struct dialogue_buffers *buffers; /* NULL: not needed so far; the caller owns it */
	struct sasl_exchange *exchange;   /* NULL: not needed so far; the caller owns it */
	struct capability_set capability_set;
	struct mail_reply reply;
};

/* --- for drivers --------------------------------------------------------------------------- */

/* True inside TLS, whether implicit or by STARTTLS. */
bool dialogue_in_tls(const struct dialogue *);
/* True after STARTTLS. */
bool dialogue_upgraded(const struct dialogue *);
/* Guard: no command was answered yet, and one must be (all but DIALOGUE_TLS_ONLY); TLS in
 * mid-dialogue begins this anew. A banner alone is no working server, so each protocol has
 * a step that asks for something where this still holds before the farewell. */
bool dialogue_no_command_answered(const struct dialogue *);
/* True if the bit of enum learned is set. */
bool dialogue_has_learned(const struct dialogue *, uint32_t bit);

/* Adds a capability to the list, as "NAME" or "NAME=A,B" with the words of `parameters`. */
void dialogue_add_capability(struct dialogue *, struct view name, struct view parameters);
/* Empties the list, because the server sends a new one. */
void dialogue_clear_capabilities(struct dialogue *);

/* Sets the number of messages in the mailbox, unless the outcome is final. False if the
 * text is no number. */
bool dialogue_set_message_count(struct dialogue *, struct view messages);

/* An event, for who wants to hear of it; it may end a pause. Nothing without `mail`. */
void dialogue_hear_event(struct dialogue *, const struct dialogue_event *);

/* A piece of a message the server has sent. */
void dialogue_hear_body(struct dialogue *, struct view after_literal);

/* Copies what was learned into the capability set; called when the list is complete. */
void capability_set_record(struct dialogue *);

/* Sets a fault that we found ourselves, with our own sentence. Returns JUDGED_FAULT_SET. */
enum judgement dialogue_fail(struct dialogue *, enum fault, const char *words);

/* --- guards and judges every protocol needs ------------------------------------------------ */

/* Guards: STARTTLS is wanted and offered; it is required and not offered. The judge of a
 * missing STARTTLS sets FAULT_STARTTLS_UNAVAILABLE. */
bool starttls_wanted(const struct dialogue *);
bool starttls_missing(const struct dialogue *);
enum judgement starttls_fail_missing(struct dialogue *, const struct mail_reply *);

/* Guards of conversations about a message: it is found, or not yet; it is to be deleted. */
bool message_missing(const struct dialogue *);
bool message_found(const struct dialogue *);
bool message_unwanted(const struct dialogue *);

/* Judges: the reply must be positive ("OK", "250"); it must ask for more ("+", "334"). */
enum judgement expect_success(struct dialogue *, const struct mail_reply *);
enum judgement expect_continuation(struct dialogue *, const struct mail_reply *);

#endif
