/* html.h - the text of strangers in a page: escaped, and of one direction with itself only. */
#ifndef MAILVANE_HTML_H
#define MAILVANE_HTML_H

#include "instant.h"
#include "strbuf.h"

/* As text, or as a value in double quotes. */
void html_text(struct strbuf *, const char *text);
void html_view(struct strbuf *, struct view text);

/* The same in <bdi>: letters that run from right to left move nothing beside them. */
void html_bdi(struct strbuf *, const char *text);

/* As a component of a URL: all but the unreserved of RFC 3986 section 2.3 as %XX. */
void html_url(struct strbuf *, const char *text);

/* "2h 3m", in whole seconds; "0s" for what is less, or before. */
const char *html_span(struct span, char dst[SPAN_TEXT_MAX]);

/* A span that was measured, with two or three digits: "0.42 ms", "84 ms", "2.1 s". */
const char *html_duration(struct span, char dst[SPAN_TEXT_MAX]);

/* "12s ago", with the date as its title; "never" for none. */
void html_age(struct strbuf *, struct moment at, struct moment now);

#endif
