/* reply.h - what is said to one request: a status, headers, and a text or an answer. */
#ifndef MAILVANE_HTTP_REPLY_H
#define MAILVANE_HTTP_REPLY_H

#include "answer.h"

#include <microhttpd.h>

struct reply {
	unsigned status;
	struct MHD_Response *response; /* NULL: no memory, or later */
	struct reply_body
	    *body;  /* the response's own; NULL: it is not made piece by piece */
	bool later; /* request_wait was called: ask again */
};

/* Pieces that are made for HEAD, to say how long the answer to GET is. */
enum { REPLY_COUNTED_MAX = 1024 * 1024 };

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

/* For HEAD: the same headers and nothing behind them. Where the answer is too long to be counted
 * the connection has to close. */
void reply_without_body(struct reply *);

/* A response to HEAD where GET would never end. NULL: no memory. */
struct MHD_Response *reply_endless_head(void);

/* Nothing, if there is no response. */
void reply_header(struct reply *, const char *name, const char *value);

#endif
