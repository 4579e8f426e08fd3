/* plugin_text.h - text made fit for what a monitoring plugin prints.
 *
 * A scheduler ends the summary at the first line end and begins performance values at a bar.
 * Web interfaces may render markup: Nagios shows the output as HTML unless escape_html_tags
 * is set, Icinga Web renders what looks like a tag and escapes all other text. An entity
 * (&lt;) would be right in one of them and five odd characters in the other. So the characters
 * that begin something are replaced by ASCII ones, which no interface, code page or Unicode
 * normalization turns back:
 *
 *     | becomes /     < becomes (     > becomes )     & becomes +
 *
 * JSON documents and pages know their reader and escape in its way instead.
 */
#ifndef MAILVANE_PLUGIN_TEXT_H
#define MAILVANE_PLUGIN_TEXT_H

#include "buffer.h"

/* Adds a piece of a line: printable (printable.h), a control character as one space, the
 * characters above replaced. Blanks at the ends stay. When the buffer gets full a part may
 * have been written. */
void plugin_text_put(struct buffer *, struct view text);

/* The same of a C string, trimmed and cut to cap bytes (at least 4) with an ellipsis. Returns
 * dst. */
const char *plugin_text_copy(char *dst, size_t cap, struct view text);

/* Adds the first line of an output, without its end. The last bar stays when nothing but
 * performance values follows it; every other bar is replaced. */
void plugin_text_put_summary(struct buffer *, struct view line);

/* Are these performance values ("label=1.5s;2;3;0 ..."), with blanks around them allowed? */
bool plugin_text_is_values(struct view);

#endif
