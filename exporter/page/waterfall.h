/* waterfall.h - the phases of one probe, one behind the other, as wide as they were long.
 *
 * SVG without style attributes: the classes p0 ... of page_style.c give each phase its colour,
 * `broken` marks the one that failed.
 */
#ifndef MAILVANE_WATERFALL_H
#define MAILVANE_WATERFALL_H

#include "plan.h"
#include "strbuf.h"

/* The phases that were reached, in the order they ran; returns how many. */
size_t waterfall_order(const struct target *, const struct result *,
		       enum phase ret_phases[PHASE_COUNT]);

/* For a line of a table. Nothing where no phase was reached. */
void waterfall_put(struct strbuf *, const struct target *, const struct result *);

/* A table: a line for each phase, its bar where it lay in the whole. */
void waterfall_table(struct strbuf *, const struct target *, const struct result *);

/* Which colour is which phase. */
void waterfall_legend(struct strbuf *);

#endif
