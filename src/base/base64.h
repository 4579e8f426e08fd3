/* base64.h - RFC 4648 section 4, with padding, as SASL uses it. */
#ifndef MAILVANE_BASE64_H
#define MAILVANE_BASE64_H

#include "buffer.h"

/* False, and nothing added, when it does not fit. */
bool base64_encode(struct buffer *, struct view raw);

/* Strict: no white space, right padding, no bits behind the end. False, and nothing added,
 * when the text is not base64 or does not fit. */
bool base64_decode(struct buffer *, struct view text);

#endif
