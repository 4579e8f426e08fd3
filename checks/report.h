/* report.h - the output of check_mail, as a scheduler reads it. */
#ifndef MAILVANE_REPORT_H
#define MAILVANE_REPORT_H

#include "buffer.h"
#include "plan.h"

/* One line of summary with performance values, then one line per target; results[i] is that of
 * targets[i]. Returns the worst state, which is the exit code. */
enum state report_write(struct buffer *, const struct target *targets,
			const struct result *results, size_t count);

#endif
