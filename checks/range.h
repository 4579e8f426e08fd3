/* range.h - thresholds in the syntax of the Monitoring Plugins guidelines: [@]start:end
 *
 * A value alerts outside of start to end, with '@' inside; both ends count as inside. "10" is
 * 0 to 10, "10:" has no upper end, "~:10" no lower one, ":10" begins at 0. Numbers are decimal,
 * with '.', whatever the locale (main must not call setlocale for LC_NUMERIC).
 */
#ifndef MAILVANE_RANGE_H
#define MAILVANE_RANGE_H

#include <stdbool.h>

struct range {
	double start, end; /* -INFINITY, INFINITY: open */
	bool inside;       /* '@' */
};

/* False (and *ret untouched) for anything else: no number at all, units, a start above the
 * end, as in "-1" which is 0 to -1. */
bool range_parse(const char *text, struct range *ret_range);

/* NaN alerts, but for a range that never alerts. */
bool range_alerts(const struct range *, double value);

/* As performance data shows it: "5.000000", "1.000000:2.500000", "@~:5.000000". */
enum { RANGE_TEXT_MAX = 64 };
const char *range_text(const struct range *, char dst[RANGE_TEXT_MAX]);

#endif
