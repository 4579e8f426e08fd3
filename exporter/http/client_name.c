/* client_name.c - makes the name that connections of a client are counted under. */
#include "client_name.h"

#include <netinet/in.h>
#include <string.h>

static void client_name_v4(struct client_name *name, const void *bytes)
{
	name->family = AF_INET;
	memcpy(name->bytes, bytes, 4);
	name->local = name->bytes[0] == 127;
}

struct client_name client_name_of(const struct sockaddr *at, int fd)
{
	struct client_name name = { .family = (uint8_t)at->sa_family };
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t length = sizeof(peer);
	struct sockaddr_in6 six;
	struct sockaddr_in four;

	if (at->sa_family == AF_INET) {
		memcpy(&four, at, sizeof(four));
		client_name_v4(&name, &four.sin_addr);
	} else if (at->sa_family == AF_INET6) {
		memcpy(&six, at, sizeof(six));
		if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) {
			client_name_v4(&name, six.sin6_addr.s6_addr + 12);
		} else {
			memcpy(name.bytes, &six.sin6_addr, sizeof(name.bytes));
			name.local = IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
		}
	} else {
		name.local = true;
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length);
		memcpy(name.bytes, &peer.uid, sizeof(peer.uid));
	}
	return name;
}

bool client_name_same(const struct client_name *a, const struct client_name *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}
