/* passive.h - the schedulers that are told results, as the configuration says.
 *
 * Made, loaded and ended by the main thread; put to by engine threads, asked for counts by any.
 */
#ifndef MAILVANE_PASSIVE_H
#define MAILVANE_PASSIVE_H

#include "config.h"
#include "log.h"

enum passive_receiver {
	PASSIVE_RECEIVER_NAGIOS,
	PASSIVE_RECEIVER_ICINGA2,
	PASSIVE_RECEIVERS
};

/* "nagios", "icinga2": label `receiver`. */
const char *passive_receiver_name(enum passive_receiver);

struct passive_stats {
	bool on; /* or was since the start */
	uint64_t sent, dropped;
};

struct passive;

/* None yet. The log is lent. NULL: out of memory. */
struct outages;
struct passive *passive_new(struct log *, struct outages *);
/* At most a second. NULL does nothing. */
void passive_free(struct passive *);

/* Goes over to these settings; receivers whose settings are the same stay as they are. What
 * cannot start is said in the log and left out. */
void passive_load(struct passive *, const struct passive_settings *);

/* There is a new result in the target's slot. */
void passive_put(struct passive *, const struct target *, const struct address *);

void passive_stats(struct passive *, struct passive_stats ret_stats[PASSIVE_RECEIVERS]);

#endif
