/* dialogue.h - a line dialogue with a mail server, without any I/O.
 *
 * Bytes and events go in, a wish comes out, and bytes to send gather in the output. Nothing
 * here knows a socket, a clock or OpenSSL, so a recorded session, a fuzzer and the engine all
 * drive a protocol through the same calls:
 *
 *     dialogue_init, dialogue_start, then until WISH_END:
 *     WISH_READ   send all the output; then dialogue_feed what arrives, dialogue_break if
 *                 nothing can any more
 *     WISH_TLS    send the output; if nothing more has arrived shake hands, dialogue_secured
 *     WISH_PAUSE  send all the output; then dialogue_feed what arrives, or dialogue_resume when
 *                 the pause has lasted dialogue_pause
 *     WISH_END    send the output, if any, and close the stream
 *
 * The output is all sent when there is none left: behind dialogue_sent there may be more of it.
 * After init nothing is allocated. The first fault wins; behind it the dialogue still says
 * goodbye where the stream is sane, so WISH_END may come a reply later than the fault:
 * dialogue_judged tells when only the farewell is left.
 */
#ifndef MAILVANE_DIALOGUE_H
#define MAILVANE_DIALOGUE_H

#include "buffer.h"
#include "capability_set.h"
#include "digest.h"
#include "fault.h"
#include "instant.h"
#include "mechanism_choice.h"
#include "printable.h"
#include "protocol.h"
#include "tls_mode.h"

/* All caps of a dialogue, in bytes unless said otherwise. RFC 5321 section 4.5.3.1.5 asks for
 * 512 in a reply line and RFC 2449 section 4 for 512; servers send more. IMAP has no limit. */
enum {
	DIALOGUE_LINE_MAX = 4096,
	DIALOGUE_LINES_MAX = 256, /* lines of one reply */
	DIALOGUE_SESSION_MAX = 128 * 1024,
	DIALOGUE_OUTPUT_MAX = 7680, /* user and token in base64 */
	DIALOGUE_VALUE_MAX = 512,   /* a name, user or password from the configuration */
	DIALOGUE_TOKEN_MAX = 4096,  /* a token from it */
	DIALOGUE_OFFERED_MAX = 768,
	DIALOGUE_SHOWN_MAX = 1024, /* of a line in a transcript, with the NUL */
	DIALOGUE_CODE_MAX = 24,    /* "AUTHENTICATIONFAILED" (RFC 5530), with the NUL */
	DIALOGUE_MESSAGE_MAX = 64 * 1024, /* a message to send */
	DIALOGUE_LOOKS_MAX =
	    20, /* messages of a POP3 mailbox that are looked at, the last ones */
};

enum dialogue_flag {
	DIALOGUE_PLAINTEXT_LOGIN = 1 << 0,  /* may send a password without TLS */
	DIALOGUE_UNVERIFIED_LOGIN = 1 << 1, /* may send it to a server not verified */
	DIALOGUE_TOKEN = 1 << 2, /* the password is a token: OAUTHBEARER, XOAUTH2 */
	/* Only the certificate counts: the farewell may come without any answered command. */
	DIALOGUE_TLS_ONLY = 1 << 3,
};

enum speaker { SPEAKER_US, SPEAKER_SERVER };

/* Where a login in several steps keeps what it needs; complete in exchange.h. */
struct exchange;

/* What the better logins need and a dialogue may not know itself. */
struct sasl_means {
	const struct digests *digests;
	/* One, all zero, for the rest of the dialogue; asked once. NULL: out of memory,
	 * FAULT_INTERNAL. */
	struct exchange *(*lend_exchange)(void *user);
	/* Inside TLS: the name of a channel binding (RFC 5056), and its bytes. NULL: there is
	 * none. */
	const char *(*bind)(void *user, struct buffer *ret_bytes);
};

/* What a server says unasked, or between the lines of a reply, of the mailbox that is open. */
enum dialogue_event_kind {
	DIALOGUE_EXISTS,  /* number: of messages there are */
	DIALOGUE_EXPUNGE, /* number: of the message that is gone */
	DIALOGUE_FETCH,  /* number: of a message; words: its attributes, without literals */
	DIALOGUE_SEARCH, /* words: the UIDs that were found */
	DIALOGUE_UIDL,   /* POP3; number: of a message; words: its unique id */
};

