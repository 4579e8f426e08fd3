/* effective.h - /config: the configuration in use, with all defaults, in the syntax of the
 * file. */
#ifndef MAILVANE_EFFECTIVE_H
#define MAILVANE_EFFECTIVE_H

#include "answer.h"
#include "plan.h"
#include "reply.h"
#include "request.h"

/* Takes over the head (text of config->dump; NULL: out of memory) and holds a reference
 * to the plan. NULL: out of memory. */
struct answer *effective_new(char *head, struct plan *);

/* The function of the path. */
struct reply effective_answer(struct request *);

#endif
