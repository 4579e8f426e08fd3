/* page_frame.h - head and foot of every page: title and icon with the state, search, style
 * sheet, script. */
#ifndef MAILVANE_PAGE_FRAME_H
#define MAILVANE_PAGE_FRAME_H

#include "page_target.h"

/* Writes everything up to <main>. The title is escaped here. */
void page_frame_head(struct strbuf *, const char *title, unsigned kind,
		     const struct page_query *);

/* Writes everything from </main> on. */
void page_frame_foot(struct strbuf *, const struct page_params *);

/* Begins a link, marked if it leads to the current page; the caller writes its text. */
void page_frame_link(struct strbuf *, const struct page_query *, unsigned kinds,
		     size_t page, bool shown);

#endif
