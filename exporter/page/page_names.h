/* page_names.h - customers' names of shared hosts: bad names on the pages of targets, and
 * any name by search. */
#ifndef MAILVANE_PAGE_NAMES_H
#define MAILVANE_PAGE_NAMES_H

#include "page_target.h"

enum { PAGE_NAMES_MAX = 50 };

/* Writes how many names are bad, and where; nothing if none is. */
void page_names_note(struct strbuf *, const struct plan *);

/* Writes the names that a query finds: by part of a name, or bad names of one server.
 * Nothing if the query asks for neither. */
void page_names_found(struct strbuf *, const struct page_params *,
		      const struct page_query *);

/* For the page of a target: writes the counts and the bad names; nothing if the target
 * has no names. */
void page_names_card(struct strbuf *, const struct page_params *, const struct target *);

#endif