struct dialogue_event {
	enum dialogue_event_kind kind;
	uint32_t number;
	struct view words; /* lent; may be empty */
};

/* What conversations about messages need beside the account. Lent like the parameters. */
struct dialogue_mail {
	/* To send: lines end in LF or CR LF. With a NUL, a bare CR, a line over 998 bytes (RFC
	 * 5321 section 4.5.3.1.6) or more than DIALOGUE_MESSAGE_MAX bytes it is not sent. */
	struct view message;

	const char *mailbox;    /* NULL: INBOX */
	const char *message_id; /* of the message to look for: "<token@example.net>" */
	bool discard;           /* delete that message when it was found, and no other */
	struct span pause;      /* the longest wait between two looks */

	/* Each event, in order. True: a pause ends here. NULL: it ends when EXISTS is said. */
	bool (*hear)(void *user, const struct dialogue_event *);
	/* The message that was found, in pieces, as it was before dots were stuffed; with POP3
	 * each header that was looked at. It is not in the transcript. NULL: not wanted. */
	void (*body)(void *user, struct view part);
	void *user;
};

/* What we want of the server. Lent, with all its texts, for the life of the dialogue. */
struct dialogue_params {
	const struct protocol *protocol;
	const struct step_table *conversation; /* of this protocol; NULL: a probe */
	const struct dialogue_mail *mail;      /* NULL: only in a probe */
	enum tls_mode tls;
	const char *us;   /* the name in EHLO: a host name or [literal], RFC 5321 4.1.1.1 */
	const char *user; /* NULL: no login */
	const char *password; /* NULL if user is NULL, and with MECHANISM_EXTERNAL */
	const char
	    *withhold;  /* never shown, also where no login is tried; NULL: the password */
	unsigned flags; /* enum dialogue_flag */
	enum mechanism mechanism; /* the only one to use */
	/* NULL: only PLAIN, LOGIN and such as need none. Their user is lend_user. */
	const struct sasl_means *means;

	/* SMTP and LMTP: try an envelope without sending, MAIL, RCPT, RSET. NULL to: none. */
	const char *from; /* NULL or "": the null sender, RFC 5321 section 4.5.5 */
	const char *to;
	/* The wanted answer to RCPT, or to MAIL if that is refused: 550, or 5 for each 5xx; 0:
	 * each 2xx. */
	int expect_code;

	/* NULL, or gets each command and each line of the server, without line end, cleaned by
	 * redaction_copy and cut to DIALOGUE_SHOWN_MAX. A command with a secret is its template;
	 * nothing of what the server says in a SASL exchange is shown. */
	void (*overhear)(void *user, enum speaker, struct view line);
	void *overhear_user;

	/* For a dialogue begun without a room: lends one for the rest of it, asked when a line
	 * comes in pieces or with an alert. It may return NULL: FAULT_INTERNAL. */
	struct dialogue_buffers *(*lend_buffers)(void *user);
	void *lend_user;
};

enum wish { WISH_READ, WISH_TLS, WISH_END, WISH_PAUSE };

/* How far we believe the server's certificate. */
enum trust { TRUST_NONE, TRUST_VERIFIED };

/* What came of it. With FAULT_OK the reply is that of the greeting, or that to a message which was
 * sent.
 *
 * code: of the judged SMTP reply, else 0. enhanced: "5.7.8" (RFC 3463), or the response code
 * of IMAP, POP3 or sieve such as "UNAVAILABLE" or "SYS/TEMP", cut to fit, or "". text: the
 * server's words without these two, its lines joined; or ours, where no reply was judged
 * ("the server does not offer STARTTLS"). Made by redaction_copy: never the password. */
struct outcome {
	enum fault fault;
	enum phase
	    phase; /* where the fault was; PHASE_QUIT if ok or if the farewell was wrong */
	int code;
	char enhanced[DIALOGUE_CODE_MAX];
	char text[PRINTABLE_MAX];
	int64_t messages; /* in the mailbox; -1: not asked */
};

