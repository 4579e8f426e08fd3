/* census.h - one walk over all targets before a page is written: how many are in which state,
 * how many a query finds, and which problems are shown first.
 *
 * Memory does not grow with the number of targets. "One" is a record of a target (an address,
 * where each is probed), or a target without any.
 */
#ifndef MAILVANE_TARGET_COUNTS_H
#define MAILVANE_TARGET_COUNTS_H

#include "page_query.h"

enum { TARGET_COUNTS_PROBLEMS_MAX = 50 };

struct problem {
	size_t target; /* its place in the plan */
	size_t record; /* its place in the slot */
	enum state state;
	struct moment since;
};

struct target_counts {
	size_t counts[PAGE_KINDS], total; /* of all */
	size_t servers;
	enum state worst; /* OK if there is none */

	size_t found_kinds[PAGE_KINDS]; /* by server and words of the query */
	size_t found;                   /* by its states, too */

	/* Worst first; of these, the newest. */
	struct problem problems[TARGET_COUNTS_PROBLEMS_MAX];
	size_t problem_count; /* of those in the array */
};

void target_counts_collect(struct target_counts *, const struct plan *,
			   const struct page_query *);

/* WARNING, CRITICAL and UNKNOWN of all. */
size_t target_counts_bad(const struct target_counts *);

/* The kind of the whole: the worst state, PAGE_PENDING while that is not known. */
unsigned target_counts_kind(const struct target_counts *);

/* "2 CRITICAL, 1 WARNING", "All 16 OK". */
enum { TARGET_COUNTS_LINE_MAX = 120 };
const char *target_counts_line(const struct target_counts *,
			       char dst[TARGET_COUNTS_LINE_MAX]);

#endif
