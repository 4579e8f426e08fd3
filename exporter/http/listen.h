/* listen.h - opens a listening socket for HTTP. */
#ifndef MAILVANE_LISTEN_H
#define MAILVANE_LISTEN_H

#include "buffer.h"

/* Returns a listening, non-blocking socket for "HOST:PORT", "[IPV6]:PORT", ":PORT"
 * (every address, IPv6 and IPv4) or "unix:PATH" (mode 0660; a socket on which nobody
 * listens is replaced). -1: error has one line that says what to do. Main thread only,
 * because it changes the umask. */
int listen_open(const char *address, struct buffer *error);

/* Removes the path of a Unix socket. To be called before it is closed; afterwards the
 * path may belong to another exporter. */
void listen_unlink(int fd);

/* Puts the address at which the socket listens, with its real port: "127.0.0.1:19025",
 * "[::]:19025", "unix:/run/mailvane/exporter.sock". */
enum { LISTEN_TEXT_MAX = 128 };
const char *listen_text(int fd, char dst[LISTEN_TEXT_MAX]);

#endif
