/* printable.h - text of a stranger made fit to show.
 *
 * Everything a server says passes here once, before it reaches a result; behind it no front
 * end meets a control character, an escape sequence or broken UTF-8.
 */
#ifndef MAILVANE_PRINTABLE_H
#define MAILVANE_PRINTABLE_H

#include "view.h"

/* Room for the words of a server, with the NUL. */
enum { PRINTABLE_MAX = 200 };

/* Copies raw into dst (cap bytes, at least 4), always NUL terminated, and returns the length.
 * Valid UTF-8 (RFC 3629) stays; each invalid byte becomes U+FFFD. Terminal escape sequences
 * (ECMA-48: CSI, OSC and its kin) go with all their bytes; other control characters (C0, C1,
 * DEL), and U+2028/2029, become one space per run; bidirectional and invisible formatting
 * characters (U+00AD, U+061C, U+180E, U+200B-200F, U+202A-202E, U+2060-206F, U+FEFF,
 * U+FFF9-FFFB, U+E0000-E007F) go. Ends are trimmed.
 * Text that does not fit is cut at a character and ends in U+2026. */
size_t printable_copy(char *dst, size_t cap, struct view raw);

/* What stands at the front of a text. */
enum printable {
	PRINTABLE_SHOWN,
	PRINTABLE_SPACE,  /* a control character or a line separator */
	PRINTABLE_NOTHING /* an invisible character or a whole escape sequence */
};

/* Takes one code point, broken byte or escape sequence off the front of *rest, which is not
 * empty. SHOWN: *ret_bytes is what to show of it, else it stays untouched. The same rules as
 * printable_copy has, for those who write elsewhere or want another text in place of some
 * characters. */
enum printable printable_next(struct view *rest, struct view *ret_bytes);

/* Takes one code point off the front of *rest, which is not empty. True: it may be shown, and
 * *ret_bytes is it, U+FFFD in place of a broken byte. False: it is a control or an invisible
 * character. For writers that have an escape of their own for those. */
bool printable_point(struct view *rest, struct view *ret_bytes, uint32_t *ret_point);

#endif
