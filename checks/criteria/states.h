/* states.h - --state: rows of the operator before the table of verdicts. */
#ifndef MAILVANE_CHECK_STATES_H
#define MAILVANE_CHECK_STATES_H

#include "override.h"
#include "usage_error.h"

enum { STATES_MAX = 64 };

struct states {
	struct override rows[STATES_MAX];
	size_t count;
};

/* "tempfail=ok", "rejected/greeting=warning". False, with a sentence, for anything else and for
 * what was given already. */
bool states_add(struct states *, const char *text, char error[REFUSAL_MAX]);

#endif
