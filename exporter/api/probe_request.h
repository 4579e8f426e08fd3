/* probe_request.h - /probe?target=&module=[&debug=true]: one probe on demand. */
#ifndef MAILVANE_PROBE_REQUEST_H
#define MAILVANE_PROBE_REQUEST_H

#include "http_reply.h"
#include "instant.h"
#include "request.h"

/* The function of the path. The probe runs on the engine while the request waits. */
struct http_reply probe_request(struct request *);

/* Computes the timeout of a probe: the module's timeout, but not longer than the
 * scraper's (X-Prometheus-Scrape-Timeout-Seconds; NULL: not sent) less an offset, and at
 * least half of the scraper's. False: the header is not a number of seconds. */
bool probe_request_timeout(const char *scrape_timeout, struct span offset,
			   struct span module, struct span *ret_timeout);

#endif
