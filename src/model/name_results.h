/* name_results.h - the last result of each customer name at one service of a shared host.
 *
 * Each name of the set is probed by SNI and has a record: its state, what is wrong with the certificate
 * that the server shows for it, and that certificate. One engine thread writes, any thread may read; a
 * lock is held while records are copied. A reload keeps the results and may change the names
 * (name_results_load): names that are in both sets keep their records.
 *
 * struct name_check in plan.h holds them.
 */
#ifndef MAILVANE_NAME_RESULTS_H
#define MAILVANE_NAME_RESULTS_H

#include "confirmation.h"
#include "name_set.h"
#include "result.h"

/* Counted. NULL does nothing and is returned by hold. */
struct name_results;

/* Holds the set. NULL: out of memory. */
struct name_results *name_results_new(struct name_set *);
struct name_results *name_results_hold(struct name_results *);
void name_results_release(struct name_results *);

/* --- reading ------------------------------------------------------------------------------ */

/* Counts names by their last result; `announced` counts by the confirmed state. */
struct name_results_summary {
	size_t total;
	size_t asked;                  /* names with a result */
	size_t unknown;                /* names without one: total - asked */
	size_t states[STATE_COUNT];    /* names by state */
	size_t announced[STATE_COUNT]; /* names by confirmed state (confirmation.h) */
	size_t faults[FAULT_COUNT];    /* names by the fault that decides */
	/* Names by each fault of their certificate, whether it decides or not. */
	size_t cert_faults[FAULT_COUNT];
	/* Names for which the server shows the fall-back certificate, which does not have them. They
	 * count as FAULT_CERT_NAME in `faults`. */
	size_t without_own;
	/* The first end of a certificate, or of its chain, among those that have their name; ms 0 and
	 * "": there is none. */
	struct moment earliest;
	char earliest_name[NAME_SET_NAME_MAX];

	/* The certificate that the server shows for a name it cannot know: held, NULL: not known. */
	struct certificate *fallback;
	bool fallback_refused;     /* the server ends the handshake for such a name */
	struct moment fallback_at; /* when that was probed; ms 0: not yet */

	/* When and why the server stopped answering, so that no name is probed; ms 0: it answers. Names
	 * keep their results meanwhile. */
	struct moment paused;
	enum fault paused_fault;
	enum phase paused_phase;

	uint64_t probes; /* since the start; trials and those of an unknown name included */
	/* How late names are probed: the limit of connections is too small for the interval, or the
	 * server is too slow. */
	struct span lateness;
};

void name_results_summary(struct name_results *, struct name_results_summary *ret_summary);
void name_results_summary_fini(struct name_results_summary *);

/* When the name with the oldest result was probed; ms 0: none was. Reads all records. */
struct moment name_results_oldest(struct name_results *);

enum { NAME_RESULTS_DETAIL_MAX = 512 };

/* The result of one name. */
struct name_result {
	char name[NAME_SET_NAME_MAX];
	enum state state;     /* of the last result; STATE_COUNT: there is none */
	enum state announced; /* confirmed; STATE_COUNT: none yet */
	enum fault fault;     /* the fault that decides; FAULT_OK with state OK */
	unsigned cert_faults; /* CERT_FAULT_BIT of all that is wrong with the certificate */
	bool without_own;     /* as in the summary */
	bool awaited;         /* it is probed again soon, to confirm the state */
	struct certificate *certificate; /* the last one shown; held; NULL: none */
	/* The end of the verified chain, else of the certificate; ms 0: it has no own certificate. */
	struct moment not_after;
	/* When it was probed; ms 0: never. All times here are whole seconds. */
	struct moment asked;
	struct moment since; /* when `state` began */
	struct moment announced_since;
	/* A sentence if the state is not OK, else "". */
	char detail[NAME_RESULTS_DETAIL_MAX];
};

/* Which names to find; they are returned in alphabetical order. */
struct name_results_query {
	const char *part; /* a part of the name, ignoring ASCII case; NULL or "": any */
	unsigned states;  /* bits NAME_RESULTS_STATE(state); 0: any */
	bool announced;   /* `states` means the announced states */
	size_t skip;      /* leave out so many first, for pages */
};

/* STATE_COUNT: names without a result, or without an announced state. */
#define NAME_RESULTS_STATE(state) (1U << (unsigned)(state))
enum {
	NAME_RESULTS_WRONG =
	    1U << STATE_WARNING | 1U << STATE_CRITICAL | 1U << STATE_UNKNOWN
};

/* Copies up to `max` names, which the caller must name_result_list_fini; returns how many. *ret_total
 * (NULL: not wanted) is the number of all that match, those skipped or not copied included. */
size_t name_results_find(struct name_results *, const struct name_results_query *,
			 struct name_result *ret_names, size_t max, size_t *ret_total);

/* Copies the result of one name, which the caller must name_result_list_fini. False: the name is not
 * in the set. */
bool name_results_get(struct name_results *, struct view name,
		      struct name_result *ret_name);

void name_result_list_fini(struct name_result *, size_t count);

/* --- writing ------------------------------------------------------------------------------ */

/* The current set of names, held for the caller. */
struct name_set *name_results_set(struct name_results *);

/* Changes to another set; names that are in both keep their records. False: out of memory, and nothing
 * is changed. */
bool name_results_load(struct name_results *, struct name_set *);

/* What one more result of a name has changed. */
struct name_results_change {
	bool known;                    /* false: the name is no longer in the set */
	enum state before;             /* of the last result; STATE_COUNT: there was none */
	enum state announced_before;   /* STATE_COUNT: none */
	enum state announced;          /* now */
	struct moment announced_since; /* when announced_before began; ms 0: none */
	/* Probe the name again soon: it has just failed, or its state must be confirmed. */
	bool recheck;
};

/* Stores a result with its verdict. `why` is the sentence for it, NULL: nothing is wrong; it is copied.
 * `number` counts in the given set, which may be an older one. `confirm` results in a row announce a
 * state. name_verdict_store makes the sentence. */
struct name_results_change name_results_put(struct name_results *, const struct name_set *,
					    size_t number, const struct result *,
					    const char *why, bool without_own,
					    unsigned confirm);

/* Whether this is the fall-back certificate. */
bool name_results_is_fallback(struct name_results *, const struct certificate *);

/* Records that the server broke off the handshake for this name. True: it did so before, and there was
 * no result since. */
bool name_results_broke_off(struct name_results *, const struct name_set *, size_t number);

/* Stores the fall-back certificate; NULL: the server refuses a name that it does not know. */
void name_results_put_fallback(struct name_results *, struct certificate *,
			       struct moment at);

/* Records that the server does not answer, or that it answers again (FAULT_OK). */
void name_results_set_paused(struct name_results *, enum fault, enum phase,
			     struct moment at);
/* Adds to the number of probes and sets the lateness. */
void name_results_add_probes(struct name_results *, uint64_t probes, struct span lateness);

#endif
