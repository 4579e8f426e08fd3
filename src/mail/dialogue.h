/* dialogue.h - a line-by-line dialogue with a mail server, without any I/O.
 *
 * The caller passes in bytes and events. Each call returns a wish, which is what the
 * dialogue needs next, and adds bytes to send to the output. Nothing here knows a socket, a
 * clock or OpenSSL, so the engine, the recorded sessions and the fuzzer use the same calls:
 *
 *     dialogue_init, dialogue_start, then until WISH_END:
 *     WISH_READ   send all the output; then dialogue_feed what arrives, dialogue_break if
 *                 nothing can any more
 *     WISH_TLS    send the output; if nothing more has arrived shake hands, dialogue_secured
 *     WISH_PAUSE  send all the output; then dialogue_feed what arrives, or dialogue_resume when
 *                 the pause has lasted dialogue_pause
 *     WISH_END    send the output, if any, and close the stream
 *
 * The output is all sent when there is none left: behind dialogue_sent there may be more of
 * it. After init nothing is allocated. The first fault wins; behind it the dialogue still
 * says goodbye where the stream is sane, so WISH_END may come a reply later than the fault:
 * dialogue_outcome_is_final tells when only the farewell is left.
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

/* All limits of a dialogue, in bytes unless a comment says otherwise. A reply line has at
 * most 512 bytes by RFC 5321 section 4.5.3.1.5 and by RFC 2449 section 4, but servers send
 * longer ones. IMAP sets no limit. */
enum {
	DIALOGUE_LINE_MAX = 4096,
	DIALOGUE_LINES_MAX = 256, /* lines of one reply */
	DIALOGUE_SESSION_MAX = 128 * 1024,
	DIALOGUE_OUTPUT_MAX = 7680, /* enough for a user and a token in base64 */
	DIALOGUE_VALUE_MAX = 512, /* a host name, user or password from the configuration */
	DIALOGUE_TOKEN_MAX = 4096,  /* an OAuth token from the configuration */
	DIALOGUE_OFFERED_MAX = 768, /* the list of capabilities, with the NUL */
	DIALOGUE_SHOWN_MAX = 1024,  /* a line in a transcript, with the NUL */
	DIALOGUE_CODE_MAX = 24,     /* "AUTHENTICATIONFAILED" (RFC 5530), with the NUL */
	DIALOGUE_MESSAGE_MAX = 64 * 1024, /* a message to send */
	DIALOGUE_LOOKS_MAX =
	    20, /* messages of a POP3 mailbox that are looked at, the last ones */
};

enum dialogue_flag {
	DIALOGUE_PLAINTEXT_LOGIN = 1 << 0,  /* a password may be sent without TLS */
	DIALOGUE_UNVERIFIED_LOGIN = 1 << 1, /* or to a server whose certificate is bad */
	DIALOGUE_TOKEN = 1 << 2, /* the password is a token for OAUTHBEARER or XOAUTH2 */
	/* Only the certificate counts: the farewell may come without any answered
	 * command. */
	DIALOGUE_TLS_ONLY = 1 << 3,
};

enum speaker { SPEAKER_US, SPEAKER_SERVER };

/* The state of a login that takes several messages; defined in sasl_mechanisms.h. */
struct sasl_exchange;

/* What SCRAM, CRAM-MD5 and token logins need from outside, because src/mail has no OpenSSL
 * and no malloc. Both functions get callback_user of the params. */
struct sasl_support {
	const struct digests *digests;
	/* Returns a zeroed struct that stays valid for the rest of the dialogue; called at
	 * most once. NULL means out of memory and becomes FAULT_INTERNAL. The caller still
	 * owns it. */
	struct sasl_exchange *(*provide_exchange)(void *user);
	/* Called inside TLS: returns the name of a channel binding (RFC 5056) and puts its
	 * bytes into *ret_bytes; returns NULL if the connection has none. */
	const char *(*channel_binding)(void *user, struct buffer *ret_bytes);
};

