/* dns_servers.h - the DNS servers of this machine, and which of them to ask first. */
#ifndef MAILVANE_DNS_SERVERS_H
#define MAILVANE_DNS_SERVERS_H

#include "dns_server.h"
#include "resolv_conf.h"

#include <sys/stat.h>

struct dns_servers;

/* A question that any name server can answer, to see whether one answers at all. */
struct dns_check {
	struct dns_query query; /* first, so that a query is its check */
	struct dns_servers *servers;
};

struct dns_servers {
	uv_loop_t *loop;
	struct dns_server_hook hook;
	struct span timeout;
	const char *conf_file; /* NULL: the servers were given */
	struct stat seen;
	bool trust_ad; /* whatever resolv.conf says */
	bool is_open;  /* an address literal needs no server */
	struct resolv_conf conf;
	struct dns_server *list[RESOLV_SERVERS_MAX];
	size_t count;
	unsigned burst; /* asked and not replied to, since then */
	struct instant burst_began;
	size_t preferred; /* the one that answered when the first did not ... */
	struct instant preferred_until;
	struct dns_check checks[RESOLV_SERVERS_MAX];
	struct instant checked;  /* when the last check began */
	struct instant answered; /* when any of them last answered anything */
};

/* `servers` as in struct resolver_options. False with *ret_error a static sentence. Nothing is
 * read or opened before the first dns_servers_refresh. */
bool dns_servers_init(struct dns_servers *, uv_loop_t *, const char *servers,
		      const char *conf_file, struct span timeout,
		      const struct dns_server_hook *, const char **ret_error);
void dns_servers_fini(struct dns_servers *);
/* All of them are trusted to validate; otherwise those of this machine are, and those of a
 * resolv.conf that says so. Before the first dns_servers_refresh. */
void dns_servers_trust(struct dns_servers *);

/* Before each question. Goes over to the new servers if the file has changed; what is under way
 * is cancelled. Not from within a reply. False: the file was never read, because memory or descriptors are
 * short; while they are, the servers stay. */
bool dns_servers_refresh(struct dns_servers *);

/* The one to ask first. */
size_t dns_servers_first(const struct dns_servers *, struct instant now);
/* This one has answered a question. */
void dns_servers_answered(struct dns_servers *, size_t server, struct instant now);

/* Asks that server; see dns_server_ask. Whoever gets the reply must call dns_servers_replied. */
void dns_servers_ask(struct dns_servers *, size_t server, const char *name, enum dns_type,
		     struct dns_query *);
void dns_servers_replied(struct dns_servers *);

/* What a question to one of them has led to. SERVFAIL and REFUSED are no sign of a server that
 * is of use; every other answer is, even one that is malformed. */
void dns_servers_heard(struct dns_servers *, const struct dns_reply *, struct instant now);

/* Asks every server for the name servers of the root, unless that was done within the last
 * second. Returns when the check began: whoever answers, answers after that. */
struct instant dns_servers_check(struct dns_servers *, struct instant now);
bool dns_servers_are_being_checked(const struct dns_servers *);
bool dns_servers_answered_since(const struct dns_servers *, struct instant);

/* Whether more may be asked now: a burst of questions fills the receive buffer of a server,
 * and what is dropped there costs its lookup a second; and questions without a reply take memory
 * and descriptors. */
bool dns_servers_has_room(struct dns_servers *, struct instant now);

void dns_servers_tick(struct dns_servers *, struct instant now);
size_t dns_servers_pending(const struct dns_servers *);

#endif
