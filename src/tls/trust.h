/* trust.h - the roots we trust, loaded no earlier than needed. */
#ifndef MAILVANE_TRUST_H
#define MAILVANE_TRUST_H

#include "tls.h"

#include <openssl/x509.h>

/* Fills the store as the options say. False, with a sentence naming file and reason, if a file
 * or directory that was named cannot be used. *ret_note is static and never NULL: what is odd
 * about the system's store ("" if nothing). */
bool trust_load(X509_STORE *, const struct tls_options *, char *error, size_t cap,
		const char **ret_note);

#endif
