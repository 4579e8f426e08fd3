/* history.h - the last hour of every target, one byte for each minute, and its last changes
 * of state.
 *
 * Engine threads write under a lock that is held for a few stores; only the first change of
 * a target allocates memory. A plan of more than HISTORY_FINE_MAX targets has one byte for
 * five minutes instead.
 */
#ifndef MAILVANE_HISTORY_H
#define MAILVANE_HISTORY_H

#include "listener.h"

enum {
	HISTORY_FINE_MAX = 20000,
	HISTORY_SAMPLES_MAX = 60,
	HISTORY_CHANGES_MAX = 12,
};

/* A change of state (STATE_COUNT: no result yet), with its fault and phase. */
struct history_change {
	struct moment at;
	uint8_t before, after; /* enum state */
	uint8_t fault, phase;
};

/* A copy of what is known of one target. */
struct target_history {
	/* number of samples, the last of which is now; 0: nothing is known */
	unsigned count;
	unsigned minutes; /* minutes of each sample */
	/* 0: no probe ended in that time. Otherwise history_sample of the worst state
	 * and the longest probe. */
	uint8_t samples[HISTORY_SAMPLES_MAX];
	unsigned change_count;
	struct history_change changes[HISTORY_CHANGES_MAX]; /* newest first */
};

struct history;

/* NULL: out of memory. */
struct history *history_new(void);
void history_free(struct history *);

/* Uses the targets of a plan, which must outlive this history or the next call. What is
 * known of targets that are in both plans stays. One thread at a time. Out of memory:
 * nothing changes. */
void history_load(struct history *, const struct plan *);

/* Adds the result of a probe. Any thread; a target that is not in the plan is ignored. */
void history_put(struct history *, const struct target *, const struct result *,
		 enum state before);

/* Copies what is known of the target. Any thread; a NULL history has nothing. */
void history_copy(struct history *, const struct slot *, struct moment now,
		  struct target_history *ret_target_history);

/* The class of a duration, from 1 (a millisecond or less) to 63 (over 40 s), four for
 * each doubling; and the duration of a class. */
unsigned history_class(struct span);
struct span history_class_span(unsigned class);

/* Makes a sample, and reads state and class from it. */
uint8_t history_sample(enum state, struct span took);
enum state history_sample_state(uint8_t sample);
unsigned history_sample_class(uint8_t sample);

/* For the sink: the user is a struct history. */
extern const struct listener_calls history_calls;

#endif
