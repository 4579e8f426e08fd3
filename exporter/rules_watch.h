/* rules_watch.h - goes over to a changed web configuration, and says so in the log. */
#ifndef MAILVANE_RULES_WATCH_H
#define MAILVANE_RULES_WATCH_H

#include "log.h"
#include "web.h"

struct rules_watch {
	const char *path; /* NULL: no file */
	struct web *web;
	struct log *log;
	uint64_t logged_errors; /* a hash of the errors last said; 0: none */
};

/* Looks at the files, or reads them in any case. What cannot be used changes nothing. */
void rules_watch_check(struct rules_watch *, bool asked);

/* The warnings about rules, as lines of the log. */
void rules_warn(const struct rules *, const char *path, struct log *);

#endif
