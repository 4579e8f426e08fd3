/* listen.h - the socket that HTTP is answered on. */
#ifndef MAILVANE_LISTEN_H
#define MAILVANE_LISTEN_H

#include "buffer.h"

/* A listening, non-blocking socket for "HOST:PORT", "[IPV6]:PORT" or ":PORT" (every address, IPv6
 * and IPv4). -1, with one line in error that says what to do. The caller closes it. */
int listen_open(const char *address, struct buffer *error);

/* "127.0.0.1:19025", "[::]:19025": where the socket really listens, port 0 resolved. */
enum { LISTEN_TEXT_MAX = 80 };
const char *listen_text(int fd, char dst[LISTEN_TEXT_MAX]);

#endif
