/* page_target.h - one target on the status page: as a problem, as rows of the table. */
#ifndef MAILVANE_PAGE_TARGET_H
#define MAILVANE_PAGE_TARGET_H

#include "health.h"
#include "history.h"
#include "page_query.h"

/* What a page is made from. */
struct page_params {
	struct plan *plan;
	struct health health;
	const char *metrics;     /* the path of the metrics, seen from the page */
	struct history *history; /* NULL: none is kept */
	struct moment now;       /* what ages are counted from */
};

/* A state or PAGE_PENDING as a shape and a word. */
void page_state(struct strbuf *, unsigned kind);
/* The shape alone; page_shapes must be in the page. */
void page_shape(struct strbuf *, unsigned kind);

/* What the verdict says, the server's own words set apart. */
void page_sentence(struct strbuf *, const struct result *);

/* "43 days left, 71 % of its time"; a dash without a certificate. */
void page_certificate(struct strbuf *, const struct result *, struct moment now);

/* "site=fra1", each in <small>. */
void page_labels(struct strbuf *, const struct target *);
/* In <small>, where each address is probed. */
void page_address(struct strbuf *, const struct target *, const struct result *);

/* A card with all that is known. */
void page_problem(struct strbuf *, const struct page_params *, const struct target *,
		  const struct record *);

/* Which rows of a long table are on this page. */
struct page_window {
	size_t skip, left;  /* rows before it; rows it may still have */
	const char *server; /* whose rows came last; NULL: none yet */
};

/* A row for each record that the query wants, or one that says there is none yet, as far as
 * they are in the window; the server's heading before the first of its rows. */
void page_rows(struct strbuf *, const struct page_params *, const struct target *,
	       const struct page_query *, struct page_window *);

#endif
