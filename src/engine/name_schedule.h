/* walk.h - which customer name is asked when: the order of a roll in time, without a clock or a
 * connection.
 *
 * Each name has its place in the interval by the hash of it, so that a restart moves nothing and
 * the load is even. In between come those that are to be asked again soon. A server that does
 * not answer makes the walk pause: then one trial at a time, less and less often. Before all
 * names, and once in the interval, a name is asked that the server cannot know.
 */
#ifndef MAILVANE_NAME_SCHEDULE_H
#define MAILVANE_NAME_SCHEDULE_H

#include "instant.h"
#include "name_set.h"

struct name_schedule_terms {
	struct name_set *name_set;
	uint64_t hash;              /* of server and service: turns all places */
	struct span interval;       /* each name once in it */
	struct span retry_interval; /* to a second question, and to the first trial */
	struct span trial_interval; /* the longest between two trials */
	unsigned max;               /* under way at once, at least 1 */
	bool once;                  /* all names now, then the end */
};

/* Steps. */
enum name_schedule_kind {
	NAME_SCHEDULE_WAIT,     /* until `at`, or until a step under way is heard of */
	NAME_SCHEDULE_NAME,     /* ask for a name */
	NAME_SCHEDULE_FALLBACK, /* ask for one that the server cannot know */
	NAME_SCHEDULE_DONE,     /* once: nothing is left to do and nothing is under way */
};

struct name_schedule_step {
	enum name_schedule_kind kind;
	bool trial;      /* is the server there again? */
	uint32_t number; /* in the roll */
	struct instant at;
};

/* A far time, for who waits for nothing but steps under way. */
#define NAME_SCHEDULE_NEVER ((struct instant){ INT64_MAX })

enum name_schedule_answer {
	NAME_SCHEDULE_JUDGED, /* the server answered */
	NAME_SCHEDULE_AGAIN,  /* the same, and the name is to be asked again soon */
	NAME_SCHEDULE_AWAY,   /* it did not */
	NAME_SCHEDULE_LOST,   /* nobody knows: the step was given up */
};

struct name_schedule_retry {
	struct instant at;
	uint32_t number;
};

struct name_schedule {
	struct name_schedule_terms params; /* holds the roll */
	uint64_t turn;
	size_t next;           /* the next name by its place */
	struct instant lap;    /* when the lap of that name began */
	struct instant latest; /* when the last name was asked */
	size_t left;           /* once: not asked yet */
	struct name_schedule_retry
	    *retries; /* in the order of their times, with room at both ends */
	size_t retry_first, retry_end, retry_cap;
	unsigned under_way, pauses, fallback_failures;
	bool fallback_tried, fallback_under_way;
	struct instant fallback_due;
	bool paused, trial_under_way, trial_by_name, given_up;
	struct instant trial_at;
	struct span trial_wait;
};

/* `today` is the same moment as `now`. Holds the roll. */
void name_schedule_init(struct name_schedule *, const struct name_schedule_terms *,
			struct instant now, struct moment today);
void name_schedule_fini(struct name_schedule *);

/* What is to be done now. Every step but NAME_SCHEDULE_WAIT and NAME_SCHEDULE_DONE must be heard of later. */
struct name_schedule_step name_schedule_next(struct name_schedule *, struct instant now);

/* `step->number` is of the roll the walk has now. */
void name_schedule_heard(struct name_schedule *, const struct name_schedule_step *,
			 enum name_schedule_answer, struct instant now);

/* Others have found the server answering. */
void name_schedule_resume(struct name_schedule *);

/* The fall-back may be another one. */
void name_schedule_doubt_fallback(struct name_schedule *, struct instant now);

/* Other names or times: what is in both keeps its place and what it waits for. */
void name_schedule_change(struct name_schedule *, const struct name_schedule_terms *,
			  struct instant now, struct moment today);

/* How late the next name is; 0 while the walk pauses. */
struct span name_schedule_behind(const struct name_schedule *, struct instant now);

#endif
