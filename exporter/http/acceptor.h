/* acceptor.h - the listening sockets: a few connections of each at a time.
 *
 * While descriptors are short the sockets are left alone for a moment; whoever connects waits in
 * the kernel's queue.
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
	struct instant pause; /* until then nothing is accepted */
};

/* Takes the sockets over. */
void acceptor_init(struct acceptor *, const struct sockets *);
/* Closes them. */
void acceptor_fini(struct acceptor *);

/* What poll has to wait for: one entry for each socket. Not wanted: entries that never fire. */
void acceptor_fill_pollfds(const struct acceptor *, bool wanted, struct instant now,
			   struct pollfd fds[SOCKETS_MAX]);
/* After poll. Each connection belongs to `take` from then on. */
void acceptor_accept(struct acceptor *, const struct pollfd fds[SOCKETS_MAX],
		     void (*take)(void *user, int fd, const struct sockaddr *, socklen_t),
		     void *user);

#endif
