/* target_list.c - targets as they are found, hashed by server and service. */
#include "target_list.h"

#include "memory.h"

#include <stdlib.h>
#include <string.h>

void target_list_fini(struct target_list *l)
{
	free(l->targets);
	free(l->places);
	free(l->table);
	*l = (struct target_list){ 0 };
}

static bool target_list_same(const struct target *a, const struct target *b)
{
	return strcmp(a->service->name, b->service->name) == 0 &&
	       strcmp(a->server, b->server) == 0;
}

static size_t *target_list_seat(const struct target_list *l, const struct target *t)
{
	uint64_t hash =
	    view_hash(view_of(t->server)) * 31 + view_hash(view_of(t->service->name));
	size_t i = (size_t)(hash ^ hash >> 32) & (l->table_size - 1);

	while (l->table[i] != 0 && !target_list_same(&l->targets[l->table[i] - 1], t))
		i = (i + 1) & (l->table_size - 1);
	return &l->table[i];
}

static void target_list_widen(struct target_list *l)
{
	size_t size = l->table_size > 0 ? l->table_size * 2 : 256;
	size_t *table = memory_grow(NULL, size, sizeof(*table));

	memset(table, 0, size * sizeof(*table));
	free(l->table);
	l->table = table;
	l->table_size = size;
	for (size_t i = 0; i < l->count; i++)
		*target_list_seat(l, &l->targets[i]) = i + 1;
}

static void append(struct target_list *l, const struct target *t, struct place place)
{
	size_t cap = l->cap;

	l->targets = memory_room(l->targets, l->count, &l->cap, sizeof(*l->targets));
	if (l->cap > cap)
		l->places = memory_grow(l->places, l->cap, sizeof(*l->places));
	l->targets[l->count] = *t;
	l->places[l->count++] = place;
}

static bool too_many(struct target_list *l, struct place place, struct errors *e)
{
	if (!l->full)
		errors_add(e, place, "spread them over several exporters",
			   "more than %d targets", CONFIG_TARGETS_MAX);
	l->full = true;
	return false;
}

bool target_list_add(struct target_list *l, const struct target *t, struct place place,
		     struct errors *e)
{
	size_t *found;

	if (l->count == CONFIG_TARGETS_MAX)
		return too_many(l, place, e);
	if (l->count >= l->table_size / 2)
		target_list_widen(l);
	found = target_list_seat(l, t);
	if (*found != 0) {
		struct place first = l->places[*found - 1];

		errors_add(e, place, "give one of both another name",
			   "%s has the service %s already, at %s:%u",
			   QUOTE(view_of(t->server)), t->service->name, first.file,
			   first.line);
		return false;
	}
	append(l, t, place);
	*found = l->count;
	return true;
}