/* What a server says unasked, or between the lines of a reply, of the mailbox that is
 * open. */
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
	/* To send: lines end in LF or CR LF. With a NUL, a bare CR, a line over 998 bytes
	 * (RFC 5321 section 4.5.3.1.6) or more than DIALOGUE_MESSAGE_MAX bytes it is not
	 * sent. */
	struct view message;

	const char *mailbox;    /* NULL: INBOX */
	const char *message_id; /* of the message to look for: "<token@example.net>" */
	bool discard;           /* delete that message when it was found, and no other */
	struct span pause;      /* the longest wait between two looks */

	/* Each event, in order. True: a pause ends here. NULL: it ends when EXISTS is
	 * said. */
	bool (*hear)(void *user, const struct dialogue_event *);
	/* The message that was found, in pieces, as it was before dots were stuffed; with
	 * POP3 each header that was looked at. It is not in the transcript. NULL: not
	 * wanted. */
	void (*body)(void *user, struct view part);
	void *user;
};

/* What a dialogue shall do. The caller owns it and all its texts, and must keep them
 * unchanged as long as the dialogue is used. */
struct dialogue_params {
	const struct protocol *protocol;
	const struct step_table *conversation; /* of this protocol; NULL: a probe */
	const struct dialogue_mail *mail;      /* NULL: only in a probe */
	enum tls_mode tls;
	/* Our name in EHLO, HELO and LHLO: a host name or address literal, RFC 5321
	 * 4.1.1.1. */
	const char *ehlo_name;
	const char *user;     /* NULL: no login is tried */
	const char *password; /* NULL if user is NULL, and with MECHANISM_EXTERNAL */
	const char *
	    redacted_secret; /* never shown, also where no login is tried; NULL: the password */
	unsigned flags;      /* enum dialogue_flag */
	enum mechanism mechanism; /* the only one to use */
	/* NULL: only PLAIN, LOGIN and such as need none. Their user is callback_user. */
	const struct sasl_support *sasl_support;

	/* SMTP and LMTP: test an envelope with MAIL, RCPT and RSET; no mail is sent. */
	const char *from; /* NULL or "": the null sender, RFC 5321 section 4.5.5 */
	const char *to;   /* NULL: no envelope is tested */
	/* The reply code that RCPT, or a refused MAIL, must get: 550 for exactly that code,
	 * 5 for any 5xx, 0 for any 2xx. */
	int expect_code;

	/* Called with each command and each line of the server, without the line end,
	 * cleaned by redaction_copy and cut to DIALOGUE_SHOWN_MAX; NULL: not called. In
	 * place of a command with a secret it gets the template; lines of a SASL exchange
	 * are replaced. */
	void (*on_line)(void *user, enum speaker, struct view line);
	void *on_line_user;

	/* For a dialogue begun without buffers: called at most once, when a line arrives in
	 * pieces or with an alert, and returns buffers that stay valid for the rest of the
	 * dialogue. The caller still owns them. NULL means out of memory and becomes
	 * FAULT_INTERNAL. */
	struct dialogue_buffers *(*provide_buffers)(void *user);
	void *callback_user; /* passed to provide_buffers and to sasl_support */
};

enum wish { WISH_READ, WISH_TLS, WISH_END, WISH_PAUSE };

/* Whether the server's certificate was verified. */
enum trust { TRUST_NONE, TRUST_VERIFIED };

/* What came of it. With FAULT_OK the reply is that of the greeting, or that to a message
 * which was sent.
 *
 * code: of the judged SMTP reply, else 0. enhanced: "5.7.8" (RFC 3463), or the response
 * code of IMAP, POP3 or sieve such as "UNAVAILABLE" or "SYS/TEMP", cut to fit, or "". text:
 * the server's words without these two, its lines joined; or ours, where no reply was
 * judged ("the server does not offer STARTTLS"). Made by redaction_copy: never the
 * password. */
struct outcome {
	enum fault fault;
	enum phase
	    phase; /* where the fault was; PHASE_QUIT if ok or if the farewell was wrong */
	int code;
	char enhanced[DIALOGUE_CODE_MAX];
	char text[PRINTABLE_MAX];
	int64_t messages; /* the number in the mailbox; -1: not known */
};

/* Both are defined in driver.h, for callers that embed them. Thousands of dialogues run at
 * once and most of them only wait for a line, so the large buffers are kept apart. */
struct dialogue;
struct dialogue_buffers;

