/* gate.c - two lines of waiting: first at the address, then for a place in all. */
#include "gate.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096 };
enum { OUTSIDE, AT_ADDRESS, AT_GATE, CALLED, INSIDE };

/* Those who want to the same address. */
struct gate_crowd {
	struct address address;
	unsigned count;        /* past the first line */
	unsigned humble_count; /* of them */
	struct gate_line line, humble_line;
	struct gate_crowd *next;
};

static void line_init(struct gate_line *l)
{
	l->first = NULL;
	l->last = &l->first;
}

static void line_join(struct gate_line *l, struct gate_ticket *t)
{
	t->next = NULL;
	*l->last = t;
	l->last = &t->next;
}

static struct gate_ticket *line_first(struct gate_line *l)
{
	struct gate_ticket *t = l->first;

	if (t == NULL)
		return NULL;
	l->first = t->next;
	if (l->first == NULL)
		l->last = &l->first;
	return t;
}

static void line_quit(struct gate_line *l, const struct gate_ticket *t)
{
	struct gate_ticket **at = &l->first;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	if (*at == NULL)
		l->last = at;
}

bool gate_init(struct gate *g, unsigned max, unsigned per_address_max)
{
	memset(g, 0, sizeof(*g));
	line_init(&g->line);
	line_init(&g->humble_line);
	line_init(&g->ready);
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
	line_init(&crowd->line);
	line_init(&crowd->humble_line);
	crowd->next = *bucket;
	*bucket = crowd;
	g->crowds++;
	return crowd;
}

static void crowd_leave_if_empty(struct gate *g, struct gate_crowd *crowd)
{
	struct gate_crowd **at;

	if (crowd->count > 0 || crowd->line.first != NULL ||
	    crowd->humble_line.first != NULL)
		return;
	for (at = bucket_of(g, &crowd->address); *at != crowd; at = &(*at)->next)
		;
	crowd_free(g, at);
}

static bool room_at_address(const struct gate *g, const struct gate_crowd *crowd,
			    bool humble)
{
	unsigned max = g->per_address_max;

	if (crowd->count >= max)
		return false;
	return !humble ||
	       (crowd->line.first == NULL && crowd->humble_count < (max > 1 ? max - 1 : 1));
}

static bool room_at_gate(const struct gate *g, bool humble)
{
	if (g->inside >= g->max)
		return false;
	return !humble ||
	       (g->line.first == NULL && g->humble_inside < (g->max > 1 ? g->max / 2 : 1));
}

static struct gate_line *line_at_address(const struct gate_ticket *t)
{
	return t->humble ? &t->crowd->humble_line : &t->crowd->line;
}

static struct gate_line *line_at_gate(struct gate *g, const struct gate_ticket *t)
{
	return t->humble ? &g->humble_line : &g->line;
}

static void go_in(struct gate *g, const struct gate_ticket *t)
{
	g->inside++;
	g->humble_inside += t->humble;
}

/* Has a place at its address; inside, or in the second line. */
static bool pass_address(struct gate *g, struct gate_ticket *t)
{
	t->crowd->count++;
	t->crowd->humble_count += t->humble;
	if (room_at_gate(g, t->humble)) {
		go_in(g, t);
		t->where = INSIDE;
		return true;
	}
	t->where = AT_GATE;
	line_join(line_at_gate(g, t), t);
	return false;
}

bool gate_enter(struct gate *g, struct gate_ticket *t, const struct address *a)
{
	t->crowd = crowd_of(g, a);
	if (t->crowd == NULL) /* no memory to count with: the budget in all still holds */
		return true;
	if (room_at_address(g, t->crowd, t->humble)) {
		if (pass_address(g, t))
			return true;
	} else {
		t->where = AT_ADDRESS;
		line_join(line_at_address(t), t);
	}
	g->waiting++;
	return false;
}

static void call(struct gate *g, struct gate_ticket *t)
{
	t->where = CALLED;
	line_join(&g->ready, t);
}

static void advance_address(struct gate *g, struct gate_crowd *crowd,
			    struct gate_line *line, bool humble)
{
	struct gate_ticket *t;

	while (line->first != NULL && room_at_address(g, crowd, humble)) {
		t = line_first(line);
		if (pass_address(g, t))
			call(g, t);
	}
}

static void advance_gate(struct gate *g, struct gate_line *line, bool humble)
{
	struct gate_ticket *t;

	while (line->first != NULL && room_at_gate(g, humble)) {
		t = line_first(line);
		go_in(g, t);
		call(g, t);
	}
}

/* Fills the places that became free. */
static void advance(struct gate *g, struct gate_crowd *crowd)
{
	advance_address(g, crowd, &crowd->line, false);
	advance_address(g, crowd, &crowd->humble_line, true);
	advance_gate(g, &g->line, false);
	advance_gate(g, &g->humble_line, true);
}

void gate_leave(struct gate *g, struct gate_ticket *t)
{
	struct gate_crowd *crowd = t->crowd;

	if (t->where == OUTSIDE)
		return;
	if (t->where == AT_ADDRESS) {
		line_quit(line_at_address(t), t);
	} else {
		crowd->count--;
		crowd->humble_count -= t->humble;
	}
	if (t->where == AT_GATE)
		line_quit(line_at_gate(g, t), t);
	if (t->where == CALLED)
		line_quit(&g->ready, t);
	if (t->where == CALLED || t->where == INSIDE) {
		g->inside--;
		g->humble_inside -= t->humble;
	}
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

	while ((t = line_first(&g->ready)) != NULL) {
		t->where = INSIDE;
		g->waiting--;
		told = true;
		t->admitted(t);
	}
	return told;
}
