/* literal.h - "{12}" at the end of a line: a run of bytes follows, then the line goes on.
 *
 * RFC 9051 section 4.3 and RFC 7888, RFC 5804 section 4.
 */
#ifndef MAILVANE_LITERAL_H
#define MAILVANE_LITERAL_H

#include "view.h"

/* True when the line ends in "{12}" or "{12+}". *ret_at is where the brace is; *ret_size the
 * number, SIZE_MAX if it is more than can be counted. */
bool literal_announced(struct view line, size_t *ret_at, size_t *ret_size);

#endif
