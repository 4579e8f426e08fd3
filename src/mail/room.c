/* room.c - lent by whoever drives the dialogue. */
#include "room.h"

void room_move_in(struct dialogue *d, struct dialogue_room *room)
{
	d->room = room;
	d->line.p = room->line;
	room->alert[0] = '\0';
	offered_init(&room->before);
	offered_init(&room->after);
}

bool room_take(struct dialogue *d)
{
	struct dialogue_room *room;

	if (d->room != NULL)
		return true;
	room =
	    d->terms->lend_room != NULL ? d->terms->lend_room(d->terms->lend_user) : NULL;
	if (room != NULL)
		room_move_in(d, room);
	return room != NULL;
}
