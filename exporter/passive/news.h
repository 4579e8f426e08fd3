/* news.h - targets of which there is something new, each once, in the order they came. */
#ifndef MAILVANE_NEWS_H
#define MAILVANE_NEWS_H

#include "plan.h"

/* One target, a copy that outlives its plan. */
struct news {
	struct news *older, *newer, *same_bucket;
	struct target target;
	struct service service;
	struct address address; /* of the probe that made it news */
	char texts[];           /* of the target */
};

enum { NEWS_BUCKETS = 8192 };

struct news_queue {
	struct news *oldest, *newest;
	size_t count;
	struct news *buckets[NEWS_BUCKETS]; /* by slot */
};

void news_queue_init(struct news_queue *);
void news_queue_fini(struct news_queue *);

/* NULL: out of memory. */
struct news *news_new(const struct target *, const struct address *);
/* NULL does nothing. */
void news_free(struct news *);

/* NULL: it has none. */
struct news *news_find(struct news_queue *, const struct target *);

/* Takes it, as the newest. There must be none of its target. */
void news_append(struct news_queue *, struct news *);
/* Takes it, as the oldest: it could not be delivered. */
void news_return(struct news_queue *, struct news *);

/* The oldest, given away. NULL: there is none. */
struct news *news_next(struct news_queue *);

#endif
