/* names_log.h - log lines about customers' names: one for each change that the engine
 * reports, and one for the number of those that it left out. */
#ifndef MAILVANE_NAMES_LOG_H
#define MAILVANE_NAMES_LOG_H

#include "engine.h"
#include "log.h"

void names_log_changed(struct log *, const struct target *, const struct name_result *,
		       const struct name_results_change *);
/* Logs that `count` more names changed in the last minute. */
void names_log_skipped(struct log *, uint64_t count);

#endif
