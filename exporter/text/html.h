/* html.h - text from servers and configuration in an HTML page: escaped, and isolated from
 * the writing direction around it. */
#ifndef MAILVANE_HTML_H
#define MAILVANE_HTML_H

#include "instant.h"
#include "strbuf.h"

/* As text of an element, or as the value of an attribute in double quotes. */
void html_text(struct strbuf *, const char *text);
void html_view(struct strbuf *, struct view text);

/* The same inside <bdi>, so that right-to-left letters do not change the order of the
 * text around it. */
void html_bdi(struct strbuf *, const char *text);

/* As a component of a URL: every byte but the unreserved ones of RFC 3986 section 2.3 as
 * %XX. */
void html_url(struct strbuf *, const char *text);

/* "2h 3m", in whole seconds; "0s" for less than a second or a negative span. */
const char *html_span(struct span, char dst[SPAN_TEXT_MAX]);

/* A measured duration with two or three digits: "0.42 ms", "84 ms", "2.1 s". */
const char *html_duration(struct span, char dst[SPAN_TEXT_MAX]);

/* "12s ago", with the date in the title attribute; "never" if there is no time. */
void html_age(struct strbuf *, struct moment at, struct moment now);

#endif
