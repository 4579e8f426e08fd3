/* passive_counts.h - how many results were sent to each receiver of passive checks.
 *
 * Counted by the threads of passive/, read by any: a reload changes the receivers, and the counts
 * go on.
 */
#ifndef MAILVANE_PASSIVE_COUNTS_H
#define MAILVANE_PASSIVE_COUNTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum passive_receiver {
	PASSIVE_RECEIVER_NAGIOS,
	PASSIVE_RECEIVER_ICINGA2,
	PASSIVE_RECEIVERS
};

/* "nagios", "icinga2": label `receiver`. */
const char *passive_receiver_name(enum passive_receiver);

/* Of one receiver since the start of the exporter. {0} is a beginning. */
struct passive_counts {
	atomic_bool on; /* configured, now or once since the start */
	atomic_ullong sent, dropped;
};

struct passive_stats {
	bool on;
	uint64_t sent, dropped;
};

void passive_counts_copy(struct passive_counts *, struct passive_stats *ret_stats);

#endif
