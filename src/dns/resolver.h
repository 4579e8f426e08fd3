/* resolver.h - names to addresses, on a libuv loop, with a small cache.
 *
 * One per engine thread; nothing is shared between threads. Answers come from an address
 * literal, /etc/hosts, the cache (while the TTL lasts), or the servers; `localhost` and what is
 * below it never leave this machine (RFC 6761 section 6.3). Questions for the same name and
 * family that are under way are joined into one.
 *
 * Names without a dot at their end are searched for as glibc does (resolv.conf(5)): with fewer
 * dots than ndots first with each domain of the search list behind them, then as they stand;
 * others as they stand, and where that is not found with the search list.
 * /etc/hosts and /etc/resolv.conf are looked at for changes at most
 * once a second. The next server is asked when one refuses, fails or stays silent.
 */
#ifndef MAILVANE_RESOLVER_H
#define MAILVANE_RESOLVER_H

#include "address.h"
#include "dns_records.h"
#include "fault.h"
#include "instant.h"

#include <uv.h>

enum family { FAMILY_ANY, FAMILY_IPV4, FAMILY_IPV6 };

/* Whether an answer was validated (DNSSEC, by the AD bit): it comes from the hosts file or is a
 * literal; the server is not trusted to know; it says no; it says yes. */
enum authenticity { NOT_FROM_DNS, AUTHENTICITY_UNKNOWN, NOT_AUTHENTIC, AUTHENTIC };

/* Addresses of one answer that are kept; more are counted. */
enum { RESOLVER_ADDRESSES_MAX = 16, RESOLVER_CACHE_MAX = 4096, RESOLVER_TTL_MAX_S = 3600 };
enum { RESOLVER_REASON_MAX = 120 };

struct resolver_options {
	const char *servers; /* "192.0.2.53,[2001:db8::53]:5353"; NULL: /etc/resolv.conf */
	struct span timeout; /* of a question in all, over all servers and tries; 0: 5 s */
	const char *hosts_file; /* NULL: /etc/hosts */
	const char *conf_file; /* NULL: /etc/resolv.conf; not read when there are servers */
	/* Believe what all servers say of validation; otherwise those on a loopback address are
	 * believed, and those of a resolv.conf with the option trust-ad. */
	bool trust_ad;
};

/* IPv6 first, then IPv4, each in the order of the answer. */
struct resolver_answer {
	enum fault fault; /* FAULT_OK, FAULT_DNS_FAILURE, FAULT_NO_ADDRESS, FAULT_TIMEOUT,
			   * FAULT_INTERNAL */
	/* "NXDOMAIN", "SERVFAIL from 127.0.0.1:5353", "refused by the resolver 192.0.2.53", ...;
	 * "" if ok. */
	char reason[RESOLVER_REASON_MAX];
	/* When one family was found and the question for the other failed, the same of that:
	 * "SERVFAIL from 192.0.2.53, for its IPv6 address". */
	char missing[RESOLVER_REASON_MAX];
	enum fault missing_fault;
	bool denied; /* a failure that is an answer: there is no such name or record */
	enum authenticity authenticity;
	char name[DNS_NAME_MAX]; /* of the records, behind all aliases; "": not from DNS */
	struct dns_records *records; /* resolver_ask_records: lent for the call */
	size_t more;                 /* addresses beyond RESOLVER_ADDRESSES_MAX */
	size_t count;
	struct address addresses[RESOLVER_ADDRESSES_MAX]; /* port 0 */
};

/* Without literals and what /etc/hosts knows. */
struct resolver_stats {
	uint64_t questions;  /* asked of the resolver */
	uint64_t cache_hits; /* of them answered by the cache */
	uint64_t failures;   /* lookups at the servers that found no address */
	size_t cache_entries;
};

struct resolver;

/* A question under way. The caller's storage, zeroed before its first use; must stay until
 * answered or cancelled. The answer is lent for the call. */
struct question {
	void (*answered)(struct question *, const struct resolver_answer *);
	struct span
	    patience; /* how long it will be waited for; ns 0: as long as it takes */
	struct question *next; /* the resolver's from here on */
	struct lookup *lookup;
};

/* Whether the options make sense; false with *ret_error a static sentence. Needs no loop. */
bool resolver_options_usable(const struct resolver_options *, const char **ret_error);

/* NULL, with *ret_error a static sentence, when the options make no sense. The loop must outlive
 * it. Files are read at the first name that is no literal. */
struct resolver *resolver_new(uv_loop_t *, const struct resolver_options *,
			      const char **ret_error);

/* Cancels what is under way (its questions are never answered) and closes its handles; the
 * memory goes when the loop has run their close callbacks. NULL does nothing. */
void resolver_free(struct resolver *);

/* Asks for the addresses of a host. `answered` may be called before this returns (literal,
 * cache). The host is copied. */
void resolver_ask(struct resolver *, const char *host, enum family, struct question *);

/* Asks for the records of one type, as the DNS has them: without literals, the hosts file and the
 * search list. The answer has `records` and no addresses; FAULT_NO_ADDRESS: the name has no such
 * record. */
void resolver_ask_records(struct resolver *, const char *name, enum dns_type,
			  struct question *);

/* The question will not be answered any more. Harmless if it is not under way. */
void resolver_cancel(struct resolver *, struct question *);
/* The same, for one that cannot wait any longer: with what is known until now. */
void resolver_settle(struct resolver *, struct question *,
		     struct resolver_answer *ret_answer);

void resolver_stats(const struct resolver *, struct resolver_stats *ret_stats);

#endif
