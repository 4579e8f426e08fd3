/* history.h - the last hour of every target: a byte for each minute, and its last changes.
 *
 * Kept beside the slots, which know the last result only. Written by the engine threads under
 * a lock that is held for a few stores; nothing is allocated there but the first change of a
 * target. Plans of more than HISTORY_FINE_MAX targets get a byte for five minutes instead.
 */
#ifndef MAILVANE_HISTORY_H
#define MAILVANE_HISTORY_H

#include "plan.h"

enum {
	HISTORY_FINE_MAX = 20000,
	HISTORY_SAMPLES_MAX = 60,
	HISTORY_CHANGES_MAX = 12,
};

/* State (STATE_COUNT: before the first result) and what it was about. */
struct history_change {
	struct moment at;
	uint8_t before, after; /* enum state */
	uint8_t fault, phase;
};

/* What is known of one target, copied out. */
struct target_history {
	unsigned count;   /* of samples, the last of which is now; 0: nothing is known */
	unsigned minutes; /* that each stands for */
	/* 0: no probe ended in that time. Else history_sample of the worst state and of the
	 * longest probe. */
	uint8_t samples[HISTORY_SAMPLES_MAX];
	unsigned change_count;
	struct history_change changes[HISTORY_CHANGES_MAX]; /* newest first */
};

struct history;

/* NULL: out of memory. */
struct history *history_new(void);
void history_free(struct history *);

/* Goes over to the targets of a plan, which must outlive this or the next call; what is known
 * of targets in both stays. By one thread at a time. Out of memory: nothing changes. */
void history_load(struct history *, const struct plan *);

/* A probe has ended. From any thread; a target of no plan is passed over. */
void history_put(struct history *, const struct target *, const struct result *,
		 enum state before);

/* From any thread. NULL for a history has none of anything. */
void history_copy(struct history *, const struct slot *, struct moment now,
		  struct target_history *ret_target_history);

/* 1 (a millisecond or less) to 63 (over 40 s), four for each doubling; and back. */
unsigned history_class(struct span);
struct span history_class_span(unsigned class);

/* A sample and what is in it. */
uint8_t history_sample(enum state, struct span took);
enum state history_sample_state(uint8_t sample);
unsigned history_sample_class(uint8_t sample);

#endif
