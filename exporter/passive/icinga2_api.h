/* icinga2_api.h - sends results to Icinga 2 by its API: POST
 * /v1/actions/process-check-result.
 *
 * One request has one result, so several connections are kept open and used at once.
 */
#ifndef MAILVANE_ICINGA2_API_H
#define MAILVANE_ICINGA2_API_H

#include "receiver.h"
#include "strbuf.h"

enum { ICINGA2_CONNECTIONS = 8 };

/* Copies the settings. NULL: no memory, or this libcurl lacks something; error has a
 * sentence. Main thread only. */
struct transport *icinga2_api_new(const struct passive_icinga2 *, struct buffer *error);

/* Writes the body of the request. */
void icinga2_api_body(struct strbuf *, const struct message *);

#endif
