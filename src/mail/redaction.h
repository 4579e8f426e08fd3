/* redaction.h - what a server said, made fit to show: cleaned, and without secrets.
 *
 * Every text of a server that leaves a dialogue (outcome, alert, capabilities, and each line that is
 * overheard) is made here. A server may repeat a secret in any phase, because it may know it from an
 * earlier login, and in any form that was sent or that hides it.
 */
#ifndef MAILVANE_REDACTION_H
#define MAILVANE_REDACTION_H

#include "driver.h"

/* Shown in place of a text that holds a secret, and of a part of a SASL exchange. */
extern const char redaction_withheld[], redaction_exchange[];

/* True when the text holds the password or token of the terms, or a message of this login that
 * lets the password be guessed (SCRAM, CRAM-MD5): as it is, in base64 at each of its three
 * alignments, in hexadecimal, percent-encoded, in upper or lower case, quoted, with control
 * characters, escape sequences, blanks or invisible characters in between, or cut off at the end of
 * the text. Of 16 characters and more any 12 in a row count. */
bool redaction_finds(const struct dialogue *, struct view text);

/* Copies the text into dst as printable_copy does, or redaction_withheld in its place. The timestamp in
 * a POP3 greeting (APOP, RFC 1939 section 7) is left out. */
void redaction_copy(const struct dialogue *, struct view text, char *dst, size_t cap);

/* True when a line of the current reply, or all of it, belongs to a SASL exchange, of which nothing
 * is shown. */
bool redaction_is_exchange(const struct dialogue *, enum framing);

#endif
