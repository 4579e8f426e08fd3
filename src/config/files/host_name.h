/* host_name.h - names and addresses of hosts as configuration files give them. */
#ifndef MAILVANE_CONFIG_HOST_NAME_H
#define MAILVANE_CONFIG_HOST_NAME_H

#include "address.h"

/* What is wrong with a host: a name of RFC 1123 section 2.1 or an IP literal, brackets
 * allowed around IPv6. NULL when nothing is. */
const char *host_fault(struct view);

/* Of ehlo_name: a host name with a dot, or "[192.0.2.1]", "[IPv6:2001:db8::1]" (RFC 5321
 * section 4.1.3). NULL when nothing is wrong. */
const char *ehlo_fault(struct view);

/* Cuts "host", "host:port", "192.0.2.1:port", "[2001:db8::1]:port", "2001:db8::1" in two;
 * port 0: none. The host is not checked. False when what stands for the port is no port. */
bool host_and_port(struct view text, struct view *ret_host, uint16_t *ret_port);

#endif
