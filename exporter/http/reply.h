/* reply.h - what is said to one request: a status, headers, and a text or an answer. */
#ifndef MAILVANE_REPLY_H
#define MAILVANE_REPLY_H

#include "answer.h"

#include <microhttpd.h>

struct reply {
	unsigned status;
	struct MHD_Response *response; /* NULL: no memory, or later */
	bool later;                    /* request_wait was called: ask again */
};

/* Answers are of this moment, and are what they say they are. */
struct reply reply_text(unsigned status, const char *text);
struct reply reply_bytes(unsigned status, struct view bytes, const char *type);
/* Takes the answer, which may be NULL: out of memory. Sent piece by piece. */
struct reply reply_stream(struct answer *, const char *type);
struct reply reply_redirect(const char *location);
/* 429: come again in a second. */
struct reply reply_busy(const char *text);
/* Ask again once the request is resumed. */
struct reply reply_later(void);

/* Nothing, if there is no response. */
void reply_header(struct reply *, const char *name, const char *value);

#endif