/* Complete in driver.h, for those who embed them. Of thousands of dialogues under way most wait
 * for a line: what only others need is in the room. */
struct dialogue;
struct dialogue_buffers;

/* The terms and what is lent must outlive the dialogue. room NULL: see lend_buffers; what the server
 * offers is then not kept. `output` has DIALOGUE_OUTPUT_MAX bytes; dialogues may share it if the
 * output of one is sent before another is called. */
void dialogue_init(struct dialogue *, const struct dialogue_params *,
		   struct dialogue_buffers *room, char *output);

/* Begins. With TLS_MODE_IMPLICIT call it when the handshake is done. */
enum wish dialogue_start(struct dialogue *, enum trust);

/* Any cut of the bytes gives the same dialogue. Bytes behind the answer to STARTTLS are
 * FAULT_INJECTION (CVE-2011-0411). Bytes fed while output is still unsent were not asked for:
 * a fault, unless the protocol lets the server speak up. Not to be called after WISH_END. */
enum wish dialogue_feed(struct dialogue *, struct view bytes);

/* Bytes were waiting on the stream when WISH_TLS was given. */
enum wish dialogue_injected(struct dialogue *);

/* The handshake asked for by WISH_TLS is done. What was learned before is forgotten
 * (RFC 3207 section 4.2, RFC 9051 section 6.2.1, RFC 2595 section 4). */
enum wish dialogue_secured(struct dialogue *, enum trust);

/* The stream is over: FAULT_CLOSED at the end of it, FAULT_RESET, FAULT_TLS_HANDSHAKE... The
 * fault is taken unless one is known or only the farewell was missing. Always WISH_END. */
enum wish dialogue_break(struct dialogue *, enum fault);

/* The deadline has passed: FAULT_TIMEOUT in the current phase, unless one is known or only the
 * farewell was missing. WISH_READ means the stream may be kept to leave politely: the reply
 * still owed is awaited, not judged, and answered with the farewell. WISH_END: close it. */
enum wish dialogue_timeout(struct dialogue *);

/* With WISH_PAUSE: how long to wait for bytes before dialogue_resume. */
struct span dialogue_pause(const struct dialogue *);

/* The pause is over; for WISH_PAUSE only, and never an error. */
enum wish dialogue_resume(struct dialogue *);

/* How many messages with the wanted Message-ID the last look has found: more than one is a
 * duplicate. */
unsigned dialogue_found(const struct dialogue *);

/* True when only the farewell is left: the outcome is a fault, or it is ok and can only become
 * FAULT_PROTOCOL or FAULT_LIMIT. In PHASE_QUIT, if the farewell is answered with a no, or by what
 * is no answer; in the phase before, for bytes behind the last answer. That no farewell comes at
 * all is no fault. */
bool dialogue_judged(const struct dialogue *);

/* The phase the dialogue is in now; PHASE_TLS between WISH_TLS and dialogue_secured, and with
 * TLS_MODE_IMPLICIT before dialogue_start. */
enum phase dialogue_phase(const struct dialogue *);

/* Lent until the next call. */
const struct outcome *dialogue_outcome(const struct dialogue *);

/* What the server offered, as words separated by one space, cleaned and capped; before TLS
 * (`after` is empty when there was none) and after it. One word for each: "PIPELINING
 * SIZE=10240000 AUTH=PLAIN,LOGIN"; IMAP's as they are. */
const char *dialogue_offered_before(const struct dialogue *);
const char *dialogue_offered_after(const struct dialogue *);

/* The same in bits, for the part that matters: offer.h. Kept without a room, too. */
const struct capability_set *dialogue_capability_set_heard(const struct dialogue *);

/* What the server wants a human to read (IMAP's [ALERT], RFC 9051 section 7.1), whatever came
 * of the dialogue; several are joined by " / ", and what came before TLS is marked as such.
 * Cleaned like the outcome's text; "": nothing. Lent until the next call. */
const char *dialogue_alert(const struct dialogue *);

/* The bytes to send: send some, then say how many; these are wiped. When all were sent there may be
 * more, of a message. */
struct view dialogue_output(const struct dialogue *);
void dialogue_sent(struct dialogue *, size_t n);

#endif
