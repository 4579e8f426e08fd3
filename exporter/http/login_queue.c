/* login_queue.c - a small array, always searched as a whole. */
#include "login_queue.h"

static size_t login_queue_count(const struct login_queue *queue,
				const struct client_name *from,
				struct login_place **ret_last)
{
	size_t n = 0;

	*ret_last = NULL;
	for (size_t i = 0; i < LOGINS_QUEUE_MAX; i++) {
		const struct login_place *place = &queue->places[i];

		if (!place->job || !client_name_same(from, &place->from))
			continue;
		n++;
		if (!*ret_last || place->turn > (*ret_last)->turn)
			*ret_last = (struct login_place *)(uintptr_t)place;
	}
	return n;
}

static struct login_place *find_free(struct login_queue *queue)
{
	for (size_t i = 0; i < LOGINS_QUEUE_MAX; i++)
		if (!queue->places[i].job)
			return &queue->places[i];
	return NULL;
}

/* Removes the last job of the client that has most, if it has more than `mine`. */
static struct login_place *login_queue_make_room(struct login_queue *queue, size_t mine,
						 void **ret_lost)
{
	struct login_place *last, *found = NULL;
	size_t most = mine + 1;

	for (size_t i = 0; i < LOGINS_QUEUE_MAX; i++) {
		size_t n = login_queue_count(queue, &queue->places[i].from, &last);

		if (n > most) {
			most = n;
			found = last;
		}
	}
	if (found)
		*ret_lost = found->job;
	return found;
}

bool login_queue_put(struct login_queue *queue, struct client_name from, void *job,
		     void **ret_lost)
{
	struct login_place *last, *place;
	size_t mine = login_queue_count(queue, &from, &last);
	uint64_t turn = queue->turn;

	*ret_lost = NULL;
	if (mine >= LOGINS_PER_ADDRESS)
		return false;
	if (last)
		turn = last->turn + 1;
	place = find_free(queue);
	if (!place)
		place = login_queue_make_room(queue, mine, ret_lost);
	if (!place)
		return false;
	*place = (struct login_place){ from, turn, job };
	return true;
}

void *login_queue_next(struct login_queue *queue)
{
	struct login_place *next = NULL;
	void *job;

	for (size_t i = 0; i < LOGINS_QUEUE_MAX; i++) {
		struct login_place *place = &queue->places[i];

		if (place->job && (!next || place->turn < next->turn))
			next = place;
	}
	if (!next)
		return NULL;
	queue->turn = next->turn;
	job = next->job;
	next->job = NULL;
	return job;
}

void login_queue_remove(struct login_queue *queue, const void *job)
{
	for (size_t i = 0; i < LOGINS_QUEUE_MAX; i++)
		if (queue->places[i].job == job)
			queue->places[i].job = NULL;
}
