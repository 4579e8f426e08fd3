/* passive_counts.c - see passive_counts.h. */
#include "passive_counts.h"

const char *passive_receiver_name(enum passive_receiver receiver)
{
	static const char *const names[PASSIVE_RECEIVERS] = { "nagios", "icinga2" };

	return names[receiver];
}

void passive_counts_copy(struct passive_counts *counts, struct passive_stats *ret_stats)
{
	*ret_stats = (struct passive_stats){
		.on = atomic_load(&counts->on),
		.sent = atomic_load(&counts->sent),
		.dropped = atomic_load(&counts->dropped),
	};
}
