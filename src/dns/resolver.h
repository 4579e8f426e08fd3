/* resolver.h - resolves names to addresses or records on a libuv loop, with a small cache.
 *
 * Each engine thread has its own resolver. Addresses come from an IP literal, /etc/hosts,
 * the cache or the DNS servers; names below `localhost` are never sent to a server (RFC
 * 6761 section 6.3). Open questions for the same name and type share one lookup.
 *
 * The search list is used as in glibc (resolv.conf(5)): a name with fewer dots than ndots
 * is tried with each search domain first and then as it is; other names are tried as they
 * are first. A name with a dot at its end is never searched. /etc/hosts and
 * /etc/resolv.conf are checked for changes at most once a second. The next server is
 * queried if one refuses, fails or does not answer.
 */
#ifndef MAILVANE_RESOLVER_H
#define MAILVANE_RESOLVER_H

#include "address.h"
#include "dns_records.h"
#include "fault.h"
#include "instant.h"

#include <uv.h>

enum family { FAMILY_ANY, FAMILY_IPV4, FAMILY_IPV6 };

/* Whether the server has validated an answer by DNSSEC, as the AD bit says. */
enum authenticity {
	NOT_FROM_DNS,         /* a literal, or from the hosts file */
	AUTHENTICITY_UNKNOWN, /* the server's AD bit is not trusted */
	NOT_AUTHENTIC,        /* a trusted server has not validated it */
	AUTHENTIC,            /* a trusted server has validated it */
};

/* Addresses of one answer that are kept; more are counted. */
enum { RESOLVER_ADDRESSES_MAX = 16, RESOLVER_CACHE_MAX = 4096, RESOLVER_TTL_MAX_S = 3600 };
enum { RESOLVER_REASON_MAX = 120 };

struct resolver_options {
	const char *servers; /* "192.0.2.53,[2001:db8::53]:5353"; NULL: /etc/resolv.conf */
	struct span timeout; /* for a question over all servers and tries; 0: 5 s */
	const char *hosts_file; /* NULL: /etc/hosts */
	const char *conf_file; /* NULL: /etc/resolv.conf; not read when there are servers */
	/* Trust the AD bit of all servers. Without it only servers on a loopback address
	 * are trusted, and those of a resolv.conf with the option trust-ad. */
	bool trust_ad;
};

/* IPv6 first, then IPv4, each in the order of the answer. */
struct resolver_answer {
	enum fault fault; /* FAULT_OK, FAULT_DNS_FAILURE, FAULT_NO_ADDRESS, FAULT_TIMEOUT,
			   * FAULT_INTERNAL */
	/* "NXDOMAIN", "SERVFAIL from 127.0.0.1:5353", "refused by the resolver 192.0.2.53",
	 * ...; "" if ok. */
	char reason[RESOLVER_REASON_MAX];
	/* If one family was found and the query for the other failed, the reason of the
	 * failure: "SERVFAIL from 192.0.2.53, for its IPv6 address"; else "". */
	char missing[RESOLVER_REASON_MAX];
	enum fault missing_fault;
	bool denied; /* a server says that there is no such name or record */
	enum authenticity authenticity;
	char name[DNS_NAME_MAX]; /* of the records, after all aliases; "": not from DNS */
	struct dns_records *records; /* of resolver_query_records; valid during the call */
	size_t more;                 /* addresses beyond RESOLVER_ADDRESSES_MAX */
	size_t count;
	struct address addresses[RESOLVER_ADDRESSES_MAX]; /* port 0 */
};

/* Counters; IP literals and names of /etc/hosts are not counted. */
struct resolver_stats {
	uint64_t questions;  /* questions to the resolver */
	uint64_t cache_hits; /* those of them that the cache answered */
	uint64_t failures;   /* lookups at the servers that found no address */
	size_t cache_entries;
};

struct resolver;

/* An open question. The caller owns the storage, zeroes it before the first use, and keeps
 * it until the question is answered or cancelled. The answer is valid during the call. */
struct question {
	void (*answered)(struct question *, const struct resolver_answer *);
	struct span
	    patience; /* how long the caller will wait; ns 0: for the whole timeout */
	struct question *next; /* from here on for the resolver only */
	struct lookup *lookup;
};

/* True if the options are valid; else *ret_error is a static sentence. Needs no loop. */
bool resolver_options_usable(const struct resolver_options *, const char **ret_error);

/* Returns NULL, with *ret_error a static sentence, if the options are invalid or memory
 * fails. The loop must outlive the resolver. Files are read at the first name that is no
 * literal. */
struct resolver *resolver_new(uv_loop_t *, const struct resolver_options *,
			      const char **ret_error);

/* Cancels open questions, which are never answered, and closes the handles; the memory is
 * freed when the loop has run their close callbacks. NULL does nothing. */
void resolver_free(struct resolver *);

/* Resolves a host name or IP literal to addresses. `answered` may be called before this
 * returns. The host is copied. */
void resolver_query_addresses(struct resolver *, const char *host, enum family,
			      struct question *);

/* Queries the records of one type, without IP literals, hosts file and search list. The
 * answer has `records` and no addresses; FAULT_NO_ADDRESS: the name has no such record. */
void resolver_query_records(struct resolver *, const char *name, enum dns_type,
			    struct question *);

/* Cancels the question: it will not be answered. Does nothing if it is not open. */
void resolver_cancel(struct resolver *, struct question *);
/* Cancels the question and returns the answer that is known so far, for a caller whose time
 * is over. */
void resolver_stop_waiting(struct resolver *, struct question *,
			   struct resolver_answer *ret_answer);

void resolver_stats(const struct resolver *, struct resolver_stats *ret_stats);

#endif
