/* manners.h - what a client must not do, counted and written down. */
#ifndef MAILSIM_MANNERS_H
#define MAILSIM_MANNERS_H

enum rudeness {
	RUDE_PREGREET,        /* spoke before the greeting was out */
	RUDE_PIPELINED,       /* did not wait for the answer, where that is not offered */
	RUDE_BEHIND_STARTTLS, /* sent on in clear behind its own STARTTLS */
	RUDE_BARE_LF,
	RUDE_LONG_LINE,
	RUDE_NO_GOODBYE,      /* closed without QUIT or LOGOUT */
	RUDE_HANDSHAKE,       /* broke off a handshake that would have succeeded */
	RUDE_NO_CLOSE_NOTIFY, /* ended TLS without saying so */
	RUDE_SNI_ADDRESS,     /* an IP literal as server name (RFC 6066 section 3) */
	RUDE_CLEAR_PASSWORD,
	RUDE_COUNT,
};

/* "pregreet", "no-goodbye". */
const char *rudeness_name(enum rudeness);

struct session;

/* Counts it at the listener and adds a line to the log, if there is one:
 * rude=pregreet listener=smtp conn=7 detail="..." */
void manners_note(struct session *, enum rudeness, const char *detail);

#endif
