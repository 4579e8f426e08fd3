/* address.h - an IP address with its port. */
#ifndef MAILVANE_ADDRESS_H
#define MAILVANE_ADDRESS_H

#include "view.h"

#include <netinet/in.h>
#include <sys/socket.h>

/* family AF_UNSPEC: no address. */
struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
};

/* "192.0.2.1", "2001:db8::1", "[2001:db8::1]", "fe80::1%eth0"; false (and *ret untouched) for
 * anything else, a name included. */
bool address_parse(struct view, uint16_t port, struct address *ret_address);

void address_set_port(struct address *, uint16_t port);
uint16_t address_port(const struct address *);
socklen_t address_length(const struct address *);

/* Without the port: limits are per host. */
bool address_same_host(const struct address *, const struct address *);
uint64_t address_host_hash(const struct address *);

/* "192.0.2.1" or "2001:db8::1", without the port; "" if there is none. */
enum { ADDRESS_TEXT_MAX = 64 };
const char *address_text(const struct address *, char dst[ADDRESS_TEXT_MAX]);

#endif
