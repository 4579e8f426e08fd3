/* tls_mode.h - how a service uses TLS. */
#ifndef MAILVANE_TLS_MODE_H
#define MAILVANE_TLS_MODE_H

#include "view.h"

enum tls_mode {
	TLS_MODE_NONE,
	TLS_MODE_OPPORTUNISTIC, /* STARTTLS if offered */
	TLS_MODE_STARTTLS,      /* STARTTLS or fault */
	TLS_MODE_IMPLICIT,      /* TLS from the first byte (RFC 8314 section 3) */
	TLS_MODE_COUNT,
};

const char *tls_mode_name(enum tls_mode);
bool tls_mode_from_name(struct view, enum tls_mode *ret_mode);

#endif
