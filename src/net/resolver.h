/* resolver.h - names to addresses: c-ares on a libuv loop, with a small cache.
 *
 * One per engine thread; nothing is shared between threads. Answers come from /etc/hosts, an
 * address literal, the cache (while the TTL lasts), or the servers. Questions for the same
 * name and family that are under way are joined into one.
 */
#ifndef MAILVANE_RESOLVER_H
#define MAILVANE_RESOLVER_H

#include "address.h"
#include "fault.h"
#include "instant.h"

#include <uv.h>

enum family { FAMILY_ANY, FAMILY_IPV4, FAMILY_IPV6 };

/* Addresses of one answer that are kept; more are dropped. */
enum { RESOLVER_ADDRESSES_MAX = 16, RESOLVER_CACHE_MAX = 4096, RESOLVER_TTL_MAX_S = 3600 };

struct resolver_options {
	const char *servers; /* "192.0.2.53,[2001:db8::53]:5353"; NULL: /etc/resolv.conf */
	struct span timeout; /* of a question in all, over all servers and tries; 0: 5 s */
};

/* IPv6 first, then IPv4, each in the order of the answer. */
struct resolver_answer {
	enum fault fault;   /* FAULT_OK, FAULT_DNS_FAILURE, FAULT_NO_ADDRESS, FAULT_TIMEOUT,
			   * FAULT_INTERNAL */
	const char *reason; /* static: "NXDOMAIN", "SERVFAIL", "REFUSED by the resolver",
			     * "no answer from the resolver", ...; "" if ok */
	size_t count;
	struct address addresses[RESOLVER_ADDRESSES_MAX]; /* port 0 */
};

struct resolver_stats {
	uint64_t questions, cache_hits, failures;
	size_t cache_entries;
};

struct resolver;

/* A question under way. The caller's storage; must stay until answered or cancelled. */
struct question {
	void (*answered)(struct question *, const struct resolver_answer *);
	struct question *next; /* the resolver's from here on */
	struct lookup *lookup;
};

/* NULL, with *ret_error a static sentence, when the options make no sense or c-ares cannot
 * start. The loop must outlive it. */
struct resolver *resolver_new(uv_loop_t *, const struct resolver_options *,
			      const char **ret_error);

/* Cancels what is under way (its questions are never answered) and closes its handles; the
 * memory goes when the loop has run their close callbacks. NULL does nothing. */
void resolver_free(struct resolver *);

/* Asks. `answered` may be called before this returns (literal, cache). The host is copied. */
void resolver_ask(struct resolver *, const char *host, enum family, struct question *);

/* The question will not be answered any more. Harmless if it is not under way. */
void resolver_cancel(struct resolver *, struct question *);

void resolver_stats(const struct resolver *, struct resolver_stats *ret_stats);

#endif
