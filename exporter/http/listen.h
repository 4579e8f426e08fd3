/* listen.h - the socket that HTTP is answered on. */
#ifndef MAILVANE_LISTEN_H
#define MAILVANE_LISTEN_H

#include "buffer.h"

/* A listening, non-blocking socket for "HOST:PORT", "[IPV6]:PORT", ":PORT" (every address, IPv6
 * and IPv4) or "unix:PATH" (mode 0660; one that nobody listens on is replaced). -1, with one
 * line in error that says what to do. For the main thread alone: it changes the umask. */
int listen_open(const char *address, struct buffer *error);

/* Removes the path of the socket, if it has one. Before it is closed: afterwards the path may be
 * that of another exporter. */
void listen_unlink(int fd);

/* "127.0.0.1:19025", "[::]:19025", "unix:/run/mailvane/exporter.sock": where the socket really
 * listens, port 0 resolved. */
enum { LISTEN_TEXT_MAX = 128 };
const char *listen_text(int fd, char dst[LISTEN_TEXT_MAX]);

#endif
