/* tlsa_search.h - looks up the TLSA records of a target's host before the connection (RFC 7672
 * section 2.2).
 *
 * They are looked up only if the addresses of the host were validated by DNSSEC. For an alias the
 * name it leads to is asked first, then the alias itself.
 */
#ifndef MAILVANE_TLSA_SEARCH_H
#define MAILVANE_TLSA_SEARCH_H

#include "plan.h"
#include "resolver.h"

/* Allocated only when a question is sent: most target runs need none. */
struct tlsa_search_texts {
	char owner[DNS_NAME_MAX]; /* the name of the addresses, after all aliases */
	char why[PRINTABLE_MAX];  /* why it failed */
};

struct tlsa_search {
	void (*done)(struct tlsa_search *); /* set by the caller */
	struct question question;
	struct resolver *resolver; /* NULL: no question is under way */
	const struct target *target;
	struct tlsa_search_texts *texts; /* NULL: nothing was asked */
	bool owner_asked;

	/* What is known so far, and in the end. */
	enum dane dane;
	struct dns_records *set; /* with DANE_UNCOMPARED: held */
	enum fault fault;        /* with DANE_FAILED; texts->why has the reason */
};

/* `addresses` is what was found for the host. True: `done` will be called, perhaps before this
 * returns. False: no question is needed, and the outcome is known. */
bool tlsa_search_begin(struct tlsa_search *, struct resolver *, const struct target *,
		       const struct resolver_answer *addresses);
/* Ends the search as failed, because its time is over. `done` is not called. */
void tlsa_search_settle(struct tlsa_search *);
/* Ends the search without an outcome. `done` is not called. */
void tlsa_search_cancel(struct tlsa_search *);
void tlsa_search_fini(struct tlsa_search *);

/* The name that the server is asked for in the TLS handshake (RFC 7672 section 8.1): that of the
 * records, unless the operator has set a name other than the host. */
const char *tlsa_search_name(const struct tlsa_search *, const struct target *);

#endif
