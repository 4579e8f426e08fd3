/* page_frame.h - what every page begins and ends with: title and icon that tell the state, the
 * search, the style sheet, the script.
 */
#ifndef MAILVANE_PAGE_FRAME_H
#define MAILVANE_PAGE_FRAME_H

#include "page_target.h"

/* Up to and with <main>. The title is text. */
void page_frame_head(struct strbuf *, const char *title, unsigned kind,
		     const struct page_query *);

/* From </main> on. */
void page_frame_foot(struct strbuf *, const struct page_params *);

/* A link, marked where it leads to what is shown; its text follows. */
void page_frame_link(struct strbuf *, const struct page_query *, unsigned kinds,
		     size_t page, bool shown);

#endif
