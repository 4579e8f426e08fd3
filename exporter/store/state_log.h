/* state_log.h - what the log says of results: a line for each change of a state, and one for an
 * outage of a server or of our own name servers in place of many.
 */
#ifndef MAILVANE_STATE_LOG_H
#define MAILVANE_STATE_LOG_H

#include "listener.h"
#include "log.h"

/* The user is a struct log. Names are logged by names_log.h. */
extern const struct listener_calls state_log_calls;

void state_log_result(struct log *, const struct filed_result *);

#endif
