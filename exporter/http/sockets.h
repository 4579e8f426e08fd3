/* sockets.h - all listening sockets of HTTP: opened by us, or by systemd. */
#ifndef MAILVANE_SOCKETS_H
#define MAILVANE_SOCKETS_H

#include "listen.h"

enum { SOCKETS_MAX = 16 };

struct sockets {
	int fds[SOCKETS_MAX];
	size_t n;
	bool given; /* by systemd, which also removes the path of a Unix socket */
};

/* Opens a socket for each address, at most SOCKETS_MAX. False: one cannot be opened;
 * error has one line, and no socket is left open. */
bool sockets_open(struct sockets *, const char *const *addresses, size_t count,
		  struct buffer *error);

/* Takes the sockets that systemd passes (sd_listen_fds(3)). To be called once, because
 * it clears the environment. */
bool sockets_take(struct sockets *, struct buffer *error);

/* Removes the paths of Unix sockets that we opened. To be called before sockets_close. */
void sockets_unlink(const struct sockets *);
void sockets_close(struct sockets *);

/* "127.0.0.1:19025, unix:/run/mailvane.sock" */
void sockets_text(const struct sockets *, struct buffer *);

#endif
