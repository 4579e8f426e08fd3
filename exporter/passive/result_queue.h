/* result_queue.h - targets with a new result, each once, oldest first. No locks: the
 * receiver has one. */
#ifndef MAILVANE_RESULT_QUEUE_H
#define MAILVANE_RESULT_QUEUE_H

#include "plan.h"

/* A copy of one target, which outlives its plan. */
struct queued_result {
	struct queued_result *older, *newer, *same_bucket;
	struct target target;
	struct service service;
	struct address address; /* address of the probe */
	char texts[];           /* texts of the target */
};

enum { RESULT_QUEUE_BUCKETS = 8192 };

struct result_queue {
	struct queued_result *oldest, *newest;
	size_t count;
	struct queued_result *buckets[RESULT_QUEUE_BUCKETS]; /* hash table by slot */
};

void result_queue_init(struct result_queue *);
void result_queue_fini(struct result_queue *);

/* NULL: out of memory. */
struct queued_result *queued_result_new(const struct target *, const struct address *);
/* NULL does nothing. */
void queued_result_free(struct queued_result *);

/* NULL: the target is not in the queue. */
struct queued_result *queued_result_find(struct result_queue *, const struct target *);

/* Takes it over and adds it as the newest. The queue must not have its target yet. */
void queued_result_append(struct result_queue *, struct queued_result *);
/* Takes it over and adds it as the oldest, because it could not be delivered. */
void queued_result_return(struct result_queue *, struct queued_result *);

/* Takes the oldest out; the caller frees it. NULL: the queue is empty. */
struct queued_result *queued_result_next(struct result_queue *);

#endif
