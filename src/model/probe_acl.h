/* probe_acl.h - the access control list of probes on demand: which hosts that are no targets may be
 * probed, by name, network and port.
 *
 * A name is checked twice: the name itself, and each address it resolves to, because the owner of a
 * name decides about its addresses.
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

/* NULL: the pattern is valid; else what is wrong with it, without a subject ("is empty"). */
const char *probe_acl_pattern_error(struct view pattern);

/* Whether this host, a name or an IP literal, may be probed. A name must match one of the patterns;
 * with networks and no patterns any name may be looked up. "*.example.com" matches every name below
 * example.com. */
bool probe_acl_host(const struct probe_acl *, struct view host);

/* Whether this address may be connected to. It must be in one of the networks; without networks it
 * may be any address that is not of this machine or this link. */
bool probe_acl_address(const struct probe_acl *, const struct address *);

/* Whether this port, which no configured service of the host has, may be connected to. */
bool probe_acl_port(const struct probe_acl *, uint16_t port);

#endif