/* The params, buffers and output must outlive the dialogue. With buffers NULL the
 * capability words are not kept; see provide_buffers. `output` has DIALOGUE_OUTPUT_MAX
 * bytes; dialogues may share it if the output of one is sent before another one is
 * called. */
void dialogue_init(struct dialogue *, const struct dialogue_params *,
		   struct dialogue_buffers *buffers, char *output);

/* Begins the dialogue. With TLS_MODE_IMPLICIT call it after the handshake. */
enum wish dialogue_start(struct dialogue *, enum trust);

/* Passes in bytes from the server; how they are cut into calls makes no difference. Bytes
 * behind the answer to STARTTLS are FAULT_INJECTION (CVE-2011-0411). Bytes that arrive
 * while output is still unsent are FAULT_PROTOCOL, unless the protocol allows the server to
 * speak unasked. Must not be called after WISH_END. */
enum wish dialogue_feed(struct dialogue *, struct view bytes);

/* Call it in place of dialogue_secured if bytes were waiting on the stream at WISH_TLS:
 * FAULT_INJECTION. */
enum wish dialogue_injected(struct dialogue *);

/* Call it when the handshake after WISH_TLS is done. The dialogue forgets what it learned
 * before (RFC 3207 section 4.2, RFC 9051 section 6.2.1, RFC 2595 section 4). */
enum wish dialogue_secured(struct dialogue *, enum trust);

/* Call it when the stream has ended (FAULT_CLOSED) or failed (FAULT_RESET,
 * FAULT_TLS_HANDSHAKE and so on). That fault becomes the outcome unless the dialogue
 * already has one or waits only for the answer to the farewell. Returns WISH_END. */
enum wish dialogue_break(struct dialogue *, enum fault);

/* Call it when the deadline has passed: FAULT_TIMEOUT in the current phase, unless the
 * dialogue has a fault already or waits only for the answer to the farewell. After
 * WISH_READ the caller may keep the stream open a little longer: the reply that is still
 * due is read but not judged, then the farewell is sent. After WISH_END the caller closes
 * the stream. */
enum wish dialogue_timeout(struct dialogue *);

/* With WISH_PAUSE: how long to wait for bytes before dialogue_resume. */
struct span dialogue_pause(const struct dialogue *);

/* The pause is over; for WISH_PAUSE only, and never an error. */
enum wish dialogue_resume(struct dialogue *);

/* How many messages with the wanted Message-ID the last look has found: more than one is a
 * duplicate. */
unsigned dialogue_found(const struct dialogue *);

/* True when only the farewell is left: the outcome is a fault, or it is FAULT_OK and can
 * still become FAULT_PROTOCOL or FAULT_LIMIT: in PHASE_QUIT if the answer to the farewell
 * is negative or malformed, in the phase before if bytes follow the last reply. A missing
 * answer to the farewell is no fault. */
bool dialogue_outcome_is_final(const struct dialogue *);

/* The phase the dialogue is in now; PHASE_TLS between WISH_TLS and dialogue_secured, and
 * with TLS_MODE_IMPLICIT before dialogue_start. */
enum phase dialogue_phase(const struct dialogue *);

/* Valid until the next call. */
const struct outcome *dialogue_outcome(const struct dialogue *);

/* The capabilities that the server offered in plain text, and inside TLS ("" without TLS),
 * as words separated by one space, cleaned and cut: "PIPELINING SIZE=10240000
 * AUTH=PLAIN,LOGIN". IMAP's words are unchanged. */
const char *dialogue_offered_before(const struct dialogue *);
const char *dialogue_offered_after(const struct dialogue *);

/* STARTTLS and the login methods of these lists as bits (capability_set.h); kept even
 * without buffers. */
const struct capability_set *dialogue_capabilities(const struct dialogue *);

/* The texts that the server marked for a human reader (IMAP's [ALERT], RFC 9051 section
 * 7.1), whatever the outcome is; several are joined by " / ", and those from before TLS are
 * marked. Cleaned like the outcome's text; "": none. Valid until the next call. */
const char *dialogue_alert(const struct dialogue *);

/* The bytes to send: send some, then say how many; these are wiped. When all were sent
 * there may be more, of a message. */
struct view dialogue_output(const struct dialogue *);
void dialogue_sent(struct dialogue *, size_t n);

#endif
