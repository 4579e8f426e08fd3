/* request_check.h - requests that are refused before their path is called: targets and heads
 * that a proxy could read in another way, and changes that a page of another site sends. */
#ifndef MAILVANE_REQUEST_CHECK_H
#define MAILVANE_REQUEST_CHECK_H

#include "http_reply.h"
#include "request.h"

/* Checks the target as it was sent, before escapes are decoded (NULL: none). False: a
 * wrong escape, or a control character, plain or escaped. */
bool request_check_target(const char *target);
/* Once the header lines are there. False: what libmicrohttpd hands over as strings is not all that was
 * sent (a NUL byte in the method, the target or a header line), a header that must stand once
 * stands twice, or the length of the body can be read in two ways: somebody on the way, or the login,
 * could see another request than the one that is answered. */
bool request_check_head(const struct request *, const char *version);
/* 400, for a bad target. */
struct http_reply request_check_refuse_target(void);
/* 400, for a bad head; the connection ends with it, as nobody knows where the next request begins. */
struct http_reply request_check_refuse_head(void);

/* For a request that changes something. A browser says which site the sending page is of
 * (Sec-Fetch-Site, Origin); programs such as curl send no such header and are allowed.
 * False: *ret_refusal is the answer 403. */
bool request_check_origin(const struct request *, struct http_reply *ret_refusal);

#endif
