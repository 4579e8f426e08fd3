/* command.h - writes a command from its template.
 *
 * In a template {name} is replaced by a value and {name:form} by a value in that form:
 *
 *     ehlo_name, user, password   texts of the dialogue's params
 *     from, to                    the addresses of the envelope
 *     mechanism                   the name of the chosen SASL mechanism
 *     sasl                        the next message of the SASL exchange
 *     tag                         a new IMAP tag
 *     mailbox, message-id  of `mail`
 *     number               of the message: POP3's of the one looked at, IMAP's UID of the one found
 *
 *     (none)    unchanged
 *     quoted    a quoted string, RFC 9051 section 4.3
 *     size      "{5}", the announcement of a literal
 *     literal   a non-synchronizing literal, RFC 7888: "{5+}" CRLF and the value
 *     base64    RFC 4648 section 4
 *     initial   base64, or "=" for an empty value: RFC 4954 section 4
 *     string    base64 as a ManageSieve string, RFC 5804 section 4
 *
 * A transcript shows the template in place of a command that holds a secret.
 */
#ifndef MAILVANE_COMMAND_H
#define MAILVANE_COMMAND_H

#include "driver.h"

/* Adds the command and CRLF to the output and returns NULL. On failure it returns a static
 * sentence that says why, and the output is unchanged: a value is too long, or holds a
 * control character, which could begin a second command, or may not be sent on this
 * connection (sasl_may_send). */
const char *command_write(struct dialogue *, const char *template);

#endif
