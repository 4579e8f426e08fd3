/* request_check.h - requests that are refused before their path is called: targets that a
 * proxy could read in another way, and changes that a page of another site sends. */
#ifndef MAILVANE_REQUEST_CHECK_H
#define MAILVANE_REQUEST_CHECK_H

#include "http_reply.h"
#include "request.h"

/* Checks the target as it was sent, before escapes are decoded (NULL: none). False: a
 * wrong escape, or a control character, plain or escaped. */
bool request_check_target(const char *target);
/* False: there was a NUL byte in the target. */
bool request_check_whole(const struct request *, const char *version);
/* The answer 400 to such a target. */
struct http_reply request_check_refuse_target(void);

/* For a request that changes something. A browser says which site the sending page is of
 * (Sec-Fetch-Site, Origin); programs such as curl send no such header and are allowed.
 * False: *ret_refusal is the answer 403. */
bool request_check_origin(const struct request *, struct http_reply *ret_refusal);

#endif
