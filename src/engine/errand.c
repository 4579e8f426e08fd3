/* errand.c - errands are posted in front of each other. */
#include "errand.h"

struct errand *errand_in_order(struct errand *latest)
{
	struct errand *first = NULL, *next;

	for (; latest != NULL; latest = next) {
		next = latest->next;
		latest->next = first;
		first = latest;
	}
	return first;
}
