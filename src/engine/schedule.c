/* schedule.c - a binary heap whose members know their place. */
#include "schedule.h"

#include <stdlib.h>
#include <string.h>

void schedule_init(struct schedule *s)
{
	memset(s, 0, sizeof(*s));
}

void schedule_fini(struct schedule *s)
{
	for (size_t i = 0; i < s->count; i++)
		s->heap[i]->place = 0;
	free(s->heap);
	schedule_init(s);
}

static void heap_store(struct schedule *s, struct due *d, size_t place)
{
	s->heap[place - 1] = d;
	d->place = place;
}

static void heap_sift_up(struct schedule *s, struct due *d, size_t place)
{
	for (; place > 1 && instant_before(d->at, s->heap[place / 2 - 1]->at); place /= 2)
		heap_store(s, s->heap[place / 2 - 1], place);
	heap_store(s, d, place);
}

static void heap_sift_down(struct schedule *s, struct due *d, size_t place)
{
	for (size_t child; (child = place * 2) <= s->count; place = child) {
		if (child < s->count &&
		    instant_before(s->heap[child]->at, s->heap[child - 1]->at))
			child++;
		if (!instant_before(s->heap[child - 1]->at, d->at))
			break;
		heap_store(s, s->heap[child - 1], place);
	}
	heap_store(s, d, place);
}

static void heap_restore(struct schedule *s, struct due *d, size_t place)
{
	heap_sift_up(s, d, place);
	heap_sift_down(s, d, d->place);
}

bool schedule_reserve(struct schedule *s, size_t count)
{
	struct due **heap;

	if (count <= s->cap)
		return true;
	heap = realloc(s->heap, count * sizeof(*heap));
	if (heap == NULL)
		return false;
	s->heap = heap;
	s->cap = count;
	return true;
}

bool schedule_put(struct schedule *s, struct due *d, struct instant at)
{
	if (d->place == 0) {
		if (s->count == s->cap && !schedule_reserve(s, s->cap * 2 + 64))
			return false;
		s->heap[s->count++] = d;
		d->place = s->count;
	}
	d->at = at;
	heap_restore(s, d, d->place);
	return true;
}

void schedule_drop(struct schedule *s, struct due *d)
{
	size_t place = d->place;
	struct due *last;

	if (place == 0)
		return;
	d->place = 0;
	last = s->heap[--s->count];
	if (last != d)
		heap_restore(s, last, place);
}

void schedule_move(struct schedule *s, struct due *from, struct due *to)
{
	*to = *from;
	from->place = 0;
	if (to->place != 0)
		s->heap[to->place - 1] = to;
}

struct due *schedule_next(const struct schedule *s)
{
	return s->count > 0 ? s->heap[0] : NULL;
}

struct due *schedule_take(struct schedule *s, struct instant now)
{
	struct due *d = schedule_next(s);

	if (d == NULL || instant_before(now, d->at))
		return NULL;
	schedule_drop(s, d);
	return d;
}

struct instant schedule_regular_time(uint64_t hash, struct span interval,
				     struct instant now, struct moment today)
{
	int64_t place = (int64_t)(hash % (uint64_t)interval.ns);
	int64_t phase =
	    (today.ms % (interval.ns / 1000000 > 0 ? interval.ns / 1000000 : 1)) * 1000000;
	int64_t wait = place - phase;

	return instant_plus(now, (struct span){ wait >= 0 ? wait : wait + interval.ns });
}
