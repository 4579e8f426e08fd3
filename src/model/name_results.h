/* roster.h - what is known of each customer name at one service of a shared host.
 *
 * Each name of the roll is asked for by SNI and has a record of its own: a state, what is wrong
 * with the certificate the server shows for it, the certificate. Written by one engine thread,
 * read by any; a short lock guards each copy. It outlives a reload, which may bring other names
 * (name_results_load): those in both keep their records.
 *
 * plan.h says where the rosters of a plan are: struct hosting.
 */
#ifndef MAILVANE_NAME_RESULTS_H
#define MAILVANE_NAME_RESULTS_H

#include "confirmation.h"
#include "name_set.h"
#include "result.h"

/* Counted. NULL does nothing and is returned by hold. */
struct name_results;

struct name_results *name_results_new(struct name_set *);
struct name_results *name_results_hold(struct name_results *);
void name_results_release(struct name_results *);

/* --- reading ------------------------------------------------------------------------------ */

/* By the last result of each name, whether it is confirmed or not, but for `announced`. */
struct name_results_summary {
	size_t total;
	size_t asked;                  /* have a result */
	size_t unknown;                /* have none yet: total - asked */
	size_t states[STATE_COUNT];    /* of those asked */
	size_t announced[STATE_COUNT]; /* likewise, confirmed: confirmation.h */
	size_t faults[FAULT_COUNT];    /* likewise, by the fault that decides */
	size_t
	    cert_faults[FAULT_COUNT]; /* names with it among others; certificate's only */
	size_t without_own;           /* are shown the fall-back certificate and are not
					      * in it; FAULT_CERT_NAME in `faults` */
	/* The first certificate to end, the chain above it included, among those that are for
	 * their names; ms 0 and "": there is none. */
	struct moment earliest;
	char earliest_name[NAME_SET_NAME_MAX];

	/* What the server shows for a name it cannot know. */
	struct certificate
	    *fallback;         /* held: name_results_summary_fini; NULL: none is known */
	bool fallback_refused; /* the server ends the handshake for such a name */
	struct moment fallback_at; /* when it was asked; ms 0: not yet */

	/* The server does not answer, so that no name is asked: since when and why. Names keep
	 * their results. ms 0: not so. */
	struct moment paused;
	enum fault paused_fault;
	enum phase paused_phase;

	uint64_t asks;      /* since the start, trials and fall-back included */
	struct span behind; /* how late the names are asked: the budget is too small for the
			     * interval, or the server too slow */
};

void name_results_summary(struct name_results *, struct name_results_summary *ret_summary);
void name_results_summary_fini(struct name_results_summary *);

/* Of the name that was not asked for the longest time; ms 0: none was yet. Looks at all of
 * them. */
struct moment name_results_oldest(struct name_results *);

enum { NAME_RESULTS_DETAIL_MAX = 512 };

/* One name. */
struct name_result {
	char name[NAME_SET_NAME_MAX];
	enum state state;     /* of the last result; STATE_COUNT: not asked yet */
	enum state announced; /* confirmed; STATE_COUNT: none yet */
	enum fault fault;     /* what decides; FAULT_OK with state OK */
	unsigned
	    cert_faults;  /* CERT_FAULT_BIT set: all that is wrong with the certificate */
	bool without_own; /* as in the summary */
	bool awaited;     /* it is asked again soon, to confirm */
	struct certificate *certificate; /* shown last; held; NULL: none was */
	struct moment
	    not_after; /* of the verified chain, else of the certificate; ms 0: none of
				  * its own */
	struct moment asked; /* to the second, as are all here; ms 0: never */
	struct moment since; /* when `state` began */
	struct moment announced_since;
	char detail
	    [NAME_RESULTS_DETAIL_MAX]; /* a sentence if the state is not OK, else "" */
};

/* Which names; those asked for come by their letters. */
struct name_results_question {
	const char *part; /* in the name, ignoring ASCII case; NULL or "": any */
	unsigned states;  /* bits NAME_RESULTS_STATE(state); 0: any */
	bool announced;   /* `states` is about what is announced */
	size_t skip;      /* leave out so many first: pages */
};

/* STATE_COUNT: not asked yet, or nothing announced. */
#define NAME_RESULTS_STATE(state) (1U << (unsigned)(state))
enum {
	NAME_RESULTS_WRONG =
	    1U << STATE_WARNING | 1U << STATE_CRITICAL | 1U << STATE_UNKNOWN
};

/* Copies up to `max` names, which the caller must name_result_list_fini; returns how many.
 * *ret_total (NULL: not wanted): how many there are, those skipped and those beyond included. */
size_t name_results_find(struct name_results *, const struct name_results_question *,
			 struct name_result *ret_names, size_t max, size_t *ret_total);

/* One, by its whole name; false: it is not in the roll. */
bool name_results_get(struct name_results *, struct view name,
		      struct name_result *ret_name);

void name_result_list_fini(struct name_result *, size_t count);

/* --- writing ------------------------------------------------------------------------------ */

/* The names it has now, held for the caller. */
struct name_set *name_results_set(struct name_results *);

/* Other names: those in both keep their records. False: out of memory, nothing changed. */
bool name_results_load(struct name_results *, struct name_set *);

/* What one more result of a name has changed. */
struct name_results_change {
	bool known;                  /* false: the name is not in the roll any more */
	enum state before;           /* of the result before; STATE_COUNT: there was none */
	enum state announced_before; /* STATE_COUNT: none */
	enum state announced;        /* now */
	struct moment announced_since; /* the one before; ms 0: none */
	bool
	    again; /* ask it again soon: it has just failed, or its state is to be confirmed */
};

/* Files a result with its verdict, copying what is kept; `why` (NULL: nothing is wrong) is the
 * sentence for it. `number` is of `roll`, which may be an older one. `confirm` results in a row
 * change what is announced. name_verdict_file makes the sentence. */
struct name_results_change name_results_put(struct name_results *, const struct name_set *,
					    size_t number, const struct result *,
					    const char *why, bool without_own,
					    unsigned confirm);

/* Is it what the server shows for names it cannot know? */
bool name_results_is_fallback(struct name_results *, const struct certificate *);

/* The server broke off while this name was asked for. True: it did so before, since there was
 * a result. */
bool name_results_doubt(struct name_results *, const struct name_set *, size_t number);

/* What the server shows for a name it cannot know; NULL: it refused the handshake. */
void name_results_put_fallback(struct name_results *, struct certificate *,
			       struct moment at);

/* The server does not answer, or does again (FAULT_OK). */
void name_results_pause(struct name_results *, enum fault, enum phase, struct moment at);
void name_results_note(struct name_results *, uint64_t asks, struct span behind);

#endif
