/* icinga2_api.h - results to Icinga 2 by its API: POST /v1/actions/process-check-result.
 *
 * One request is one result, so several connections are kept open and used at once.
 */
#ifndef MAILVANE_ICINGA2_API_H
#define MAILVANE_ICINGA2_API_H

#include "receiver.h"
#include "strbuf.h"

enum { ICINGA2_CONNECTIONS = 8 };

/* The settings are copied. NULL, with a sentence: no memory, or this libcurl cannot do it. For
 * the main thread. */
struct transport *icinga2_api_new(const struct passive_icinga2 *, struct buffer *error);

/* The body of the request. */
void icinga2_api_body(struct strbuf *, const struct message *);

#endif
