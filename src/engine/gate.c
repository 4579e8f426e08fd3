/* gate.c - two sets of lines: first at the address, then for a place in all. */
#include "gate.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096 };
enum { OUTSIDE, AT_ADDRESS, AT_GATE, CALLED, INSIDE };

/* Those who want to the same address. */
struct gate_crowd {
	struct address address;
	struct gate_places places; /* taken: past the first line */
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

/* --- places and ranks --------------------------------------------------------------------- */

static void places_init(struct gate_places *p)
{
	memset(p, 0, sizeof(*p));
	for (unsigned i = 0; i < GATE_RANKS; i++)
		line_init(&p->lines[i]);
}

static unsigned places_taken(const struct gate_places *p)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < GATE_RANKS; i++)
		sum += p->taken[i];
	return sum;
}

/* What a rank, and all ranks but the first together, may take of so many places. */
struct gate_share {
	unsigned of_rank[GATE_RANKS], of_others;
};

static unsigned at_least_one(unsigned places)
{
	return places > 0 ? places : 1;
}

static struct gate_share share_of_address(unsigned max)
{
	return (struct gate_share){
		.of_rank = { [GATE_ORDINARY] = max,
			     [GATE_ON_DEMAND] = at_least_one(max / 2),
			     [GATE_SLOW] = at_least_one(max / 2),
			     [GATE_HUMBLE] = at_least_one(max - 1) },
		.of_others = at_least_one(max - 1),
	};
}

static struct gate_share share_of_all(unsigned max)
{
	return (struct gate_share){
		.of_rank = { [GATE_ORDINARY] = max,
			     [GATE_ON_DEMAND] = at_least_one(max / 2),
			     [GATE_SLOW] = at_least_one(max - max / 4),
			     [GATE_HUMBLE] = at_least_one(max / 2) },
		.of_others = at_least_one(max - max / 4),
	};
}

static bool has_room(const struct gate_places *p, unsigned max, const struct gate_share *s,
		     enum gate_rank rank)
{
	unsigned taken = places_taken(p);

	if (taken >= max || p->taken[rank] >= s->of_rank[rank])
		return false;
	return rank == GATE_ORDINARY || taken - p->taken[GATE_ORDINARY] < s->of_others;
}

static bool is_passed_over(const struct gate_places *p, enum gate_rank rank)
{
	return rank != GATE_HUMBLE && p->passed_over[rank] >= GATE_PASSED_OVER_MAX;
}

/* The rank that takes the next place; GATE_RANKS: nobody who waits may. */
static enum gate_rank next_rank(const struct gate_places *p, unsigned max,
				const struct gate_share *s)
{
	unsigned first = GATE_RANKS;

	for (unsigned i = 0; i < GATE_RANKS; i++) {
		if (p->lines[i].first == NULL || !has_room(p, max, s, (enum gate_rank)i))
			continue;
		if (is_passed_over(p, (enum gate_rank)i))
			return (enum gate_rank)i;
		if (first == GATE_RANKS)
			first = i;
	}
	return (enum gate_rank)first;
}

/* Somebody who comes now does not go before those that wait, of its rank or before it. */
static bool may_enter(const struct gate_places *p, unsigned max, const struct gate_share *s,
		      enum gate_rank rank)
{
	enum gate_rank next = next_rank(p, max, s);

	if (rank == GATE_HUMBLE && p->lines[GATE_ORDINARY].first != NULL)
		return false;
	return has_room(p, max, s, rank) && p->lines[rank].first == NULL && next >= rank &&
	       (next == GATE_RANKS || !is_passed_over(p, next));
}

static void take_place(struct gate_places *p, enum gate_rank rank)
{
	p->taken[rank]++;
	p->passed_over[rank] = 0;
	for (unsigned i = 0; i < GATE_RANKS; i++)
		if (i != (unsigned)rank && p->lines[i].first != NULL)
			p->passed_over[i]++;
}

/* --- addresses ---------------------------------------------------------------------------- */

