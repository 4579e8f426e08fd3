/* dns_servers.h - the DNS servers of this machine, and which of them is queried first. */
#ifndef MAILVANE_DNS_SERVERS_H
#define MAILVANE_DNS_SERVERS_H

#include "dns_server.h"
#include "resolv_conf.h"

#include <sys/stat.h>

struct dns_servers;

/* A query that any name server can answer, which shows whether a server answers at all. */
struct dns_check {
	struct dns_query query; /* first, so that a query is its check */
	struct dns_servers *servers;
};

struct dns_servers {
	uv_loop_t *loop;
	struct dns_server_hook hook;
	struct span timeout;
	const char *conf_file; /* NULL: the servers are configured */
	struct stat seen;
	bool trust_ad; /* trust the AD bit, whatever resolv.conf says */
	bool is_open;  /* the servers were opened, at the first name that needs one */
	struct resolv_conf conf;
	struct dns_server *list[RESOLV_SERVERS_MAX];
	size_t count;
	unsigned burst; /* queries without a reply since burst_began */
	struct instant burst_began;
	size_t preferred; /* a server that answered when the first one did not */
	struct instant preferred_until;
	struct dns_check checks[RESOLV_SERVERS_MAX];
	struct instant checked;  /* when the last check began */
	struct instant answered; /* when any of them last answered anything */
};

/* `servers` is as in struct resolver_options. False, with *ret_error a static sentence, if
 * it is invalid. Nothing is read or opened before the first dns_servers_refresh. */
bool dns_servers_init(struct dns_servers *, uv_loop_t *, const char *servers,
		      const char *conf_file, struct span timeout,
		      const struct dns_server_hook *, const char **ret_error);
void dns_servers_fini(struct dns_servers *);
/* Trusts the AD bit of all servers; without it only servers on a loopback address are
 * trusted, and those of a resolv.conf with trust-ad. Must be called before the first
 * dns_servers_refresh. */
void dns_servers_trust(struct dns_servers *);

/* Before each question. Goes over to the new servers if the file has changed; what is under
 * way is cancelled. Not from within a reply. False: the file was never read, because memory
 * or descriptors are short; while they are, the servers stay. */
bool dns_servers_refresh(struct dns_servers *);

/* The index of the server to query first. */
size_t dns_servers_first(const struct dns_servers *, struct instant now);
/* Records that this server has answered a query. */
void dns_servers_answered(struct dns_servers *, size_t server, struct instant now);

/* Queries that server; see dns_server_query. The replied() callback must call
 * dns_servers_query_ended. */
void dns_servers_query(struct dns_servers *, size_t server, const char *name, enum dns_type,
		       struct dns_query *);
void dns_servers_query_ended(struct dns_servers *);

/* Records whether a reply shows that a server works. Every answer does, even a malformed
 * one, except SERVFAIL and REFUSED. */
void dns_servers_record_reply(struct dns_servers *, const struct dns_reply *,
			      struct instant now);

/* Queries every server for the NS records of the root, unless that was done within the last
 * second. Returns when the check began; see dns_servers_answered_since. */
struct instant dns_servers_check(struct dns_servers *, struct instant now);
bool dns_servers_are_being_checked(const struct dns_servers *);
bool dns_servers_answered_since(const struct dns_servers *, struct instant);

/* True if another query may be sent now. A burst of queries overflows the receive buffer of
 * a server, and a dropped query delays its lookup by a second; open queries take memory and
 * descriptors. */
bool dns_servers_may_query(struct dns_servers *, struct instant now);

void dns_servers_tick(struct dns_servers *, struct instant now);
size_t dns_servers_pending(const struct dns_servers *);

#endif
