/* standing.h - what an exporter answers about a server, read line by line.
 *
 *     mailvane verdict 1
 *     state 2                        of all together, as plugins exit
 *     result 12034 60000 smtp        age and interval in ms, service; once for each result
 *     pending imaps                  a service not probed yet
 *                                    an empty line, then the text of the report
 */
#ifndef MAILVANE_VERDICT_READER_H
#define MAILVANE_VERDICT_READER_H

#include "instant.h"

struct verdict {
	unsigned state;
	/* Of the result that is nearest to being too old, or most beyond it. */
	struct span age, limit, interval;
	struct view service;
	struct view pending; /* the first that is; empty if none */
	size_t results;
	struct view report; /* lent */
};

/* max_age 0: three intervals of each result. False: the body is not such an answer. */
bool verdict_reader_read(struct view body, struct span max_age,
			 struct verdict *ret_verdict);

bool exporter_verdict_is_stale(const struct verdict *);

#endif
