/* sasl.h - decides which login is used and whether it may be tried; guards and judges for
 * drivers.
 *
 * In the step table of a driver a SASL exchange has three rows: the command with the first
 * message (the initial response), the command alone, and the following messages
 * (STEP_AGAIN). Their contents come from sasl_mechanisms.h.
 */
#ifndef MAILVANE_SASL_H
#define MAILVANE_SASL_H

#include "driver.h"

/* True if a login may be tried on this connection: inside TLS with a verified certificate,
 * or as the flags of the params permit; never in plain text if the params require STARTTLS.
 * This holds for mechanisms that send no password, too, because the password can be guessed
 * offline from what they send. */
bool sasl_may_send(const struct dialogue *);

/* Records that the server offers this mechanism. */
void sasl_add_mechanism(struct dialogue *, struct view mechanism);
/* The same for each word of a list. */
void sasl_add_mechanisms(struct dialogue *, struct view mechanisms);

/* Records a text in which the server names its software: Cyrus binds logins in its own way
 * (LEARNED_TLS_UNIQUE). */
void sasl_record_server_name(struct dialogue *, struct view words);

/* True if the login would use channel binding and the server's software is not known yet,
 * so that the list of capabilities is worth a command. */
bool sasl_needs_capability_list(const struct dialogue *);

/* The mechanism to use: the best one that is offered and usable; MECHANISM_BEST if there is
 * none. */
enum mechanism sasl_mechanism(const struct dialogue *);

/* Guards that choose how a login begins. At most one of the first three, sasl_by_command
 * and sasl_not_possible is true. None is true if no login is wanted, or inside TLS with an
 * unverified certificate, where the certificate is the fault. `room` is how many bytes of
 * base64 may follow the command; a longer first message is sent after the server's
 * continuation request. */
bool sasl_initial_response_fits(const struct dialogue *, size_t room);
bool sasl_initial_response_too_long(const struct dialogue *, size_t room);
bool sasl_server_speaks_first(const struct dialogue *);
/* Guard: the next message of the exchange is due. */
bool sasl_exchange_continues(const struct dialogue *);
/* Guard: the login uses the protocol's own command: LOGIN, USER and PASS. */
bool sasl_by_command(const struct dialogue *);
/* Guard: a login is wanted, and the server offers no way that is usable or permitted. */
bool sasl_not_possible(const struct dialogue *);

/* Guard: a login was wanted and has succeeded. */
bool sasl_logged_in(const struct dialogue *);

/* Judges: for each reply during a login, and for sasl_not_possible, which sets
 * FAULT_AUTH_UNSUPPORTED. */
enum judgement sasl_judge_reply(struct dialogue *, const struct mail_reply *);
enum judgement sasl_fail_not_possible(struct dialogue *, const struct mail_reply *);

#endif
