/* schedule.h - a priority queue of things to do at a time, without a clock.
 *
 * Everything that an engine thread waits for by time is in one schedule: the next probe of each
 * target and the deadline of each probe under way.
 */
#ifndef MAILVANE_SCHEDULE_H
#define MAILVANE_SCHEDULE_H

#include "instant.h"

/* The caller's storage, usually embedded in a struct. Zeroed: not in a schedule. */
struct due {
	struct instant at;
	size_t place; /* its index in the heap, from 1; 0: it is not in a schedule */
	void (*run)(struct due *, struct instant now);
};

struct schedule {
	struct due **heap;
	size_t count, cap;
};

void schedule_init(struct schedule *);
/* Removes all entries and frees the heap. */
void schedule_fini(struct schedule *);

/* Makes space for `count` entries in all, so that schedule_put cannot fail. False: out of memory. */
bool schedule_reserve(struct schedule *, size_t count);

/* Adds an entry, or changes its time. False: out of memory, and nothing is changed. */
bool schedule_put(struct schedule *, struct due *, struct instant at);
/* Removes an entry. Does nothing if it is not in the schedule. */
void schedule_drop(struct schedule *, struct due *);
/* Moves an entry to other memory: `to` replaces `from`, which is then not in a schedule. */
void schedule_move(struct schedule *, struct due *from, struct due *to);

/* The earliest entry, or NULL. */
struct due *schedule_next(const struct schedule *);
/* Removes and returns the earliest entry if its time has come by `now`, else NULL. */
struct due *schedule_take(struct schedule *, struct instant now);

/* The first regular time, from `now` on, of a target with this hash. Regular times are counted from
 * 1970, so that a restart moves nothing. `today` is the same moment as `now`. */
struct instant schedule_regular_time(uint64_t hash, struct span interval,
				     struct instant now, struct moment today);

#endif
