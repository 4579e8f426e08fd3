/* names_log.h - what the log says of customers' names: a line for each change that the engine
 * tells, and one for those it does not.
 */
#ifndef MAILVANE_NAMES_LOG_H
#define MAILVANE_NAMES_LOG_H

#include "engine.h"
#include "log.h"

void names_log_changed(struct log *, const struct target *, const struct name_result *,
		       const struct name_results_change *);
/* So many more in the last minute. */
void names_log_skipped(struct log *, uint64_t count);

#endif
