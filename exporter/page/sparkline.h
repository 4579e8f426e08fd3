/* sparkline.h - the last hour of a target as a drawing.
 *
 * One bar for each sample, as high as the logarithm of the longest probe. A failure has
 * full height and a warning at least half of it, so that they differ by shape, too. The SVG
 * has no style attributes; classes of page_style.c give the colours.
 */
#ifndef MAILVANE_SPARKLINE_H
#define MAILVANE_SPARKLINE_H

#include "history.h"
#include "strbuf.h"

/* For a row of a table. Writes nothing if nothing is known. */
void sparkline_put(struct strbuf *, const struct target_history *);

/* For the page of a target: wide, with a scale; each bar has a title. */
void sparkline_chart(struct strbuf *, const struct target_history *);

/* The drawing in words: "58 of 60 minutes OK, 2 CRITICAL". */
void sparkline_words(struct strbuf *, const struct target_history *);

#endif
