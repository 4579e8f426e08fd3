/* descriptor_limit.h - in_flight_max and the limit of open files of this process. */
#ifndef MAILVANE_DESCRIPTOR_LIMIT_H
#define MAILVANE_DESCRIPTOR_LIMIT_H

#include "log.h"
#include "plan.h"

/* Lowers in_flight_max of the plan, which no engine has yet, to what fits below the limit of
 * open files, and says so in the log. A probe that waits is better than one that fails. */
void descriptor_limit_apply(struct plan *, struct log *);

#endif
