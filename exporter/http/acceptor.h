/* acceptor.h - accepts connections from the listening sockets, a few of each at a time.
 *
 * While no descriptor is free it pauses; new connections wait in the kernel's queue.
 */
#ifndef MAILVANE_ACCEPTOR_H
#define MAILVANE_ACCEPTOR_H

#include "instant.h"
#include "sockets.h"

#include <poll.h>
#include <sys/socket.h>

struct acceptor {
	int fds[SOCKETS_MAX];
	size_t n;
	struct instant pause; /* end of the pause; nothing is accepted before */
};

/* Takes over the sockets. */
void acceptor_init(struct acceptor *, const struct sockets *);
/* Closes the sockets. */
void acceptor_fini(struct acceptor *);

/* Fills one entry for each socket. If not wanted, or during a pause, the entries never
 * become ready. */
void acceptor_fill_pollfds(const struct acceptor *, bool wanted, struct instant now,
			   struct pollfd fds[SOCKETS_MAX]);
/* To be called after poll. Passes each new connection to `take`, which owns it. */
void acceptor_accept(struct acceptor *, const struct pollfd fds[SOCKETS_MAX],
		     void (*take)(void *user, int fd, const struct sockaddr *, socklen_t),
		     void *user);

#endif
