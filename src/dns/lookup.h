/* lookup.h - one lookup of a name at the DNS servers, for its addresses of one or both
 * families or for the records of one type.
 *
 * A lookup decides which server is queried when, and combines the replies to one answer.
 * The caller passes the time by lookup_tick; `done` is called once.
 */
#ifndef MAILVANE_LOOKUP_H
#define MAILVANE_LOOKUP_H

#include "dns_servers.h"
#include "name_search.h"
#include "resolver.h"

enum { LOOKUP_NAME_MAX = 256, LOOKUP_PARTS = 2 };

/* What a lookup is for. */
struct query_type {
	enum dns_type type; /* 0: addresses of the family */
	enum family family;
};

static inline bool query_type_equal(struct query_type a, struct query_type b)
{
	return a.type == b.type && a.family == b.family;
}

/* One record type of a lookup: A, AAAA, or the type that was requested. */
struct lookup_part {
	enum dns_type type;
	bool settled;
	enum reply_kind kind;   /* the best reply so far, in the order of enum reply_kind */
	size_t server;          /* the server that sent it */
	bool tcp;               /* it was also queried by TCP */
	unsigned failed;        /* a bit for each server that failed or refused */
	struct dns_reply reply; /* only with REPLY_RECORDS; we hold its records */
};

struct lookup {
	struct lookup *next, **at; /* links of the resolver's list */
	struct lookup *chain;      /* the next lookup in the resolver's hash bucket */
	struct question *questions;

	struct dns_servers *servers;
	void (*done)(struct lookup *, void *user);
	void *user;
	char name[LOOKUP_NAME_MAX];      /* as asked, in lower case */
	char candidate[LOOKUP_NAME_MAX]; /* the candidate asked for now */
	struct name_search search;
	bool name_exists;        /* a candidate exists and has no address */
	bool given_name_missing; /* the name as given does not exist */
	bool search_failed;      /* a query with a search domain has failed */
	size_t search_server;    /* the server that failed it */
	struct query_type query_type;
	struct lookup_part parts[LOOKUP_PARTS];
	size_t part_count;
	struct server_query *queries; /* those without a reply */
	struct instant began, deadline, next_try;
	struct instant patience; /* until then the other part is waited for */
	struct span retry_gap, part_wait;
	size_t attempt;
	struct instant checked; /* when a check of the servers began; ns 0: none did */
	bool awaits_check;      /* only the answer of the check is missing */
	bool is_started, is_done;

	/* The result, when is_done. */
	struct resolver_answer answer;
	unsigned ttl; /* seconds to keep the answer; 0: not at all */
};

/* Returns NULL if memory fails. The name must be valid and in lower case. The caller sets
 * `done` and `user`. The timeout runs from `now` on; no query is sent before
 * lookup_start. */
struct lookup *lookup_new(struct dns_servers *, const char *name, struct query_type,
			  struct instant now, struct span timeout);
/* Cancels the open queries. Must not be called from within a reply. */
void lookup_free(struct lookup *);

/* May call `done` before it returns. */
void lookup_start(struct lookup *, struct instant now);
/* Repeats queries or ends the lookup at its deadline. Does nothing if the lookup is
 * done. */
void lookup_tick(struct lookup *, struct instant now);

/* A caller has only this much time left: queries are repeated sooner, and the wait for the
 * second address family becomes shorter. */
void lookup_shorten_wait(struct lookup *, struct span left);
/* The answer that the lookup would have if it ended now. */
void lookup_current_answer(const struct lookup *, struct resolver_answer *ret_answer);

#endif
