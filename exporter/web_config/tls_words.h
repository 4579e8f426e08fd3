/* tls_words.h - Go's names of TLS versions, cipher suites and curves, translated for
 * GnuTLS. */
#ifndef MAILVANE_TLS_WORDS_H
#define MAILVANE_TLS_WORDS_H

#include "buffer.h"

struct web_tls;

/* Numbers of known names. */
enum { TLS_VERSIONS = 4, TLS_CURVES = 4, TLS_CIPHERS = 17, TLS_CLIENT_AUTHS = 6 };
extern const char *const tls_versions[TLS_VERSIONS]; /* indexed by enum tls_version */
extern const char *const tls_curves[TLS_CURVES];
extern const char *const tls_ciphers[TLS_CIPHERS];
extern const char *const tls_client_auths[TLS_CLIENT_AUTHS];

/* Index of a word in an array of count words; count: it is not in it. */
size_t tls_word(const char *word, const char *const *words, size_t count);

/* The value of enum client_auth for an index in tls_client_auths. */
unsigned tls_client_auth(size_t place);

/* Writes the priority string of GnuTLS. It names ciphers, MACs and key exchanges one by
 * one, so that a suite from the parts of two listed ones is possible, too. TLS 1.3 is
 * always offered with a suite. */
void tls_priority(const struct web_tls *, struct buffer *);

#endif
