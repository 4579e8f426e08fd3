/* waterfall.h - the phases of one probe as bars, one behind the other.
 *
 * SVG without style attributes: the classes p0 ... of page_style.c give each phase its
 * colour, and the class `broken` marks the phase that failed.
 */
#ifndef MAILVANE_WATERFALL_H
#define MAILVANE_WATERFALL_H

#include "plan.h"
#include "strbuf.h"

/* Puts the phases that were reached, in the order in which they ran; returns their
 * number. */
size_t waterfall_order(const struct target *, const struct result *,
		       enum phase ret_phases[PHASE_COUNT]);

/* For a row of a table. Writes nothing if no phase was reached. */
void waterfall_put(struct strbuf *, const struct target *, const struct result *);

/* For the page of a target: a table with a row and a bar for each phase. */
void waterfall_table(struct strbuf *, const struct target *, const struct result *);

/* Writes which colour each phase has. */
void waterfall_legend(struct strbuf *);

#endif
