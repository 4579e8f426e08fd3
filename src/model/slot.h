/* slot.h - the last results of one target, written by its engine thread and copied by any thread.
 *
 * With addresses = "each" a slot holds one record for each address, else one. A lock is held while a
 * record is copied, not longer. Durations are stored in microseconds.
 */
#ifndef MAILVANE_SLOT_H
#define MAILVANE_SLOT_H

#include "confirmation.h"
#include "result.h"

/* Counted. NULL does nothing and is returned by hold. */
struct slot;

/* Whether TLS 1.0 or 1.1 is accepted as well: legacy_tls.h. */
enum legacy_tls { LEGACY_TLS_UNKNOWN, LEGACY_TLS_REFUSED, LEGACY_TLS_1_0, LEGACY_TLS_1_1 };

/* 16 addresses of a target, and one record for a failed lookup. */
enum { SLOT_RECORDS_MAX = 17 };

struct record {
	struct moment since;        /* when last.state began */
	struct moment last_success; /* ms 0: never */
	uint64_t probes, failures;  /* failures: state_is_bad */
	struct confirmation confirmation;
	struct moment announced_since; /* to the second */
	struct result last;
};

/* The figures of a record, without its texts, for a scrape, which reads all slots. Only the parts that
 * were asked for are set; the members before `certificate` always are. */
struct record_figures {
	struct moment since, last_success, at;
	uint32_t probes, failures;
	uint32_t took;                /* microseconds, as are phases */
	uint32_t phases[PHASE_COUNT]; /* FIGURES_PHASES; only those in reached */
	uint16_t reached, code;       /* bits of enum phase */
	uint16_t cert_faults;
	uint8_t state, fault, phase, flags, notices, dane;
	uint8_t announced; /* enum state; STATE_COUNT: none yet */
	bool has_certificate;
	struct certificate *certificate; /* FIGURES_CERTIFICATE: held, or NULL */
	struct address address;          /* FIGURES_ADDRESS */

	/* FIGURES_MORE */
	const char *tls_version, *tls_cipher; /* as in struct result */
	struct moment chain_not_after;        /* ms 0: the chain was not verified */
	struct certificate *decider;          /* with FIGURES_CERTIFICATE: held, or NULL */
	int64_t messages;                     /* in the mailbox; -1: not known */
	struct moment held_until;             /* as in struct result */
	uint32_t waited;                      /* microseconds */
};

enum figures_part {
	FIGURES_ADDRESS = 1 << 0,
	FIGURES_PHASES = 1 << 1,
	FIGURES_MORE = 1 << 2,
	FIGURES_CERTIFICATE = 1 << 3,
};

struct slot *slot_new(void);
struct slot *slot_hold(struct slot *);
void slot_release(struct slot *);

/* What was there before a result, and what the result has changed. STATE_COUNT: no state. */
struct published {
	enum state before; /* the state of the last result */
	struct moment since;
	enum state announced_before;
	struct moment announced_since;
	enum state announced; /* confirmation.h; STATE_COUNT: none yet */
	bool awaited;         /* further results are needed to confirm this one */
};

/* Stores a copy of a result, under its address (each = true) or as the only one. `confirm` results in
 * a row announce a state. A result that finds no space is counted by slot_results_dropped. */
struct published slot_publish(struct slot *, const struct result *, bool each,
			      unsigned confirm);

/* What is known of the capabilities of the server at this address; zeroed, when the last result was
 * of another address. */
struct drift slot_drift(struct slot *, const struct address *, bool each);

/* Drops the records of addresses that are not in the list. If the list is complete (all = true), also
 * drops the record of a failed lookup, which has no address. */
void slot_keep_addresses(struct slot *, const struct address *, size_t count, bool all);

/* The state of each record and when it began. Faster than slot_copy; returns how many records. */
struct slot_state {
	enum state state;
	struct moment since;
};
size_t slot_states(struct slot *, struct slot_state *ret_states, size_t max);
/* Whether the last result at this address was a timeout of the connection or the dialogue, so that the
 * next probe may hang, too. */
bool slot_timed_out(struct slot *, const struct address *, bool each);
/* Whether the state of a record is CRITICAL or UNKNOWN. */
bool slot_is_bad(struct slot *);

/* Copies up to `max` records, which the caller must slot_record_fini; returns how many. 0: the target
 * was not probed yet. */
size_t slot_copy(struct slot *, struct record *ret_records, size_t max);
void slot_record_fini(struct record *);

/* How many results were not stored since the start of the program, because a slot was full or memory
 * was lacking. */
uint64_t slot_results_dropped(void);

/* The last finding; all addresses of a target share it. */
enum legacy_tls slot_legacy_tls(const struct slot *);
void slot_set_legacy_tls(struct slot *, enum legacy_tls);

/* When the slot was made. */
struct moment slot_created(const struct slot *);

/* Copies the figures of the records of many slots, one slot after the other, while ret_figures has
 * space for another SLOT_RECORDS_MAX of its `max`. The caller releases the certificates. Returns the
 * number of slots copied; ret_counts has the number of records of each. */
size_t slot_copy_figures(struct slot *const *slots, size_t count, unsigned parts,
			 struct record_figures *ret_figures, size_t max,
			 uint8_t *ret_counts);

#endif
