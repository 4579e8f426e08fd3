/* authority.h - a throw-away certificate authority: a root, intermediates, and leaves with
 * every fault a server's certificate can have. Nothing outlives the process but ca.pem.
 */
#ifndef MAILSIM_AUTHORITY_H
#define MAILSIM_AUTHORITY_H

#include "scenario.h"

#include <openssl/ssl.h>

struct authority;

/* NULL, with the reason on stderr, when OpenSSL cannot. */
struct authority *authority_new(const struct scenario *);
/* NULL does nothing. */
void authority_free(struct authority *);

/* Writes the root as DIR/ca.pem, making DIR if it is missing. False with the reason on
 * stderr. */
bool authority_publish(struct authority *, const char *dir);

/* Gives the context the key, certificate and chain of a kind, made at the first call. False,
 * with the reason on stderr, for an unknown kind too. */
bool authority_furnish(struct authority *, const char *kind, SSL_CTX *);

/* The names of the kinds there are; *ret_count of them. */
const char *const *authority_kinds(size_t *ret_count);
/* What a kind is, for --help. */
const char *authority_words(size_t kind);

#endif
