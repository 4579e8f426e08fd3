/* http_reply.h - the reply to one request: a status, headers, and a text or an answer that is
 * made piece by piece.
 *
 * Used by the web thread only.
 */
#ifndef MAILVANE_HTTP_REPLY_H
#define MAILVANE_HTTP_REPLY_H

#include "text_stream.h"

#include <microhttpd.h>

struct http_reply {
	unsigned status;
	struct MHD_Response *response; /* NULL: no memory, or `later` is set */
	struct reply_body *body;       /* owned by the response; NULL: the body is a text */
	/* request_wait was called: call the path's function again after request_resume */
	bool later;
};

/* Bytes that are made for HEAD at most, to find the length of the answer to GET. */
enum { REPLY_COUNTED_MAX = 1024 * 1024 };

/* Sets headers that forbid caching and guessing of the type. */
struct http_reply http_reply_text(unsigned status, const char *text);
struct http_reply http_reply_bytes(unsigned status, struct view bytes, const char *type);
/* Takes over the answer (NULL: out of memory) and sends it piece by piece. */
struct http_reply http_reply_stream(struct text_stream *, const char *type);
struct http_reply http_reply_redirect(const char *location);
/* 429 with Retry-After of a second. */
struct http_reply http_reply_busy(const char *text);
/* The path's function is called again after request_resume. */
struct http_reply http_reply_later(void);

/* For HEAD: keeps the headers and sends no body. If the answer is too long to find its
 * length, the connection closes. */
void http_reply_without_body(struct http_reply *);

/* A response to HEAD of a path whose answer has no end. NULL: no memory. */
struct MHD_Response *http_reply_endless_head(void);

/* Does nothing if there is no response. */
void http_reply_header(struct http_reply *, const char *name, const char *value);

#endif
