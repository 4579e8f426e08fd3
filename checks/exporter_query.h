/* exchange.h - one HTTP question to an exporter, and its whole answer.
 *
 * HTTP/1.0 (RFC 1945), one connection, over TCP or a Unix socket. It blocks; whoever calls has
 * set an alarm.
 */
#ifndef MAILVANE_CHECKS_EXPORTER_QUERY_H
#define MAILVANE_CHECKS_EXPORTER_QUERY_H

#include "buffer.h"

enum { EXCHANGE_ANSWER_MAX = 64 * 1024 };

/* GETs `path` (with its query, encoded) at "http://HOST[:PORT][/PREFIX]" or "unix:PATH". The
 * answer's bytes go into `storage`, *ret_answer is a view of them. False, with a sentence in
 * error, when nothing or too much came. */
bool exchange_get(const char *url, const char *path, char storage[EXCHANGE_ANSWER_MAX],
		  struct view *ret_answer, struct buffer *error);

/* Status line, headers, body. False when it is not HTTP/1, or the body is not as long as
 * Content-Length says. */
bool exchange_read(struct view answer, unsigned *ret_status, struct view *ret_body);

/* Adds text as a value of a query (RFC 3986 section 2.1). */
void exchange_encode(struct buffer *, const char *text);

#endif
