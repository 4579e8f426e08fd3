/* resolv_conf.h - the DNS servers and the search list of resolv.conf(5) or of the
 * configuration. */
#ifndef MAILVANE_RESOLV_CONF_H
#define MAILVANE_RESOLV_CONF_H

#include "address.h"

enum { RESOLV_SERVERS_MAX = 8, RESOLV_SEARCH_MAX = 6, RESOLV_NAME_MAX = 256 };

struct resolv_conf {
	struct address servers[RESOLV_SERVERS_MAX]; /* with port */
	size_t server_count;                        /* at least 1 */
	char search[RESOLV_SEARCH_MAX][RESOLV_NAME_MAX];
	size_t search_count;
	unsigned ndots;
	bool trust_ad; /* the AD bit of the servers is trusted */
};

/* Reads nameserver (an optional port is allowed), search, domain and the options ndots and
 * trust-ad; all else is ignored. Without a server, or with NULL, the server is 127.0.0.1.
 * The text is modified. */
void resolv_conf_read(char *text, struct resolv_conf *ret_conf);

/* "192.0.2.53,[2001:db8::53]:5353"; no search list. False with *ret_error a static
 * sentence. */
bool resolv_conf_parse_servers(const char *servers, struct resolv_conf *ret_conf,
			       const char **ret_error);

#endif
