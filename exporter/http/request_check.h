/* request_check.h - what is refused before a path is asked: targets that could mean something
 * else to somebody on the way, and changes that another site's page asks for.
 */
#ifndef MAILVANE_REQUEST_CHECK_H
#define MAILVANE_REQUEST_CHECK_H

#include "reply.h"
#include "request.h"

/* The target as it was sent, before escapes are undone (NULL: none). False: a bad escape, a
 * control character, plain or escaped. */
bool request_check_target(const char *target);
/* False: the target ended at a NUL byte before the space in front of the version. */
bool request_check_whole(const struct request *, const char *version);
/* 400. */
struct reply request_check_refuse_target(void);

/* Of a request that changes something. A browser says where the page that asks comes from
 * (Sec-Fetch-Site, Origin); a program like curl says nothing, and may. False: 403 in *ret_refusal. */
bool request_check_origin(const struct request *, struct reply *ret_refusal);

#endif
