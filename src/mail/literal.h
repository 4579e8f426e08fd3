/* literal.h - recognizes "{12}" at the end of a line: that many bytes follow, then the line
 * continues.
 *
 * RFC 9051 section 4.3 and RFC 7888, RFC 5804 section 4.
 */
#ifndef MAILVANE_LITERAL_H
#define MAILVANE_LITERAL_H

#include "view.h"

/* True if the line ends in "{12}" or "{12+}". *ret_at is the offset of the brace. *ret_size
 * is the number, or SIZE_MAX if it does not fit. */
bool literal_announced(struct view line, size_t *ret_at, size_t *ret_size);

#endif
