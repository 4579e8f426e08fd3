/* https.h - certificates and rules of HTTPS for sessions that libmicrohttpd has made.
 *
 * Each connection gets those that are in use when it begins, so that a change closes no
 * connection. Only https.c knows GnuTLS.
 */
#ifndef MAILVANE_HTTPS_H
#define MAILVANE_HTTPS_H

#include "web_config.h"

struct https;

/* `settings` must outlive the result. NULL: certificate and key cannot be used; the
 * errors say why. */
struct https *https_new(const struct web_tls *, struct errors *, struct place);
/* NULL does nothing. */
void https_free(struct https *);

/* Applies them to a session (gnutls_session_t) before its handshake. The session must
 * end before `https` is freed. */
void https_apply(const struct https *, void *session);

/* True if the client of this session has shown a certificate that was verified. */
bool https_client_is_verified(void *session);

/* For MHD_OPTION_HTTPS_CERT_CALLBACK: libmicrohttpd requires a function, but never calls
 * it here. */
void (*https_no_certificate(void))(void);

#endif
