/* events.h - tells open pages that something has changed, by server-sent events
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * A message only says that there is something new, so a slow listener loses nothing. A
 * thread checks once a second whether a state has changed, and only while there are
 * listeners; engine threads only count.
 */
#ifndef MAILVANE_EVENTS_H
#define MAILVANE_EVENTS_H

#include "http_reply.h"
#include "request.h"

/* The least and the greatest number of seconds between two messages. */
enum { EVENTS_LISTENERS_MAX = 32, EVENTS_PAUSE_S = 1, EVENTS_TICK_S = 15 };

struct events;

/* `changes` returns a number that grows when there is something new. The store must outlive
 * the events. NULL: out of memory or threads. */
struct events *events_new(uint64_t (*changes)(struct store *), struct store *);
/* Ends the thread; no more messages are sent. To be called before the requests are
 * freed. NULL does nothing. */
void events_end(struct events *);
/* To be called after events_end. NULL does nothing. */
void events_free(struct events *);

/* The function of the path: the stream, or 503 if there are too many listeners. */
struct http_reply events_listen(struct events *, struct request *);

#endif
