/* report.h - results as the output of a plugin, as a scheduler reads it. check_mail prints it,
 * the exporter hands the same to check_mailvane and to passive checks.
 */
#ifndef MAILVANE_REPORT_H
#define MAILVANE_REPORT_H

#include "buffer.h"
#include "plan.h"

/* Nagios reads 8 KiB. */
enum { REPORT_MAX = 8 * 1024 };

/* One line of summary with performance values, then one line per target; results[i] is that of
 * targets[i]. Returns the worst state, which is the exit code. */
enum state report_write(struct buffer *, const struct target *targets,
			const struct result *results, size_t count);

#endif
