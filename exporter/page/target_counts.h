/* target_counts.h - counts all targets before a page is written: how many are in each
 * state, how many the query finds, and which problems are shown first.
 *
 * Memory does not grow with the number of targets. Counted are records (one for each
 * address that is probed by itself) and targets without a record.
 */
#ifndef MAILVANE_TARGET_COUNTS_H
#define MAILVANE_TARGET_COUNTS_H

#include "page_query.h"

enum { TARGET_COUNTS_PROBLEMS_MAX = 50 };

struct problem {
	size_t target; /* index in the plan */
	size_t record; /* index in the slot */
	enum state state;
	struct moment since;
};

struct target_counts {
	size_t counts[PAGE_KINDS], total; /* of all targets */
	size_t servers;
	enum state worst; /* OK if there is no result */

	/* found by server and words of the query, by kind */
	size_t found_kinds[PAGE_KINDS];
	size_t found; /* found by server, words and states */

	/* worst first, then newest first */
	struct problem problems[TARGET_COUNTS_PROBLEMS_MAX];
	size_t problem_count; /* number of problems in the array */
};

void target_counts_collect(struct target_counts *, const struct plan *,
			   const struct page_query *);

/* Number of targets in WARNING, CRITICAL and UNKNOWN. */
size_t target_counts_bad(const struct target_counts *);

/* The worst state; PAGE_PENDING while there is no result. */
unsigned target_counts_kind(const struct target_counts *);

/* The headline: "2 CRITICAL, 1 WARNING", "All 16 OK". */
enum { TARGET_COUNTS_LINE_MAX = 120 };
const char *target_counts_line(const struct target_counts *,
			       char dst[TARGET_COUNTS_LINE_MAX]);

#endif
