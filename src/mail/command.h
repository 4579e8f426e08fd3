/* command.h - a command from its template.
 *
 * In a template {name} stands for a value and {name:form} for a value in a form:
 *
 *     us, user, password   texts of the terms
 *     from, to             its envelope
 *     mechanism            the name of the SASL mechanism that was chosen
 *     sasl                 the next message of its exchange
 *     tag                  a fresh IMAP tag
 *     mailbox, message-id  of `mail`
 *     number               of the message: POP3's of the one looked at, IMAP's UID of the one found
 *
 *     (none)    as it is
 *     quoted    a quoted string, RFC 9051 section 4.3
 *     size      "{5}", the announcement of a literal
 *     literal   a literal that needs no invitation, RFC 7888: "{5+}" CRLF and the value
 *     base64    RFC 4648 section 4
 *     initial   the same, "=" when it is empty: RFC 4954 section 4
 *     string    base64 as a ManageSieve string, RFC 5804 section 4
 *
 * So a template can be shown where a command cannot.
 */
#ifndef MAILVANE_COMMAND_H
#define MAILVANE_COMMAND_H

#include "driver.h"

/* Puts the command and its CRLF into the output. NULL if it could, else a static sentence that
 * says why not, and the output is as before: a value is too long, or holds a control
 * character, which would begin a second command; or it may not be sent here (sasl.h). */
const char *command_say(struct dialogue *, const char *template);

#endif
