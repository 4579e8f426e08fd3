/* gzip.h - compresses an answer (RFC 1952) while it is made. */
#ifndef MAILVANE_GZIP_H
#define MAILVANE_GZIP_H

#include "text_stream.h"

/* Takes over the other answer, which may be NULL. Needs about 300 KB until it is freed.
 * NULL: out of memory; the other answer is freed. */
struct text_stream *gzip_new(struct text_stream *);

#endif
