#include "histogram.h"

unsigned bucket_of(const struct buckets *b, struct span span)
{
	unsigned i = 0;

	while (i < b->count && span.ns > b->limits[i].ns)
		i++;
	return i;
}

bool buckets_equal(const struct buckets *a, const struct buckets *b)
{
	if (a->count != b->count)
		return false;
	for (unsigned i = 0; i < a->count; i++)
		if (a->limits[i].ns != b->limits[i].ns)
			return false;
	return true;
}
