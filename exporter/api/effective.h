/* effective.h - /config: the configuration in use, with all defaults, in the syntax of the
 * file. */
#ifndef MAILVANE_EFFECTIVE_H
#define MAILVANE_EFFECTIVE_H

#include "http_reply.h"
#include "plan.h"
#include "request.h"
#include "text_stream.h"

/* Takes over the head (text of config->dump; NULL: out of memory) and holds a reference
 * to the plan. NULL: out of memory. */
struct text_stream *effective_new(char *head, struct plan *);

/* The function of the path. */
struct http_reply effective_answer(struct request *);

#endif
