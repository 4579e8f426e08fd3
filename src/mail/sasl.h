/* sasl.h - the way in: which login is used, and whether a password may be sent at all.
 *
 * The exchanges themselves are rows in the tables of the drivers: PLAIN (RFC 4616) is one
 * message, LOGIN (draft-murchison-sasl-login) two, each in base64.
 */
#ifndef MAILVANE_SASL_H
#define MAILVANE_SASL_H

#include "driver.h"

/* A password may be sent here: inside TLS with a verified certificate, or as the flags of the
 * terms allow; never in plain text where the terms require TLS. */
bool sasl_may_send(const struct dialogue *);

/* Guards. At most one is true; none, when no login is wanted, or when TLS is up but the
 * certificate is not verified (that finding is the certificate's). The best the server offers
 * is taken: PLAIN, LOGIN, the protocol's own command. */
bool sasl_by_plain(const struct dialogue *);
bool sasl_by_login(const struct dialogue *);
bool sasl_by_command(const struct dialogue *);
bool sasl_barred(const struct dialogue *);

/* The bytes of the PLAIN message in base64. */
size_t sasl_plain_size(const struct dialogue *);

/* Guard: a login was wanted, and we are in. */
bool sasl_inside(const struct dialogue *);

/* Judges: of the last reply of a login, and of sasl_barred (FAULT_AUTH_UNSUPPORTED). */
enum judgement sasl_hear(struct dialogue *, const struct reply *);
enum judgement sasl_blame_barred(struct dialogue *, const struct reply *);

#endif
