/* fuzz_dialogue.h - the common part of the targets fuzz_smtp, fuzz_imap ...
 *
 * An input is two bytes of setting and then what the server sends. 0xff ends a turn: what we
 * said is taken away, the server has heard it; 0xfe in front of a turn is the deadline.
 *
 *     first byte   bits 0-1 enum tls_mode, 2 login, 3 plain text allowed, 4 unverified
 *                  allowed, 5 the certificate is verified, 6-7 which user and password
 *     second byte  bits 0-5 the size of the pieces, less one; 6 the stream ends by a reset;
 *                  7 an envelope is tried
 */
#ifndef MAILVANE_FUZZ_DIALOGUE_H
#define MAILVANE_FUZZ_DIALOGUE_H

#include "dialogue.h"

/* Plays the input in pieces and in whole turns, and aborts when the two differ or when one
 * does what no input may bring about. Always 0. */
int fuzz_dialogue(const struct protocol *, const uint8_t *bytes, size_t n);

/* The same with a conversation about a message; bit 7 of the second byte discards it, too. A pause
 * ends with the turn. */
struct fuzz_talk {
	const struct protocol *protocol;
	const struct step_table *conversation; /* NULL: a probe */
};
int fuzz_conversation(const struct fuzz_talk *, const uint8_t *bytes, size_t n);

#endif
