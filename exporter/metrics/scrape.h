/* scrape.h - answers GET /metrics in the format and compression that the client asks for.
 */
#ifndef MAILVANE_SCRAPE_H
#define MAILVANE_SCRAPE_H

#include "reply.h"
#include "request.h"

struct reply scrape_answer(struct request *);

#endif
