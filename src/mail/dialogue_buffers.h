/* dialogue_buffers.h - the large buffers of a dialogue, requested from the caller when
 * needed. */
#ifndef MAILVANE_DIALOGUE_BUFFERS_H
#define MAILVANE_DIALOGUE_BUFFERS_H

#include "driver.h"

/* Empties the buffers and makes the dialogue use them. */
void dialogue_buffers_attach(struct dialogue *, struct dialogue_buffers *);

/* Calls provide_buffers if the dialogue has no buffers yet. False: out of memory. */
bool dialogue_buffers_ensure(struct dialogue *);

#endif
