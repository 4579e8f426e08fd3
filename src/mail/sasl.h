/* sasl.h - the way in: which login is used, and whether it may be tried at all.
 *
 * In the tables of the drivers an exchange is three rows: the command with the first message,
 * the command alone, and the messages that follow (STEP_AGAIN). What is in them: exchange.h.
 */
#ifndef MAILVANE_SASL_H
#define MAILVANE_SASL_H

#include "driver.h"

/* A login may be tried here: inside TLS with a verified certificate, or as the flags of the
 * terms allow; never in plain text where the terms require TLS. That holds for the mechanisms
 * that send no password, too: what they send can be guessed at for as long as one likes. */
bool sasl_may_send(const struct dialogue *);

/* One word of the server's list. */
void sasl_offered(struct dialogue *, struct view mechanism);
/* All words of it. */
void sasl_offered_all(struct dialogue *, struct view mechanisms);

/* What the server calls itself: some bind logins in a way of their own. */
void sasl_heard_name(struct dialogue *, struct view words);

/* It would be well to know more of the server before a login is bound. */
bool sasl_in_doubt(const struct dialogue *);

/* The one that is used, the best there is; MECHANISM_BEST when there is none. */
enum mechanism sasl_mechanism(const struct dialogue *);

/* Guards of how an exchange begins. At most one of these, sasl_by_command and sasl_barred is
 * true; none, when no login is wanted, or when TLS is up but the certificate is not verified
 * (that finding is the certificate's). `room`: the bytes a first message in base64 may have
 * behind the command; where it does not fit the server is asked to invite it. */
bool sasl_at_once(const struct dialogue *, size_t room);
bool sasl_invited(const struct dialogue *, size_t room);
bool sasl_waits(const struct dialogue *);   /* the server has to speak first */
bool sasl_goes_on(const struct dialogue *); /* a message is due */
bool sasl_by_command(const struct dialogue *);
bool sasl_barred(const struct dialogue *);

/* Guard: a login was wanted, and we are in. */
bool sasl_inside(const struct dialogue *);

/* Judges: of each reply of a login, and of sasl_barred (FAULT_AUTH_UNSUPPORTED). */
enum judgement sasl_hear(struct dialogue *, const struct mail_reply *);
enum judgement sasl_blame_barred(struct dialogue *, const struct mail_reply *);

#endif
