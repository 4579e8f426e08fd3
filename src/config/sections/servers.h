/* servers.h - from a server as a file gives it to its targets. */
#ifndef MAILVANE_CONFIG_SERVERS_H
#define MAILVANE_CONFIG_SERVERS_H

#include "name_checks.h"

/* Reads `servers` of all sources. */
void servers_read(struct loader *);

/* A draft of a server, checked and looked up once for any number of hosts that differ in name
 * and host only. */
struct server {
	struct target common; /* without server, host, tls_name, service and account */
	const char *tls_name; /* NULL: the host */
	const struct account *account;
	struct place account_place;
	size_t *services; /* their numbers; of the scratch arena */
	size_t service_count;
	struct server_names names;
	bool good;
};

/* Tells every fault. With any, `good` is false and nothing is to be added. */
void server_resolve(struct loader *, const struct server_draft *,
		    struct server *ret_server);

/* Is the account of any use with these services? False, and errors, when not. For a server
 * resolved without services, once they are known. */
bool server_check_login(struct loader *, const struct server *);

/* Adds a target for each service, with another port if `port` is not 0. The texts stay with
 * the plan. False, and errors, when one is there already. */
bool server_add(struct loader *, const struct server *, const char *name, const char *host,
		uint16_t port, struct place);

#endif
