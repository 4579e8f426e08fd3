/* news.h - targets of which there is something new, each once, in the order they came. */
#ifndef MAILVANE_RESULT_QUEUE_H
#define MAILVANE_RESULT_QUEUE_H

#include "plan.h"

/* One target, a copy that outlives its plan. */
struct queued_result {
	struct queued_result *older, *newer, *same_bucket;
	struct target target;
	struct service service;
	struct address address; /* of the probe that made it news */
	char texts[];           /* of the target */
};

enum { RESULT_QUEUE_BUCKETS = 8192 };

struct result_queue {
	struct queued_result *oldest, *newest;
	size_t count;
	struct queued_result *buckets[RESULT_QUEUE_BUCKETS]; /* by slot */
};

void result_queue_init(struct result_queue *);
void result_queue_fini(struct result_queue *);

/* NULL: out of memory. */
struct queued_result *queued_result_new(const struct target *, const struct address *);
/* NULL does nothing. */
void queued_result_free(struct queued_result *);

/* NULL: it has none. */
struct queued_result *queued_result_find(struct result_queue *, const struct target *);

/* Takes it, as the newest. There must be none of its target. */
void queued_result_append(struct result_queue *, struct queued_result *);
/* Takes it, as the oldest: it could not be delivered. */
void queued_result_return(struct result_queue *, struct queued_result *);

/* The oldest, given away. NULL: there is none. */
struct queued_result *queued_result_next(struct result_queue *);

#endif
