/* frame.h - where a command ends: at its line end, behind the literals in it. */
#ifndef MAILSIM_FRAME_H
#define MAILSIM_FRAME_H

#include "view.h"

enum literals {
	LITERALS_NONE,
	LITERALS_IMAP,  /* {n} waits for our `+`, {n+} does not (RFC 7888) */
	LITERALS_SIEVE, /* {n+} only (RFC 5804 section 4) */
};

enum framed {
	FRAME_MORE,     /* not all there */
	FRAME_CONTINUE, /* a literal is announced: say so, then call again */
	FRAME_WHOLE,
	FRAME_TOO_LONG, /* a literal no buffer of ours holds */
};

/* Progress in the command that begins at the front of the input. */
struct frame {
	size_t at; /* where to look on */
	bool bare; /* a line of it ended in LF alone */
};

/* Looks on. With FRAME_WHOLE *ret_length is without, *ret_taken with the line end; the frame
 * then begins anew. `cap` is the room there is for a whole command. */
enum framed frame_next(struct frame *, enum literals, struct view input, size_t cap,
		       size_t *ret_length, size_t *ret_taken);

/* Takes the next argument off *rest: an atom, "quoted" text or a {literal}, unescaped into
 * dst (cap bytes). False at the end, for broken text, or when it does not fit. */
bool frame_argument(struct view *rest, char *dst, size_t cap, struct view *ret_argument);

#endif
