/* record.h - every byte a peer sent, so that a test can prove what was never sent. */
#ifndef MAILSIM_RECORD_H
#define MAILSIM_RECORD_H

#include "view.h"

struct session;

/* Adds a line, if there is a record: `listener=NAME conn=N clear "bytes"`; the word is `clear`,
 * `tls` (decrypted) or `sni`. Bytes outside of printable ASCII stand as \r, \n or \xHH. */
void record_bytes(struct session *, const char *word, struct view bytes);

#endif
