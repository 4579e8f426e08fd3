/* allowance.h - what else may be probed on demand, beside what is configured: names, networks
 * and ports.
 *
 * A name is judged twice, as it stands and by each address it leads to, because who owns a name
 * decides where it leads.
 */
#ifndef MAILVANE_PROBE_ACL_H
#define MAILVANE_PROBE_ACL_H

#include "network.h"

struct probe_acl {
	const char *const *names; /* "mail.example.com", "*.example.com", "*" */
	size_t name_count;
	const struct network *networks;
	size_t network_count;
	const uint16_t *ports;
	size_t port_count;
};

/* NULL for a pattern that probe_acl_host understands, else what is wrong with it. */
const char *probe_acl_name_fault(struct view pattern);

/* May this host, a name or a literal, be asked for? A name must fit one of the names; with
 * networks and no names any name may be looked up. "*.example.com" is all that is below
 * example.com. */
bool probe_acl_host(const struct probe_acl *, struct view host);

/* May this address be connected to? It must lie in one of the networks; without networks, it
 * may be any that is not of this machine or this link. */
bool probe_acl_address(const struct probe_acl *, const struct address *);

/* May this port be connected to where no service of the host has it? */
bool probe_acl_port(const struct probe_acl *, uint16_t port);

#endif
