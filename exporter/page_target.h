/* page_target.h - one target on the status page: as a problem, as rows of the table. */
#ifndef MAILVANE_PAGE_TARGET_H
#define MAILVANE_PAGE_TARGET_H

#include "draft.h"
#include "plan.h"

/* A target without a result is one kind more than there are states. */
enum { PAGE_PENDING = STATE_COUNT, PAGE_KINDS };

/* The class of the style sheet, and the word, of a state or PAGE_PENDING. */
const char *page_class(unsigned kind);
const char *page_word(unsigned kind);

/* A card with all that is known. */
void page_problem(struct draft *, const struct target *, const struct record *,
		  struct moment now);

/* The heading of a server's rows. */
void page_server(struct draft *, const struct target *);

/* A row for each record, or one that says there is none yet. */
void page_rows(struct draft *, const struct target *, struct moment now);

#endif
