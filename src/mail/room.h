/* room.h - what few of the dialogues under way need: taken when it is. */
#ifndef MAILVANE_ROOM_H
#define MAILVANE_ROOM_H

#include "driver.h"

void room_move_in(struct dialogue *, struct dialogue_room *);

/* Asks for a room where there is none yet. False: there is none to be had. */
bool room_take(struct dialogue *);

#endif
