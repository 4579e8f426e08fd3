/* resolv_conf.h - whom to ask for names, as resolv.conf(5) or an operator says. */
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
	bool trust_ad; /* the servers validate, and the way to them is safe */
};

/* nameserver (with a port too, if one stands there), search, domain and the options ndots and trust-ad; the
 * rest is left aside. NULL or a text
 * without a server: 127.0.0.1. The text is cut up. */
void resolv_conf_read(char *text, struct resolv_conf *ret_conf);

/* "192.0.2.53,[2001:db8::53]:5353"; no search list. False with *ret_error a static sentence. */
bool resolv_conf_parse_servers(const char *servers, struct resolv_conf *ret_conf,
			       const char **ret_error);

#endif
