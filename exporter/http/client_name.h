/* client_name.h - the client that a connection is counted for: an IPv4 address, a /64 of
 * IPv6, or a user of this machine behind a Unix socket. */
#ifndef MAILVANE_CLIENT_NAME_H
#define MAILVANE_CLIENT_NAME_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct client_name {
	uint8_t family, bytes[8];
	bool local; /* loopback or a Unix socket */
};

/* The name of the peer. For a Unix socket the kernel is asked for the user behind fd. */
struct client_name client_name_of(const struct sockaddr *, int fd);
bool client_name_same(const struct client_name *, const struct client_name *);

#endif
