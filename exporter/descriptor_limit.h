/* descriptor_limit.h - lowers in_flight_max below the limit of open files of this process.
 */
#ifndef MAILVANE_DESCRIPTOR_LIMIT_H
#define MAILVANE_DESCRIPTOR_LIMIT_H

#include "log.h"
#include "plan.h"

/* Lowers in_flight_max of the plan to what the limit of open files allows, and logs a
 * warning, because a probe that waits is better than one that fails. The plan must not
 * be in use yet. */
void descriptor_limit_apply(struct plan *, struct log *);

/* False: the limit is lower than what the exporter needs before it can probe or answer at
 * all; error then says the limit, and what it must be at least. */
bool descriptor_limit_suffices(const struct plan *, char *error, size_t cap);

#endif
