/* passive.h - sends results to the schedulers of the configuration as passive checks. */
#ifndef MAILVANE_PASSIVE_H
#define MAILVANE_PASSIVE_H

#include "config.h"
#include "store.h"

struct passive;

/* Without receivers yet. The store, which has their counts, must outlive it. NULL: out of
 * memory. */
struct passive *passive_new(struct store *);
/* Ends all receivers, within a second each. NULL does nothing. */
void passive_free(struct passive *);

/* Uses these settings; receivers whose settings are unchanged go on. A receiver that
 * cannot start is logged and left out. Main thread only. */
void passive_load(struct passive *, const struct passive_settings *);

/* Says that the target's slot has a new result. Any thread. */
void passive_put(struct passive *, const struct target *, const struct address *);

/* For the sink: the user is a struct passive. */
extern const struct listener_calls passive_calls;

#endif
