/* gzip.h - compresses an answer (RFC 1952) while it is made. */
#ifndef MAILVANE_GZIP_H
#define MAILVANE_GZIP_H

#include "answer.h"

/* Takes over the other answer, which may be NULL. Needs about 300 KB until it is freed.
 * NULL: out of memory; the other answer is freed. */
struct answer *gzip_new(struct answer *);

#endif
