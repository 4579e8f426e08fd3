/* sockets.h - all sockets that HTTP is answered on: opened by us, or by systemd for us. */
#ifndef MAILVANE_SOCKETS_H
#define MAILVANE_SOCKETS_H

#include "listen.h"

enum { SOCKETS_MAX = 16 };

struct sockets {
	int fds[SOCKETS_MAX];
	size_t n;
	bool given; /* by systemd, which also removes the path of a Unix socket */
};

/* At each of the addresses, at most SOCKETS_MAX. False, with a line in error and no socket left
 * open, when one of them cannot be. */
bool sockets_open(struct sockets *, const char *const *addresses, size_t count,
		  struct buffer *error);

/* Those that systemd passes on to us: sd_listen_fds(3). Once: the environment is cleared. */
bool sockets_take(struct sockets *, struct buffer *error);

/* Removes the paths of our own Unix sockets. Before they are closed. */
void sockets_unlink(const struct sockets *);
/* Both of it. */
void sockets_close(struct sockets *);

/* "127.0.0.1:19025, unix:/run/mailvane.sock" */
void sockets_text(const struct sockets *, struct buffer *);

#endif
