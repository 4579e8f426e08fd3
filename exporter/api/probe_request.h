/* probe_request.h - /probe?target=&module=[&debug=true]: one probe, now, for who asks. */
#ifndef MAILVANE_PROBE_REQUEST_H
#define MAILVANE_PROBE_REQUEST_H

#include "reply.h"
#include "request.h"

/* The function of the path. The probe runs on the engine while the request waits. */
struct reply probe_request(struct request *);

/* How long a probe may take: what the module allows, and not longer than the scraper's scrape_timeout
 * (X-Prometheus-Scrape-Timeout-Seconds; NULL: not said) less an offset, but half of it at
 * least. False: that is not a number of seconds. */
bool probe_request_timeout(const char *scrape_timeout, struct span offset,
			   struct span module, struct span *ret_timeout);

#endif
