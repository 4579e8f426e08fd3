/* tls_context.h - what src/tls itself knows of a context. */
#ifndef MAILVANE_TLS_CONTEXT_H
#define MAILVANE_TLS_CONTEXT_H

#include "tls.h"
#include "x509_facts.h"

#include <openssl/ssl.h>

struct tls_context {
	SSL_CTX *ssl;
	BIO_METHOD *wire; /* of tls_wire.c: bytes in and out, no descriptor */
	struct certificate_table *certificates;
	bool unjudged;
	const char *store_note; /* as in struct chain_options */
};

/* Sets the callbacks of a context; in tls_session.c. */
void tls_session_set_up(SSL_CTX *);

#endif
