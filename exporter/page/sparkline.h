/* sparkline.h - the last hour of a target as a drawing: a bar for each sample, as high as the
 * probe was long (by its logarithm); a failure fills the height, a warning at least half of it,
 * so that they are told by their shape, too. SVG without style attributes: classes of
 * page_style.c give the colours.
 */
#ifndef MAILVANE_SPARKLINE_H
#define MAILVANE_SPARKLINE_H

#include "history.h"
#include "strbuf.h"

/* For a line of a table. Nothing where nothing is known. */
void sparkline_put(struct strbuf *, const struct target_history *);

/* Wide, with a scale; each bar has a title. */
void sparkline_chart(struct strbuf *, const struct target_history *);

/* "58 of 60 minutes OK, 2 CRITICAL": what is drawn, in words. */
void sparkline_words(struct strbuf *, const struct target_history *);

#endif
