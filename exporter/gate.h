/* gate.h - what the web configuration asks of a request before its path is asked, and what it
 * adds to an answer: rate, login, headers.
 */
#ifndef MAILVANE_GATE_H
#define MAILVANE_GATE_H

#include "reply.h"
#include "request.h"
#include "rules.h"

struct gate;

/* Takes the rules. NULL: no memory, no thread; the rules are released. */
struct gate *gate_new(struct rules *);
/* After all requests. NULL does nothing. */
void gate_free(struct gate *);

/* Takes the rules that hold from now on. */
void gate_change(struct gate *, struct rules *);
/* Held for the caller. */
struct rules *gate_rules(struct gate *);

/* True: to its path with it. False: the reply says why not, or later. */
bool gate_admits(struct gate *, struct request *, struct reply *ret_refusal);
void gate_dress(struct gate *, struct reply *);

#endif
