/* thresholds.h - how long a phase, or the whole, may take before it is reported. */
#ifndef MAILVANE_THRESHOLDS_H
#define MAILVANE_THRESHOLDS_H

#include "range.h"
#include "report.h"
#include "usage_error.h"

/* The whole time is behind the phases. */
enum { LIMIT_WHOLE = PHASE_COUNT, LIMITS_COUNT };

struct limit {
	bool given;
	struct range range;
	char text[RANGE_TEXT_MAX]; /* as it was given */
};

struct limits {
	struct limit warning[LIMITS_COUNT], critical[LIMITS_COUNT];
};

/* "2", "tls=0.5", "tls=0.5,greeting=1:3": seconds, ranges of the guidelines. False, with a
 * sentence, if it cannot be understood. */
bool thresholds_parse(struct limit limits[LIMITS_COUNT], const char *option,
		      const char *text, char error[REFUSAL_MAX]);

/* False, with a sentence, when a warning would never be seen: both limits are "0 to so much", and
 * the critical one is below. */
bool thresholds_check(const struct limits *, char error[REFUSAL_MAX]);

/* True when a limit was given. */
bool thresholds_any(const struct limits *);

/* Raises the state of the finding to that of the worst limit it breaks, with a remark. */
void thresholds_judge(const struct limits *, struct finding *);

/* For the performance values; lends the texts. */
void thresholds_show(const struct limits *, struct report_limits *ret_shown);

#endif
