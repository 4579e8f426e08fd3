/* allowance.h - what else may be probed on demand, beside what is configured: names, networks
 * and ports.
 *
 * A name is judged twice, as it stands and by each address it leads to, because who owns a name
 * decides where it leads.
 */
#ifndef MAILVANE_ALLOWANCE_H
#define MAILVANE_ALLOWANCE_H

#include "network.h"

struct allowance {
	const char *const *names; /* "mail.example.com", "*.example.com", "*" */
	size_t name_count;
	const struct network *networks;
	size_t network_count;
	const uint16_t *ports;
	size_t port_count;
};

/* NULL for a pattern that allowance_host understands, else what is wrong with it. */
const char *allowance_name_fault(struct view pattern);

/* May this host, a name or a literal, be asked for? A name must fit one of the names; with
 * networks and no names any name may be looked up. "*.example.com" is all that is below
 * example.com. */
bool allowance_host(const struct allowance *, struct view host);

/* May this address be connected to? It must lie in one of the networks; without networks, it
 * may be any that is not of this machine or this link. */
bool allowance_address(const struct allowance *, const struct address *);

/* May this port be connected to where no service of the host has it? */
bool allowance_port(const struct allowance *, uint16_t port);

#endif
