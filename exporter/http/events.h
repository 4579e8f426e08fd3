/* events.h - pages that are open are told when there is something new: server-sent events
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * A message says only that it is time to look again, so a listener that is slow misses nothing
 * and costs nothing. A thread asks the exporter once a second whether a state has changed, and
 * only while somebody listens; engine threads do no more than count.
 */
#ifndef MAILVANE_EVENTS_H
#define MAILVANE_EVENTS_H

#include "reply.h"
#include "request.h"

/* Seconds between two messages: at least, and at most. */
enum { EVENTS_LISTENERS_MAX = 32, EVENTS_PAUSE_S = 1, EVENTS_TICK_S = 15 };

struct events;

/* NULL: out of memory or threads. The exporter must outlive it. */
struct events *events_new(struct exporter *);
/* Ends the thread: listeners hear nothing more. Before the requests are freed. */
void events_end(struct events *);
/* After that. NULL does nothing, here and above. */
void events_free(struct events *);

/* The stream; 503 where too many listen. */
struct reply events_listen(struct events *, struct request *);

#endif
