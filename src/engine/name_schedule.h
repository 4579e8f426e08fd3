/* name_schedule.h - decides which customer name of a set is probed when, without a clock or a
 * connection.
 *
 * Each name has its own time in the interval, taken from its hash, so that a restart moves nothing
 * and the load is even. Names that must be probed again soon come in between. When the server does
 * not answer, the schedule pauses: it makes one trial at a time, at growing distances. Before all
 * names, and once in each interval, it probes a name that the server cannot know, to learn the
 * fall-back certificate.
 */
#ifndef MAILVANE_NAME_SCHEDULE_H
#define MAILVANE_NAME_SCHEDULE_H

#include "instant.h"
#include "name_set.h"

struct name_schedule_params {
	struct name_set *name_set;
	uint64_t hash;        /* of server and service: shifts the times of all names */
	struct span interval; /* each name is probed once in it */
	struct span
	    retry_interval; /* to the second probe of a name, and to the first trial */
	struct span trial_interval; /* the longest time between two trials */
	unsigned max;               /* probes under way at once, at least 1 */
	bool once;                  /* all names now, then the end */
};

enum name_schedule_kind {
	NAME_SCHEDULE_WAIT,     /* until `at`, or until a step under way is done */
	NAME_SCHEDULE_NAME,     /* probe a name of the set */
	NAME_SCHEDULE_FALLBACK, /* probe a name that the server cannot know */
	NAME_SCHEDULE_DONE,     /* with `once`: nothing is left to do or under way */
};

struct name_schedule_step {
	enum name_schedule_kind kind;
	bool trial;      /* made during a pause, to see whether the server answers again */
	uint32_t number; /* of the name, in the set */
	struct instant at;
};

/* The time of a wait that only ends when a step under way is done. */
#define NAME_SCHEDULE_NEVER ((struct instant){ INT64_MAX })

enum name_schedule_answer {
	NAME_SCHEDULE_ANSWERED, /* the server answered */
	NAME_SCHEDULE_RECHECK, /* the server answered; the name must be probed again soon */
	NAME_SCHEDULE_NO_ANSWER, /* the server did not answer */
	NAME_SCHEDULE_GIVEN_UP,  /* the step was given up, and nothing is known */
};

struct name_schedule_retry {
	struct instant at;
	uint32_t number;
};

struct name_schedule {
	struct name_schedule_params params; /* holds the set */
	uint64_t offset;                    /* of all times, in 2^-64 of the interval */
	size_t next;                        /* the next name by its time */
	struct instant cycle_began;         /* when the interval of that name began */
	struct instant latest;              /* when the last name was probed */
	size_t left;                        /* with `once`: names not probed yet */
	/* In the order of their times, with free entries at both ends. */
	struct name_schedule_retry *retries;
	size_t retry_first, retry_end, retry_cap;
	unsigned under_way, pauses, fallback_failures;
	bool fallback_tried, fallback_under_way;
	struct instant fallback_due;
	bool paused, trial_under_way, trial_by_name, given_up;
	struct instant trial_at;
	struct span trial_wait;
};

/* `today` is the same moment as `now`. Holds the set. */
void name_schedule_init(struct name_schedule *, const struct name_schedule_params *,
			struct instant now, struct moment today);
void name_schedule_fini(struct name_schedule *);

/* What to do now. For each step but NAME_SCHEDULE_WAIT and NAME_SCHEDULE_DONE the caller must call
 * name_schedule_step_done later. */
struct name_schedule_step name_schedule_next(struct name_schedule *, struct instant now);

/* `step->number` counts in the set that the schedule has now. */
void name_schedule_step_done(struct name_schedule *, const struct name_schedule_step *,
			     enum name_schedule_answer, struct instant now);

/* Ends a pause, because another probe found that the server answers. */
void name_schedule_resume(struct name_schedule *);

/* Probes the unknown name soon, because the fall-back certificate may have changed. */
void name_schedule_recheck_fallback(struct name_schedule *, struct instant now);

/* Changes to another set or other times. Names that are in both sets keep their times. */
void name_schedule_change(struct name_schedule *, const struct name_schedule_params *,
			  struct instant now, struct moment today);

/* How late the next name is; 0 during a pause. */
struct span name_schedule_lateness(const struct name_schedule *, struct instant now);

#endif
