/* protocol.h - the protocols there are dialogues for. */
#ifndef MAILVANE_PROTOCOL_H
#define MAILVANE_PROTOCOL_H

#include "view.h"

/* Opaque outside src/mail; the steps are in driver.h. */
struct protocol;

/* RFC 5321, 2033, 9051 with 3501, 1939, 5804. */
extern const struct protocol smtp_protocol;
extern const struct protocol lmtp_protocol;
extern const struct protocol imap_protocol;
extern const struct protocol pop3_protocol;
extern const struct protocol sieve_protocol;

/* "smtp", "lmtp", "imap", "pop3", "sieve". */
const char *protocol_name(const struct protocol *);
/* NULL for an unknown name. */
const struct protocol *protocol_from_name(struct view);
/* The names of all, for messages; *ret_count of them. */
const char *const *protocol_names(size_t *ret_count);

#endif
