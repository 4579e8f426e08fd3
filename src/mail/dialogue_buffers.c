/* dialogue_buffers.c - lent by whoever drives the dialogue. */
#include "dialogue_buffers.h"

void dialogue_buffers_move_in(struct dialogue *d, struct dialogue_buffers *room)
{
	d->room = room;
	d->line.p = room->line;
	room->alert[0] = '\0';
	capability_words_init(&room->before);
	capability_words_init(&room->after);
}

bool dialogue_buffers_take(struct dialogue *d)
{
	struct dialogue_buffers *room;

	if (d->room != NULL)
		return true;
	room = d->params->lend_buffers != NULL
		   ? d->params->lend_buffers(d->params->lend_user)
		   : NULL;
	if (room != NULL)
		dialogue_buffers_move_in(d, room);
	return room != NULL;
}
