/* lookup.h - one name being looked up at the DNS servers, for its addresses of one or both
 * families or for the records of one type.
 *
 * It decides whom to ask when, and what the replies add up to. It learns of the time by
 * lookup_tick and says once that it is done.
 */
#ifndef MAILVANE_LOOKUP_H
#define MAILVANE_LOOKUP_H

#include "dns_servers.h"
#include "name_search.h"
#include "resolver.h"

enum { LOOKUP_NAME_MAX = 256, LOOKUP_HALVES = 2 };

/* What is asked of a name. */
struct wanted {
	enum dns_type type; /* 0: addresses, of the family */
	enum family family;
};

static inline bool wanted_equal(struct wanted a, struct wanted b)
{
	return a.type == b.type && a.family == b.family;
}

/* One family of the question. */
struct lookup_half {
	enum dns_type type;
	bool settled;
	enum reply_kind kind;   /* settled or not: the most telling reply so far */
	size_t server;          /* whose reply that is */
	bool tcp;               /* and was it asked by TCP, too */
	unsigned failed;        /* bit of each server that has no answer for us */
	struct dns_reply reply; /* REPLY_RECORDS only; its records are held */
};

struct lookup {
	struct lookup *next, **at; /* the resolver's: in its list */
	struct lookup *chain;      /* the resolver's: of the same hash */
	struct question *questions;

	struct dns_servers *servers;
	void (*done)(struct lookup *, void *user);
	void *user;
	char name[LOOKUP_NAME_MAX];  /* as asked, in lower case */
	char asked[LOOKUP_NAME_MAX]; /* the candidate asked for now */
	struct name_search search;
	bool exists;          /* a candidate exists and has no address */
	bool is_missing;      /* the name as it was given does not exist */
	bool search_failed;   /* a server has failed at one with a domain behind it ... */
	size_t search_server; /* this one */
	struct wanted wanted;
	struct lookup_half halves[LOOKUP_HALVES];
	size_t half_count;
	struct ask *asks; /* without a reply */
	struct instant began, deadline, next_ask;
	struct instant patience; /* until then the second half is waited for */
	struct span gap, grace;
	size_t attempt;
	struct instant checked; /* a check of the servers began then; ns 0: none */
	bool awaits_check;      /* its answer is all that is missing */
	bool is_started, is_done;

	/* When done. */
	struct resolver_answer answer;
	unsigned ttl; /* seconds to keep the answer; 0: not at all */
};

/* NULL: out of memory. The name is valid and in lower case. `done` and `user` are the caller's
 * to set. The time runs from now on, though nothing is asked before lookup_start. */
struct lookup *lookup_new(struct dns_servers *, const char *name, struct wanted,
			  struct instant now, struct span timeout);
/* What it has asked is cancelled. Not from within a reply. */
void lookup_free(struct lookup *);

/* May say `done` before it returns. */
void lookup_start(struct lookup *, struct instant now);
/* Asks again, or gives up. Does nothing when it is done. */
void lookup_tick(struct lookup *, struct instant now);

/* Somebody waits for it who has only this much time: it asks again sooner, and waits less for one
 * family when the other has told enough. */
void lookup_hurry(struct lookup *, struct span left);
/* What it would answer if it had to end now. */
void lookup_so_far(const struct lookup *, struct resolver_answer *ret_answer);

#endif
