/* gzip.h - an answer, compressed (RFC 1952) while it is made. */
#ifndef MAILVANE_GZIP_H
#define MAILVANE_GZIP_H

#include "answer.h"

/* Takes the other answer, which may be NULL. About 300 KB until it is freed. NULL: out of
 * memory; the other answer is freed then, too. */
struct answer *gzip_new(struct answer *);

#endif
