/* acceptor.c - calls accept4 on each listening socket in turn. */
#include "acceptor.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* Connections accepted from one socket before the next; the pause while no descriptor is
 * free. */
enum { ACCEPT_AT_ONCE = 256, ACCEPT_PAUSE_MS = 100 };

void acceptor_init(struct acceptor *acceptor, const struct sockets *sockets)
{
	*acceptor = (struct acceptor){ .n = sockets->n };
	for (size_t i = 0; i < sockets->n; i++)
		acceptor->fds[i] = sockets->fds[i];
}

void acceptor_fini(struct acceptor *acceptor)
{
	for (size_t i = 0; i < acceptor->n; i++)
		close(acceptor->fds[i]);
	acceptor->n = 0;
}

void acceptor_fill_pollfds(const struct acceptor *acceptor, bool wanted, struct instant now,
			   struct pollfd fds[SOCKETS_MAX])
{
	if (instant_before(now, acceptor->pause))
		wanted = false;
	for (size_t i = 0; i < SOCKETS_MAX; i++)
		fds[i] = (struct pollfd){
			.fd = wanted && i < acceptor->n ? acceptor->fds[i] : -1,
			.events = POLLIN,
		};
}

/* Returns -1 if no connection waits or none can be accepted now. */
static int acceptor_next(struct acceptor *acceptor, int listening,
			 struct sockaddr_storage *at, socklen_t *length)
{
	int fd;

	do {
		*length = sizeof(*at);
		fd = accept4(listening, (struct sockaddr *)at, length,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
	} while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
	if (fd < 0 &&
	    (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
		acceptor->pause = instant_plus(instant_now(), span_of_ms(ACCEPT_PAUSE_MS));
	return fd;
}

void acceptor_accept(struct acceptor *acceptor, const struct pollfd fds[SOCKETS_MAX],
		     void (*take)(void *user, int fd, const struct sockaddr *, socklen_t),
		     void *user)
{
	struct sockaddr_storage at = { 0 };
	socklen_t length;
	int fd;

	for (size_t i = 0; i < acceptor->n; i++)
		for (int n = 0; (fds[i].revents & POLLIN) && n < ACCEPT_AT_ONCE; n++) {
			fd = acceptor_next(acceptor, fds[i].fd, &at, &length);
			if (fd < 0)
				break;
			take(user, fd, (struct sockaddr *)&at, length);
		}
}
