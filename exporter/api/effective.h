/* effective.h - /config: the configuration in use, as text that can be read again. */
#ifndef MAILVANE_EFFECTIVE_H
#define MAILVANE_EFFECTIVE_H

#include "answer.h"
#include "plan.h"
#include "reply.h"
#include "request.h"

/* Takes the head (of config->dump, NULL: no memory) and holds the plan. NULL: out of memory. */
struct answer *effective_new(char *head, struct plan *);

/* The function of the path. */
struct reply effective_answer(struct request *);

#endif
