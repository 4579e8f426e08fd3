/* page_names.h - customers' names of shared hosts on the page: the bad ones where their target
 * is, any of them by search.
 */
#ifndef MAILVANE_PAGE_NAMES_H
#define MAILVANE_PAGE_NAMES_H

#include "page_target.h"

enum { PAGE_NAMES_MAX = 50 };

/* Under the headline: how many names are bad, and where. Nothing if none is. */
void page_names_note(struct strbuf *, const struct plan *);

/* What a query finds: by a word in the name; of a server alone, those that are bad. Nothing if
 * it asks for neither, or there are no names. */
void page_names_found(struct strbuf *, const struct page_params *,
		      const struct page_query *);

/* On the page of a target: the counts, and the bad ones. Nothing if it is asked for none. */
void page_names_card(struct strbuf *, const struct page_params *, const struct target *);

#endif
