/* redaction.h - cleans the texts of a server and removes secrets from them.
 *
 * Every text of a server that leaves a dialogue (outcome, alert, capabilities, transcript
 * lines) is made here. A server may repeat a password in any phase, because it may know it
 * from an earlier login, and in any encoding.
 */
#ifndef MAILVANE_REDACTION_H
#define MAILVANE_REDACTION_H

#include "driver.h"

/* The texts that replace a text with a secret, and a part of a SASL exchange. */
extern const char redaction_withheld[], redaction_sasl_exchange[];

/* True if the text holds the secret of the params, or a message of this login from which
 * the password could be guessed (SCRAM, CRAM-MD5). Found are: the secret itself, base64 in
 * each of its three alignments, hexadecimal, percent-encoding, changed case, quoting,
 * control characters, escape sequences, blanks or invisible characters in between, and a
 * secret cut off at the end of the text. Of a secret of 16 characters or more any 12
 * consecutive ones are enough. Also true if text or secret is longer than the limits of
 * dialogue.h. */
bool redaction_finds_secret(const struct dialogue *, struct view text);

/* Copies the text into dst (cap bytes with the NUL) as printable_copy does, or
 * redaction_withheld if the text holds a secret. The timestamp in a POP3 greeting (APOP,
 * RFC 1939 section 7) is left out. */
void redaction_copy(const struct dialogue *, struct view text, char *dst, size_t cap);

/* True if the current line, or the current reply, is part of a SASL exchange and must not
 * be shown. */
bool redaction_in_sasl_exchange(const struct dialogue *, enum framing);

#endif