bool gate_init(struct gate *g, unsigned max, unsigned per_address_max)
{
	memset(g, 0, sizeof(*g));
	places_init(&g->places);
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
	places_init(&crowd->places);
	crowd->next = *bucket;
	*bucket = crowd;
	g->crowds++;
	return crowd;
}

static void crowd_leave_if_empty(struct gate *g, struct gate_crowd *crowd)
{
	struct gate_crowd **at;

	if (places_taken(&crowd->places) > 0)
		return;
	for (unsigned i = 0; i < GATE_RANKS; i++)
		if (crowd->places.lines[i].first != NULL)
			return;
	for (at = bucket_of(g, &crowd->address); *at != crowd; at = &(*at)->next)
		;
	crowd_free(g, at);
}

/* --- in and out --------------------------------------------------------------------------- */

/* Has a place at its address; inside, or in the second line. */
static bool pass_address(struct gate *g, struct gate_ticket *t)
{
	struct gate_share all = share_of_all(g->max);

	take_place(&t->crowd->places, t->rank);
	if (may_enter(&g->places, g->max, &all, t->rank)) {
		take_place(&g->places, t->rank);
		g->inside++;
		t->where = INSIDE;
		return true;
	}
	t->where = AT_GATE;
	line_join(&g->places.lines[t->rank], t);
	return false;
}

bool gate_enter(struct gate *g, struct gate_ticket *t, const struct address *a)
{
	struct gate_share share = share_of_address(g->per_address_max);

	t->crowd = crowd_of(g, a);
	if (t->crowd == NULL) /* no memory to count with: the budget in all still holds */
		return true;
	if (may_enter(&t->crowd->places, g->per_address_max, &share, t->rank)) {
		if (pass_address(g, t))
			return true;
	} else {
		t->where = AT_ADDRESS;
		line_join(&t->crowd->places.lines[t->rank], t);
	}
	g->waiting++;
	return false;
}

static void call(struct gate *g, struct gate_ticket *t)
{
	t->where = CALLED;
	line_join(&g->ready, t);
}

static void advance_address(struct gate *g, struct gate_crowd *crowd)
{
	struct gate_share share = share_of_address(g->per_address_max);
	enum gate_rank rank;

	while ((rank = next_rank(&crowd->places, g->per_address_max, &share)) <
	       GATE_RANKS) {
		struct gate_ticket *t = line_first(&crowd->places.lines[rank]);

		if (pass_address(g, t))
			call(g, t);
	}
}

static void advance_gate(struct gate *g)
{
	struct gate_share all = share_of_all(g->max);
	enum gate_rank rank;

	while ((rank = next_rank(&g->places, g->max, &all)) < GATE_RANKS) {
		struct gate_ticket *t = line_first(&g->places.lines[rank]);

		take_place(&g->places, rank);
		g->inside++;
		call(g, t);
	}
}

/* Fills the places that became free. */
static void advance(struct gate *g, struct gate_crowd *crowd)
{
	advance_address(g, crowd);
	advance_gate(g);
}

void gate_leave(struct gate *g, struct gate_ticket *t)
{
	struct gate_crowd *crowd = t->crowd;

	if (t->where == OUTSIDE)
		return;
	if (t->where == AT_ADDRESS)
		line_quit(&crowd->places.lines[t->rank], t);
	else
		crowd->places.taken[t->rank]--;
	if (t->where == AT_GATE)
		line_quit(&g->places.lines[t->rank], t);
	if (t->where == CALLED)
		line_quit(&g->ready, t);
	if (t->where == CALLED || t->where == INSIDE) {
		g->inside--;
		g->places.taken[t->rank]--;
	}
	if (t->where != INSIDE)
		g->waiting--;
	t->where = OUTSIDE;
	advance(g, crowd);
	crowd_leave_if_empty(g, crowd);
}

bool gate_is_wanted(const struct gate_ticket *t)
{
	if (t->where != INSIDE)
		return false;
	for (unsigned i = 0; i < GATE_RANKS; i++)
		if (t->crowd->places.lines[i].first != NULL)
			return true;
	return false;
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
