/* status.h - /api/v1/status: all results and the exporter's own figures as JSON
 * (conf/status.schema.json). */
#ifndef MAILVANE_STATUS_H
#define MAILVANE_STATUS_H

#include "health.h"
#include "http_reply.h"
#include "plan.h"
#include "request.h"
#include "text_stream.h"

/* Selects targets and results; valid during the call. */
struct status_request {
	const char *server; /* NULL: all */
	int state;          /* an enum state, STATUS_PENDING or STATUS_ANY */
};
enum { STATUS_PENDING = STATE_COUNT, STATUS_ANY };

/* Holds a reference to the plan until it is freed. NULL: out of memory. */
struct text_stream *status_new(struct plan *, const struct health *,
			       const struct status_request *, struct moment now);

/* The function of the path. */
struct http_reply status_answer(struct request *);

#endif
