/* histogram.h - a copy of one histogram: how many durations lie between two limits. */
#ifndef MAILVANE_HISTOGRAM_H
#define MAILVANE_HISTOGRAM_H

#include "plan.h"

struct histogram {
	struct buckets buckets;
	/* between two limits; the last one: above the highest limit */
	uint64_t counts[BUCKETS_MAX + 1];
	uint64_t sum_us;
	struct moment made;
};

/* Index of the count that a duration belongs to. A limit itself belongs to the bucket
 * below it. */
unsigned bucket_of(const struct buckets *, struct span);

bool buckets_equal(const struct buckets *, const struct buckets *);

#endif
