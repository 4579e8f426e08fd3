/* tlsa_search.h - the TLSA records of a target's host, before it is connected to (RFC 7672
 * section 2.2).
 *
 * Only a name whose addresses are validated is asked for them. An alias is searched for under
 * the name it leads to, then under its own.
 */
#ifndef MAILVANE_TLSA_SEARCH_H
#define MAILVANE_TLSA_SEARCH_H

#include "plan.h"
#include "resolver.h"

/* Only those who ask have them: most rounds under way have nothing to ask. */
struct tlsa_words {
	char owner[DNS_NAME_MAX]; /* of the addresses, behind all aliases */
	char why[PRINTABLE_MAX];
};

struct tlsa_search {
	void (*done)(struct tlsa_search *); /* the caller's to set */
	struct question question;
	struct resolver *resolver; /* NULL: nothing is under way */
	const struct target *target;
	struct tlsa_words *words; /* NULL: nothing was asked */
	bool owner_asked;

	/* What is known so far, and in the end. */
	enum dane dane;
	struct dns_records *set; /* with DANE_UNCOMPARED: held */
	enum fault fault;        /* with DANE_FAILED, and why in words */
};

/* `addresses` is what was found for the host. True: `done` will be called, perhaps before this
 * returns; false: all is known. */
bool tlsa_search_begin(struct tlsa_search *, struct resolver *, const struct target *,
		       const struct resolver_answer *addresses);
/* Time is up: it has failed. */
void tlsa_search_settle(struct tlsa_search *);
/* `done` will not be called. */
void tlsa_search_cancel(struct tlsa_search *);
void tlsa_search_fini(struct tlsa_search *);

/* By which name the server is to be asked for its certificate (RFC 7672 section 8.1): the one of
 * the records, unless the operator has set another than the host. */
const char *tlsa_search_name(const struct tlsa_search *, const struct target *);

#endif
