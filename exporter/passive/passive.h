/* passive.h - sends results to the schedulers of the configuration as passive checks. */
#ifndef MAILVANE_PASSIVE_H
#define MAILVANE_PASSIVE_H

#include "config.h"
#include "log.h"

enum passive_receiver {
	PASSIVE_RECEIVER_NAGIOS,
	PASSIVE_RECEIVER_ICINGA2,
	PASSIVE_RECEIVERS
};

/* The value of the label `receiver`: "nagios", "icinga2". */
const char *passive_receiver_name(enum passive_receiver);

struct passive_stats {
	bool on; /* configured now or before, since the start */
	uint64_t sent, dropped;
};

struct passive;

/* Without receivers yet. The log must outlive it. NULL: out of memory. */
struct outages;
struct passive *passive_new(struct log *, struct outages *);
/* Ends all receivers, within a second each. NULL does nothing. */
void passive_free(struct passive *);

/* Uses these settings; receivers whose settings are unchanged go on. A receiver that
 * cannot start is logged and left out. Main thread only. */
void passive_load(struct passive *, const struct passive_settings *);

/* Says that the target's slot has a new result. Any thread. */
void passive_put(struct passive *, const struct target *, const struct address *);

void passive_stats(struct passive *, struct passive_stats ret_stats[PASSIVE_RECEIVERS]);

#endif
