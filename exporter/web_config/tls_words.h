/* tls_words.h - what Go calls versions, cipher suites and curves, and what GnuTLS does. */
#ifndef MAILVANE_TLS_WORDS_H
#define MAILVANE_TLS_WORDS_H

#include "buffer.h"

struct web_tls;

/* All that are known. */
enum { TLS_VERSIONS = 4, TLS_CURVES = 4, TLS_CIPHERS = 17, TLS_CLIENT_AUTHS = 6 };
extern const char *const tls_versions[TLS_VERSIONS]; /* by enum tls_version */
extern const char *const tls_curves[TLS_CURVES];
extern const char *const tls_ciphers[TLS_CIPHERS];
extern const char *const tls_client_auths[TLS_CLIENT_AUTHS];

/* The place of a word among count of them; count: it is none. */
size_t tls_word(const char *word, const char *const *words, size_t count);

/* By the place among tls_client_auths. */
unsigned tls_client_auth(size_t place);

/* The priority string of GnuTLS. It names ciphers, MACs and key exchanges one by one, so that
 * suites made of the parts of two are possible, too. TLS 1.3 cannot be without a suite. */
void tls_priority(const struct web_tls *, struct buffer *);

#endif
