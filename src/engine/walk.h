/* walk.h - which customer name is asked when: the order of a roll in time, without a clock or a
 * connection.
 *
 * Each name has its place in the interval by the hash of it, so that a restart moves nothing and
 * the load is even. In between come those that are to be asked again soon. A server that does
 * not answer makes the walk pause: then one trial at a time, less and less often. Before all
 * names, and once in the interval, a name is asked that the server cannot know.
 */
#ifndef MAILVANE_WALK_H
#define MAILVANE_WALK_H

#include "instant.h"
#include "roll.h"

struct walk_terms {
	struct roll *roll;
	uint64_t hash;              /* of server and service: turns all places */
	struct span interval;       /* each name once in it */
	struct span retry_interval; /* to a second question, and to the first trial */
	struct span trial_interval; /* the longest between two trials */
	unsigned max;               /* under way at once, at least 1 */
	bool once;                  /* all names now, then the end */
};

/* Steps. */
enum walk_kind {
	WALK_WAIT,     /* until `at`, or until a step under way is heard of */
	WALK_NAME,     /* ask for a name */
	WALK_FALLBACK, /* ask for one that the server cannot know */
	WALK_DONE,     /* once: nothing is left to do and nothing is under way */
};

struct walk_step {
	enum walk_kind kind;
	bool trial;      /* is the server there again? */
	uint32_t number; /* in the roll */
	struct instant at;
};

/* A far time, for who waits for nothing but steps under way. */
#define WALK_NEVER ((struct instant){ INT64_MAX })

enum walk_answer {
	WALK_JUDGED, /* the server answered */
	WALK_AGAIN,  /* the same, and the name is to be asked again soon */
	WALK_AWAY,   /* it did not */
	WALK_LOST,   /* nobody knows: the step was given up */
};

struct walk_retry {
	struct instant at;
	uint32_t number;
};

struct walk {
	struct walk_terms terms; /* holds the roll */
	uint64_t turn;
	size_t next;           /* the next name by its place */
	struct instant lap;    /* when the lap of that name began */
	struct instant latest; /* when the last name was asked */
	size_t left;           /* once: not asked yet */
	struct walk_retry
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
void walk_init(struct walk *, const struct walk_terms *, struct instant now,
	       struct moment today);
void walk_fini(struct walk *);

/* What is to be done now. Every step but WALK_WAIT and WALK_DONE must be heard of later. */
struct walk_step walk_next(struct walk *, struct instant now);

/* `step->number` is of the roll the walk has now. */
void walk_heard(struct walk *, const struct walk_step *, enum walk_answer,
		struct instant now);

/* Others have found the server answering. */
void walk_resume(struct walk *);

/* The fall-back may be another one. */
void walk_doubt_fallback(struct walk *, struct instant now);

/* Other names or times: what is in both keeps its place and what it waits for. */
void walk_change(struct walk *, const struct walk_terms *, struct instant now,
		 struct moment today);

/* How late the next name is; 0 while the walk pauses. */
struct span walk_behind(const struct walk *, struct instant now);

#endif
