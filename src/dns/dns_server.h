/* dns_server.h - one DNS server, asked through c-ares channels of its own.
 *
 * A channel with several servers moves on when one answers SERVFAIL or REFUSED, but ends in a
 * code that does not tell so (c-ares 1.18 says "connection refused"); a channel that passes
 * errors on (ARES_FLAG_NOCHECKRESP) never moves on. With channels for each server the exact
 * answer is known and lookup.c decides who is asked next.
 *
 * A question goes by UDP. When the answer is truncated, or so many answers to other questions
 * come in that somebody may be guessing ids (RFC 5452), it is asked again by TCP.
 */
#ifndef MAILVANE_DNS_SERVER_H
#define MAILVANE_DNS_SERVER_H

#include "address.h"
#include "dns_message.h"
#include "instant.h"
#include "tlsa.h"

#include <uv.h>

enum { REPLY_ADDRESSES_MAX = 16 };

/* From what settles the question to what tells nothing: of several failures the first in this
 * order is the one to report. */
enum reply_kind {
	REPLY_ADDRESSES,  /* or the TLSA records that were asked for */
	REPLY_NO_ADDRESS, /* the name exists */
	REPLY_NO_NAME,    /* NXDOMAIN */
	REPLY_SERVFAIL,
	REPLY_REFUSED,
	REPLY_NOTIMP,
	REPLY_FORMERR,
	REPLY_ALIAS_LOOP,
	REPLY_BROKEN, /* nonsense */
	REPLY_INTERNAL,
	REPLY_FLOODED, /* nothing but answers to other questions, and TCP fails */
	REPLY_SILENT,
	REPLY_UNREACHABLE,
	REPLY_CANCELLED, /* the server is not to be asked any more */
	REPLY_KINDS,
};

struct reply {
	enum reply_kind kind;
	bool tcp;     /* it was asked by TCP, too */
	unsigned ttl; /* seconds, the least in the chain */
	size_t count;
	struct address addresses[REPLY_ADDRESSES_MAX]; /* port 0 */
	size_t more;                                   /* addresses there was no room for */
	struct tlsa_set *tlsa;   /* in place of addresses, lent for the call; NULL: none */
	bool secure;             /* validated, as a server says that is trusted to know */
	char name[DNS_NAME_MAX]; /* whose the records are, behind all aliases; "": failed */
};

/* Called when c-ares has been at work, outside of it. */
struct dns_server_hook {
	void (*worked)(void *user);
	void *user;
};

struct dns_server;

/* NULL when c-ares cannot start or the address is not for it. The loop must outlive it. */
struct dns_server *dns_server_new(uv_loop_t *, const struct address *, struct span timeout,
				  const struct dns_server_hook *);
/* Every question is replied to with REPLY_CANCELLED. NULL does nothing. Not from within a
 * reply. */
void dns_server_free(struct dns_server *);

/* From now on it is asked to say what it has validated (RFC 6840 section 5.7), and believed. */
void dns_server_trust(struct dns_server *);
bool dns_server_is_trusted(const struct dns_server *);

const struct address *dns_server_address(const struct dns_server *);

/* Exactly one reply comes, perhaps before this returns; not later than twice the timeout, once
 * for each of UDP and TCP, if dns_server_tick is called. The name is absolute. When the question
 * goes on by TCP *ret_tcp becomes true; it must stay until the reply. */
void dns_server_ask(struct dns_server *, const char *name, enum dns_type, bool *ret_tcp,
		    void (*replied)(void *user, const struct reply *), void *user);

/* Questions without a reply. */
size_t dns_server_pending(const struct dns_server *);

/* Lets the time pass. */
void dns_server_tick(struct dns_server *);

#endif
