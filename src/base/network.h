/* network.h - a block of addresses, as "192.0.2.0/24" or "2001:db8::/32". */
#ifndef MAILVANE_NETWORK_H
#define MAILVANE_NETWORK_H

#include "address.h"

struct network {
	struct address base; /* its bits behind the prefix are 0 */
	unsigned bits;
};

/* An address alone is a block of one. False (and *ret untouched) for anything else, and for an
 * address with bits behind the prefix: "192.0.2.1/24" may mean either. */
bool network_parse(struct view, struct network *ret_network);

/* An IPv4 address in IPv6 clothes (RFC 4291 section 2.5.5.2) counts as what it leads to. */
bool network_has(const struct network *, const struct address *);

/* Of this machine, of this link or of no single machine: what somebody elsewhere has no
 * business with. */
bool network_is_near(const struct address *);

#endif
