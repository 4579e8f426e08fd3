/* histogram.h - how many durations lie below each of some limits: one histogram, copied out. */
#ifndef MAILVANE_HISTOGRAM_H
#define MAILVANE_HISTOGRAM_H

#include "plan.h"

struct histogram {
	struct buckets buckets;
	uint64_t counts[BUCKETS_MAX + 1]; /* between two limits; the last: beyond all */
	uint64_t sum_us;
	struct moment made;
};

/* Which of the counts a duration belongs to. A limit is part of its bucket. */
unsigned bucket_of(const struct buckets *, struct span);

bool buckets_equal(const struct buckets *, const struct buckets *);

#endif
