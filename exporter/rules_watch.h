/* rules_watch.h - uses a changed web configuration and logs the outcome. Main thread only.
 */
#ifndef MAILVANE_RULES_WATCH_H
#define MAILVANE_RULES_WATCH_H

#include "log.h"
#include "web.h"

struct rules_watch {
	const char *path; /* NULL: no file */
	struct web *web;
	struct log *log;
	uint64_t logged_errors; /* hash of the errors that were logged last; 0: none */
};

/* Reads the files again if one has changed, or always if `asked`. If there are errors,
 * the rules in use stay. */
void rules_watch_check(struct rules_watch *, bool asked);

/* Logs the warnings about the rules, one line each. */
void rules_warn(const struct rules *, const char *path, struct log *);

#endif
