/* on_demand_probe.c - errands are posted in front of each other. */
#include "on_demand_probe.h"

struct on_demand_probe *on_demand_probe_in_order(struct on_demand_probe *latest)
{
	struct on_demand_probe *first = NULL, *next;

	for (; latest != NULL; latest = next) {
		next = latest->next;
		latest->next = first;
		first = latest;
	}
	return first;
}
