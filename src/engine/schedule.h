/* schedule.h - what is due when: a heap of times to come, without a clock.
 *
 * Everything an engine thread waits for by time is in one schedule: the next probe of each
 * target and the deadline of each probe under way.
 */
#ifndef MAILVANE_SCHEDULE_H
#define MAILVANE_SCHEDULE_H

#include "instant.h"

/* The caller's storage; embed it. Zeroed means: not in a schedule. */
struct due {
	struct instant at;
	size_t place; /* in the heap, from 1; 0: not in it */
	void (*run)(struct due *, struct instant now);
};

struct schedule {
	struct due **heap;
	size_t count, room;
};

void schedule_init(struct schedule *);
/* Lets go of all that is in it. */
void schedule_fini(struct schedule *);

/* Room for `count` things in all, so that putting cannot fail. False: out of memory. */
bool schedule_reserve(struct schedule *, size_t count);

/* Sets or moves its time. False: out of memory, nothing changed. */
bool schedule_put(struct schedule *, struct due *, struct instant at);
/* Harmless if it is not in. */
void schedule_drop(struct schedule *, struct due *);
/* `to` takes the place of `from`, which is not in a schedule any more. */
void schedule_move(struct schedule *, struct due *from, struct due *to);

/* The earliest, or NULL. */
struct due *schedule_next(const struct schedule *);
/* Takes the earliest out if its time has come by `now`, else NULL. */
struct due *schedule_take(struct schedule *, struct instant now);

/* The first time from `now` on that is the place of `hash` in an interval. Places are counted
 * from 1970, so that a restart moves nothing. `today` is the same moment as `now`. */
struct instant schedule_place(uint64_t hash, struct span interval, struct instant now,
			      struct moment today);

#endif
