/* page_target.h - one target on the list page: as a problem, or as rows of the table. */
#ifndef MAILVANE_PAGE_TARGET_H
#define MAILVANE_PAGE_TARGET_H

#include "health.h"
#include "history.h"
#include "page_query.h"

/* What a page is made from. */
struct page_params {
	struct plan *plan;
	struct health health;
	const char *metrics;     /* path of the metrics, relative to the page */
	struct history *history; /* NULL: there is no history */
	struct moment now;       /* now, for ages */
};

/* Writes a state or PAGE_PENDING as a shape and a word. */
void page_state(struct strbuf *, unsigned kind);
/* Writes the shape alone; page_shapes must be in the page. */
void page_shape(struct strbuf *, unsigned kind);

/* Writes the sentence of the verdict; the server's reply in it is marked. */
void page_sentence(struct strbuf *, const struct result *);

/* Writes "43 days left, 71 % of its time"; a dash without a certificate. */
void page_certificate(struct strbuf *, const struct result *, struct moment now);

/* Writes the labels, each in <small>: "site=fra1". */
void page_labels(struct strbuf *, const struct target *);
/* Writes the address in <small> if each address is probed. */
void page_address(struct strbuf *, const struct target *, const struct result *);

/* Writes the card of a problem. */
void page_problem(struct strbuf *, const struct page_params *, const struct target *,
		  const struct record *);

/* Which rows of a long table are on the current page. */
struct page_window {
	size_t skip, left;  /* rows to skip; rows that are left */
	const char *server; /* server of the last row; NULL: no row yet */
};

/* Writes a row for each record that the query selects, or one that says that there is no
 * result yet, as far as they are in the window; before the first row of a server, its
 * heading. */
void page_rows(struct strbuf *, const struct page_params *, const struct target *,
	       const struct page_query *, struct page_window *);

#endif
