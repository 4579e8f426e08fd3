/* room.h - what few of the dialogues under way need: taken when it is. */
#ifndef MAILVANE_DIALOGUE_BUFFERS_H
#define MAILVANE_DIALOGUE_BUFFERS_H

#include "driver.h"

void dialogue_buffers_move_in(struct dialogue *, struct dialogue_buffers *);

/* Asks for a room where there is none yet. False: there is none to be had. */
bool dialogue_buffers_take(struct dialogue *);

#endif
