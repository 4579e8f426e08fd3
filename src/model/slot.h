/* slot.h - the last results of one target, written by its engine thread and copied out by
 * anyone. The result store is the slots of the current plan.
 *
 * With addresses = "each" a slot holds one record per address, else one. A short lock
 * per slot guards each copy; nothing is rendered under it. Times are kept in microseconds.
 */
#ifndef MAILVANE_SLOT_H
#define MAILVANE_SLOT_H

#include "confirmation.h"
#include "result.h"

/* Counted. NULL does nothing and is returned by hold. */
struct slot;

/* Whether TLS 1.0 or 1.1 is accepted as well: legacy_tls.h. */
enum legacy_tls { LEGACY_TLS_UNKNOWN, LEGACY_TLS_REFUSED, LEGACY_TLS_1_0, LEGACY_TLS_1_1 };

/* Addresses of one target. */
enum { SLOT_RECORDS_MAX = 17 }; /* and one for what is not known of them */

struct record {
	struct moment since;        /* when last.state began */
	struct moment last_success; /* ms 0: never */
	uint64_t probes, failures;  /* failures: state_is_bad */
	struct confirmation confirmation;
	struct moment announced_since; /* to the second */
	struct result last;
};

/* The figures of a record, without its texts: for those who read all slots often. Parts that
 * were not asked for are not set. */
struct brief {
	struct moment since, last_success, at;
	uint32_t probes, failures;
	uint32_t took;                /* microseconds, as are phases */
	uint32_t phases[PHASE_COUNT]; /* BRIEF_PHASES; only those in reached */
	uint16_t reached, code;       /* bits of enum phase */
	uint16_t cert_faults;
	uint8_t state, fault, phase, flags, notices, dane;
	uint8_t announced; /* enum state; STATE_COUNT: none yet */
	bool has_certificate;
	struct certificate *certificate; /* BRIEF_CERTIFICATE: held, or NULL */
	struct address address;          /* BRIEF_ADDRESS */

	/* BRIEF_MORE */
	const char *tls_version, *tls_cipher; /* as in struct result */
	struct moment chain_not_after;        /* ms 0: not verified */
	struct certificate *decider;          /* with BRIEF_CERTIFICATE: held, or NULL */
	int64_t messages;                     /* -1: not asked */
	struct moment held_until;             /* as in struct result */
	uint32_t waited;                      /* microseconds */
};

enum brief_part {
	BRIEF_ADDRESS = 1 << 0,
	BRIEF_PHASES = 1 << 1,
	BRIEF_MORE = 1 << 2,
	BRIEF_CERTIFICATE = 1 << 3,
};

struct slot *slot_new(void);
struct slot *slot_hold(struct slot *);
void slot_release(struct slot *);

/* What was there before a result, and what the result changed. STATE_COUNT: nothing was. */
struct published {
	enum state before; /* of the result before */
	struct moment since;
	enum state announced_before;
	struct moment announced_since;
	enum state announced; /* confirmation.h; STATE_COUNT: none yet */
	bool awaited;         /* another result is wanted, to confirm this one */
};

/* Files a result under its address (each = true) or as the only one. Copies it. `confirm`
 * results in a row change what is announced. */
struct published slot_publish(struct slot *, const struct result *, bool each,
			      unsigned confirm);

/* What the record of a place knows about the server's offers; nothing, when the last result was
 * of another address. */
struct drift slot_drift(struct slot *, const struct address *, bool each);

/* Drops the records of addresses that are not among these; if they are `all`, also the record of
 * a failed lookup, which has no address. */
void slot_keep(struct slot *, const struct address *, size_t count, bool all);

/* The state of each record and since when, which is cheap to ask of all targets; returns how
 * many, as slot_copy. */
struct slot_state {
	enum state state;
	struct moment since;
};
size_t slot_states(struct slot *, struct slot_state *ret_states, size_t max);
/* The last result at this address was a timeout of the connection or the dialogue, so that the next
 * probe may hang, too. */
bool slot_timed_out(struct slot *, const struct address *, bool each);
/* One of them is. */
bool slot_is_bad(struct slot *);

/* Copies up to `max` records, which the caller must slot_record_fini; returns how many. 0: not
 * probed yet. */
size_t slot_copy(struct slot *, struct record *ret_records, size_t max);
void slot_record_fini(struct record *);

/* Results that were not kept since the start of the program: a slot was full, or there was no
 * memory. */
uint64_t slot_results_dropped(void);

/* What was found last; a target's addresses share it. */
enum legacy_tls slot_legacy_tls(const struct slot *);
void slot_set_legacy_tls(struct slot *, enum legacy_tls);

/* Since when it counts. */
struct moment slot_made(const struct slot *);

/* Copies the parts of the records of many slots, one after the other, as long as there is room
 * for another SLOT_RECORDS_MAX. Certificates are the caller's to release. Returns of how many
 * slots, and how many records each has in ret_counts. */
size_t slot_briefs(struct slot *const *slots, size_t count, unsigned parts,
		   struct brief *ret_briefs, size_t max, uint8_t *ret_counts);

#endif
