/* gate.c - two lines of waiting: first at the address, then for a place in all. */
#include "gate.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096 };
enum { OUTSIDE, AT_ADDRESS, AT_GATE, CALLED, INSIDE };

/* Those who want to the same address. */
struct gate_crowd {
	struct address address;
	unsigned count; /* past the first line */
	struct gate_ticket *first, **last;
	struct gate_crowd *next;
};

bool gate_init(struct gate *g, unsigned max, unsigned per_address_max)
{
	memset(g, 0, sizeof(*g));
	g->last = &g->first;
	g->ready_last = &g->ready;
	gate_set_limits(g, max, per_address_max);
	g->table = calloc(BUCKETS, sizeof(*g->table));
	return g->table != NULL;
}

static void crowd_free(struct gate *g, struct gate_crowd **at)
{
	struct gate_crowd *crowd = *at;

	*at = crowd->next;
	free(crowd);
	g->crowds--;
}

void gate_fini(struct gate *g)
{
	for (size_t i = 0; g->crowds > 0 && i < BUCKETS; i++)
		while (g->table[i] != NULL)
			crowd_free(g, &g->table[i]);
	free(g->table);
	g->table = NULL;
}

void gate_set_limits(struct gate *g, unsigned max, unsigned per_address_max)
{
	g->max = max > 0 ? max : 1;
	g->per_address_max = per_address_max > 0 ? per_address_max : 1;
}

static struct gate_crowd **bucket_of(struct gate *g, const struct address *a)
{
	return &g->table[address_host_hash(a) % BUCKETS];
}

static struct gate_crowd *crowd_of(struct gate *g, const struct address *a)
{
	struct gate_crowd **bucket = bucket_of(g, a), *crowd;

	for (crowd = *bucket; crowd != NULL; crowd = crowd->next)
		if (address_same_host(&crowd->address, a))
			return crowd;
	crowd = calloc(1, sizeof(*crowd));
	if (crowd == NULL)
		return NULL;
	crowd->address = *a;
	crowd->last = &crowd->first;
	crowd->next = *bucket;
	*bucket = crowd;
	g->crowds++;
	return crowd;
}

static void crowd_leave_if_empty(struct gate *g, struct gate_crowd *crowd)
{
	struct gate_crowd **at;

	if (crowd->count > 0 || crowd->first != NULL)
		return;
	for (at = bucket_of(g, &crowd->address); *at != crowd; at = &(*at)->next)
		;
	crowd_free(g, at);
}

static void line_join(struct gate_ticket ***last, struct gate_ticket *t)
{
	t->next = NULL;
	**last = t;
	*last = &t->next;
}

static struct gate_ticket *line_first(struct gate_ticket **first,
				      struct gate_ticket ***last)
{
	struct gate_ticket *t = *first;

	if (t == NULL)
		return NULL;
	*first = t->next;
	if (*first == NULL)
		*last = first;
	return t;
}

static void line_quit(struct gate_ticket **first, struct gate_ticket ***last,
		      const struct gate_ticket *t)
{
	struct gate_ticket **at = first;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	if (*at == NULL)
		*last = at;
}

/* Has a place at its address; inside, or in the second line. */
static bool pass_address(struct gate *g, struct gate_ticket *t)
{
	t->crowd->count++;
	if (g->inside < g->max) {
		g->inside++;
		t->where = INSIDE;
		return true;
	}
	t->where = AT_GATE;
	line_join(&g->last, t);
	return false;
}

bool gate_enter(struct gate *g, struct gate_ticket *t, const struct address *a)
{
	t->crowd = crowd_of(g, a);
	if (t->crowd == NULL) /* no memory to count with: the budget in all still holds */
		return true;
	if (t->crowd->count < g->per_address_max) {
		if (pass_address(g, t))
			return true;
	} else {
		t->where = AT_ADDRESS;
		line_join(&t->crowd->last, t);
	}
	g->waiting++;
	return false;
}

static void call(struct gate *g, struct gate_ticket *t)
{
	t->where = CALLED;
	line_join(&g->ready_last, t);
}

/* Fills the places that became free. */
static void advance(struct gate *g, struct gate_crowd *crowd)
{
	struct gate_ticket *t;

	while (crowd->first != NULL && crowd->count < g->per_address_max) {
		t = line_first(&crowd->first, &crowd->last);
		if (pass_address(g, t))
			call(g, t);
	}
	while (g->first != NULL && g->inside < g->max) {
		g->inside++;
		call(g, line_first(&g->first, &g->last));
	}
}

void gate_leave(struct gate *g, struct gate_ticket *t)
{
	struct gate_crowd *crowd = t->crowd;

	if (t->where == OUTSIDE)
		return;
	if (t->where == AT_ADDRESS)
		line_quit(&crowd->first, &crowd->last, t);
	else
		crowd->count--;
	if (t->where == AT_GATE)
		line_quit(&g->first, &g->last, t);
	if (t->where == CALLED)
		line_quit(&g->ready, &g->ready_last, t);
	if (t->where == CALLED || t->where == INSIDE)
		g->inside--;
	if (t->where != INSIDE)
		g->waiting--;
	t->where = OUTSIDE;
	advance(g, crowd);
	crowd_leave_if_empty(g, crowd);
}

bool gate_call(struct gate *g)
{
	bool told = false;
	struct gate_ticket *t;

	while ((t = line_first(&g->ready, &g->ready_last)) != NULL) {
		t->where = INSIDE;
		g->waiting--;
		told = true;
		t->admitted(t);
	}
	return told;
}
