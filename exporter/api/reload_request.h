/* reload_request.h - /-/reload: reads the configuration again and answers with the outcome.
 */
#ifndef MAILVANE_RELOAD_REQUEST_H
#define MAILVANE_RELOAD_REQUEST_H

#include "http_reply.h"
#include "request.h"

/* The function of the path. The main thread reloads while the request waits. */
struct http_reply reload_request(struct request *);

#endif
