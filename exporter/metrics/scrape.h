/* scrape.h - answers GET /metrics in the format and compression that the client asks for.
 */
#ifndef MAILVANE_SCRAPE_H
#define MAILVANE_SCRAPE_H

#include "http_reply.h"
#include "request.h"

struct http_reply scrape_answer(struct request *);

#endif
