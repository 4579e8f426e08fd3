/* name_results_entry.h - the inside of struct name_results, for name_results.c and
 * name_results_search.c only.
 *
 * Entry number N is the record of name number N of the set. Both change together, under the lock.
 */
#ifndef MAILVANE_NAME_RESULTS_ENTRY_H
#define MAILVANE_NAME_RESULTS_ENTRY_H

#include "name_results.h"

#include <pthread.h>
#include <stdatomic.h>

enum entry_flag {
	WITHOUT_OWN = 1 << 0,
	AWAITED = 1 << 1,
	BROKE_OFF = 1 << 2,
};

/* Small: a shared host has 100,000 names. */
struct entry {
	struct certificate *certificate;
	char *detail; /* NULL: nothing is wrong */
	struct moment end;
	uint32_t asked, since, announced_since; /* Unix time; asked 0: never */
	uint16_t cert_faults;
	uint8_t state, fault, flags;
	struct confirmation confirmation;
};

struct name_results {
	atomic_uint holders;
	pthread_mutex_t lock;
	struct name_set *name_set;
	struct entry *entries; /* one for each name */
	struct name_results_summary counts;
	size_t earliest;       /* the number of the name that counts.earliest belongs to */
	bool earliest_unknown; /* counts.earliest must be searched for */
};

static inline struct moment entry_moment(uint32_t seconds)
{
	return (struct moment){ (int64_t)seconds * 1000 };
}

/* The state of the last result; STATE_COUNT: there is none. */
static inline enum state entry_state(const struct entry *e)
{
	return e->asked != 0 ? (enum state)e->state : STATE_COUNT;
}

#endif
