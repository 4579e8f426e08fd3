/* socket.h - one TCP socket that begins to connect, and errno in our words. */
#ifndef MAILVANE_SOCKET_H
#define MAILVANE_SOCKET_H

#include "address.h"
#include "fault.h"

/* Non-blocking, close-on-exec, TCP_NODELAY; `source` NULL or AF_UNSPEC: the kernel chooses. On
 * failure *ret_reason is set (see socket_fault), errno is its cause where the kernel said no, and
 * nothing is left open. */
enum fault socket_open(const struct address *, const struct address *source, int *ret_fd,
		       const char **ret_reason);

/* The same for a socket of this machine (unix(7)); it is connected at once or not at all. */
enum fault socket_open_path(const char *path, int *ret_fd, const char **ret_reason);

/* The reason is valid until the next call of this thread. */
enum fault socket_fault(int error, const char **ret_reason);

#endif
