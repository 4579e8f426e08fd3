/* protocol.h - the protocols that the dialogues speak. */
#ifndef MAILVANE_PROTOCOL_H
#define MAILVANE_PROTOCOL_H

#include "view.h"

/* Opaque outside src/mail; the steps are in driver.h. */
struct protocol;

/* RFC 5321, 2033, 9051 with 3501, 1939, 5804. A new protocol is a row here. */
#define PROTOCOLS(ROW) ROW(smtp) ROW(lmtp) ROW(imap) ROW(pop3) ROW(sieve)

#define PROTOCOL_DECLARED(name) extern const struct protocol name##_protocol;
PROTOCOLS(PROTOCOL_DECLARED)
#undef PROTOCOL_DECLARED

/* What else than a probe can be held with a protocol, for dialogue_params; each logs in as
 * a probe does, and needs `mail` there. */
struct step_table;
/* Sends mail->message from `from` to `to`; the outcome is the answer to it. SMTP and
 * LMTP. */
extern const struct step_table smtp_submission;
/* Looks for mail->message_id in mail->mailbox until it is there, by IDLE (RFC 2177) or,
 * without that, each mail->pause; fetches the message and, if wanted, deletes it. IMAP. */
extern const struct step_table imap_watch;
/* Looks for mail->message_id among the last DIALOGUE_LOOKS_MAX messages, once, and, if
 * wanted, deletes it. What came behind the login is seen by the next session only. POP3. */
extern const struct step_table pop3_look;

/* "smtp", "lmtp", "imap", "pop3", "sieve". */
const char *protocol_name(const struct protocol *);
/* NULL for an unknown name. */
const struct protocol *protocol_from_name(struct view);
/* The static array of all names, for messages; *ret_count is set to its length. */
const char *const *protocol_names(size_t *ret_count);

/* A login is among the capabilities, as dialogue_offered_before has them. */
bool protocol_offers_login(const struct protocol *, const char *offered);
/* Servers deliver mail to each other with it, and look for TLSA records (RFC 7672). */
bool protocol_uses_tlsa(const struct protocol *);
/* Clients log in on this port; where servers speak to each other nobody does. */
bool protocol_expects_login(const struct protocol *, uint16_t port);
/* Its variant for local delivery: LMTP for SMTP; else the protocol itself. */
const struct protocol *protocol_local_variant(const struct protocol *);

#endif
