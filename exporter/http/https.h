/* https.h - credentials and rules of HTTPS, for sessions that libmicrohttpd has made.
 *
 * Each connection gets those that are in use when it begins, so nothing is dropped when they
 * change. GnuTLS is known here only.
 */
#ifndef MAILVANE_HTTPS_H
#define MAILVANE_HTTPS_H

#include "web_config.h"

struct https;

/* `settings` must outlive it. NULL, and what is wrong in the errors, when certificate and key
 * cannot be used. */
struct https *https_new(const struct web_tls *, struct errors *, struct place);
/* NULL does nothing. */
void https_free(struct https *);

/* Of a session (gnutls_session_t) before its handshake. It must end before the context. */
void https_apply(const struct https *, void *session);

/* Has the client of this session shown a certificate that was verified? */
bool https_client_is_verified(void *session);

/* For MHD_OPTION_HTTPS_CERT_CALLBACK: it wants one to start, and is never asked. */
void (*https_no_certificate(void))(void);

#endif
