/* scenario.h - what the simulator is told to be: listeners, their faults, users, certificates.
 *
 * Read from a file in a line format of its own; README.md and example.conf beside this file
 * describe it. Immutable once read.
 */
#ifndef MAILSIM_SCENARIO_H
#define MAILSIM_SCENARIO_H

#include "arena.h"
#include "fault.h"
#include "tls_mode.h"

enum protocol_kind {
	PROTOCOL_SMTP,
	PROTOCOL_LMTP,
	PROTOCOL_IMAP,
	PROTOCOL_POP3,
	PROTOCOL_SIEVE,
	PROTOCOL_CONTROL, /* writes the counters and closes */
	PROTOCOL_COUNT,
};

const char *protocol_kind_name(enum protocol_kind);

enum when { WHEN_ALWAYS, WHEN_CLEAR, WHEN_TLS };

/* What follows when an answer is out. */
enum after {
	AFTER_LISTEN,  /* the peer's turn */
	AFTER_BEGIN,   /* TLS or the greeting */
	AFTER_TLS,     /* the handshake begins */
	AFTER_SHAKE,   /* the handshake goes on */
	AFTER_GOODBYE, /* close_notify, end of stream, and wait for the peer's */
	AFTER_CLOSE,   /* the connection is dropped */
	AFTER_RESET,   /* and with RST */
	AFTER_SILENCE, /* nothing is said any more */
	AFTER_REPEAT,  /* the same again, without end */
	AFTER_FLOOD,   /* TLS records without data, without end */
};

enum trick {
	TRICK_CLOSE,
	TRICK_RESET,
	TRICK_SILENCE,
	TRICK_DELAY,         /* ms before the answer */
	TRICK_DRIP,          /* ms between two bytes of it */
	TRICK_TEASER,        /* `220-`, a pause of ms, then `220 ` */
	TRICK_ENDLESS_LINE,  /* a line without end in place of the answer */
	TRICK_ENDLESS_REPLY, /* lines without end */
	TRICK_INJECTION,     /* text in one write with the answer to STARTTLS */
	TRICK_GARBAGE,       /* plain text in place of the handshake */
	TRICK_FLOOD,         /* TLS records without data; text: the kind of flood.h */
	TRICK_STRICT,        /* 554 and close for whoever speaks out of turn */
};

/* One deliberate fault in one phase of a session. */
struct mischief {
	struct mischief *next;
	enum trick trick;
	enum phase phase;
	enum when when;
	unsigned ms;
	struct view text;
};

/* An answer that replaces the protocol's own. */
struct canned {
	struct canned *next;
	const char *verb; /* a command, GREETING, VERDICT (of a login) or `*` */
	struct view text;
	bool raw;    /* bytes as they are; else lines, completed with CRLF and IMAP's tag */
	bool insane; /* behind it the peer owes no manners */
	enum when when;
	unsigned nth; /* the nth time only; 0: each time */
	enum after after;
};

/* Capabilities in place of the protocol's own. */
struct capability_set {
	struct capability_set *next;
	struct view text; /* one per line; IMAP: words */
	enum when when;
};

/* Another certificate for whoever asks for a name by SNI. */
struct sni_plan {
	struct sni_plan *next;
	const char *name;        /* "*.example": all that end so */
	const char *certificate; /* NULL: the handshake is refused */
};

enum login_policy { LOGIN_ANY, LOGIN_TLS, LOGIN_NEVER };

/* Of the peer. Those behind `required` take none, by the alert of that name. */
enum client_certificate {
	CLIENT_NONE,
	CLIENT_ASKED,
	CLIENT_REQUIRED,
	CLIENT_UNKNOWN_CA,
	CLIENT_EXPIRED,
	CLIENT_BAD,
};

struct listener_plan {
	struct listener_plan *next;
	const char *name;
	enum protocol_kind protocol;
	char host[64];     /* of the first address, without brackets */
	unsigned hosts;    /* addresses from there on, by the last number of IPv4 */
	uint16_t port;     /* 0: pick one */
	enum tls_mode tls; /* never TLS_MODE_OPPORTUNISTIC */
	const char *certificate;
	struct sni_plan *names;    /* the first that matches counts */
	unsigned tls_min, tls_max; /* 10 to 13; 0: as OpenSSL has it */
	const char *ciphers;       /* OpenSSL's list; NULL: all */
	const char *dh_group;      /* "modp_1536"; NULL: none */
	enum client_certificate client_certificate;
	enum login_policy login;
	unsigned every;    /* faults at each nth connection only; 0: at all */
	unsigned messages; /* in the mailbox */
	struct mischief *mischief;
	struct canned *canned;
	struct capability_set *offers;
	unsigned line; /* of the file */
};

struct user {
	struct user *next;
	const char *name, *password;
};

/* A certificate of one's own: an existing kind with other dates or names. */
struct certificate_plan {
	struct certificate_plan *next;
	const char *name, *kind;
	const char *names;   /* separated by commas; NULL: the scenario's */
	int64_t from, until; /* seconds from the start; both 0: the kind's own */
};

enum { SCENARIO_NAMES_MAX = 16 };

struct scenario {
	struct arena arena;
	struct listener_plan *listeners; /* in the order of the file */
	unsigned listener_count;
	struct user *users;
	struct certificate_plan *certificates;
	const char
	    *names[SCENARIO_NAMES_MAX]; /* of the good certificates; first: our own */
	unsigned name_count;
	unsigned errors;
};

/* Reads the file and tells every error on stderr with file:line and what to do. False, with
 * nothing to finish, when there was one. */
bool scenario_load(struct scenario *ret_scenario, const char *path);
void scenario_fini(struct scenario *);

/* Adds a preset ("http"), or a trick in a phase ("close@auth", "delay@greeting:500"), to the
 * listener. False, with a static hint, when there is no such fault. */
bool scenario_fault(struct scenario *, struct listener_plan *, struct view words,
		    enum when when, struct view text, const char **ret_hint);

#endif
