/* connection_limiter.c - two sets of lines: first at the address, then for a place in all. */
#include "connection_limiter.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096 };
enum { OUTSIDE, AT_ADDRESS, AT_LIMITER, CALLED, INSIDE };

/* Those who want to the same address. */
struct address_queue {
	struct address address;
	struct connection_limiter_places places; /* taken: past the first line */
	struct address_queue *next;
};

static void line_init(struct limiter_queue *l)
{
	l->first = NULL;
	l->last = &l->first;
}

static void line_join(struct limiter_queue *l, struct limiter_ticket *t)
{
	t->next = NULL;
	*l->last = t;
	l->last = &t->next;
}

static struct limiter_ticket *line_first(struct limiter_queue *l)
{
	struct limiter_ticket *t = l->first;

	if (t == NULL)
		return NULL;
	l->first = t->next;
	if (l->first == NULL)
		l->last = &l->first;
	return t;
}

static void line_quit(struct limiter_queue *l, const struct limiter_ticket *t)
{
	struct limiter_ticket **at = &l->first;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	if (*at == NULL)
		l->last = at;
}

/* --- places and ranks --------------------------------------------------------------------- */

static void address_selection_init(struct connection_limiter_places *p)
{
	memset(p, 0, sizeof(*p));
	for (unsigned i = 0; i < LIMITER_RANKS; i++)
		line_init(&p->lines[i]);
}

static unsigned address_selection_taken(const struct connection_limiter_places *p)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < LIMITER_RANKS; i++)
		sum += p->taken[i];
	return sum;
}

/* What a rank, and all ranks but the first together, may take of so many places. */
struct connection_limiter_share {
	unsigned of_rank[LIMITER_RANKS], of_others;
};

static unsigned at_least_one(unsigned places)
{
	return places > 0 ? places : 1;
}

static struct connection_limiter_share share_of_address(unsigned max)
{
	return (struct connection_limiter_share){
		.of_rank = { [LIMITER_ORDINARY] = max,
			     [LIMITER_ON_DEMAND] = at_least_one(max / 2),
			     [LIMITER_SLOW] = at_least_one(max / 2),
			     [LIMITER_LOW_PRIORITY] = at_least_one(max - 1) },
		.of_others = at_least_one(max - 1),
	};
}

static struct connection_limiter_share share_of_all(unsigned max)
{
	return (struct connection_limiter_share){
		.of_rank = { [LIMITER_ORDINARY] = max,
			     [LIMITER_ON_DEMAND] = at_least_one(max / 2),
			     [LIMITER_SLOW] = at_least_one(max - max / 4),
			     [LIMITER_LOW_PRIORITY] = at_least_one(max / 2) },
		.of_others = at_least_one(max - max / 4),
	};
}

static bool has_room(const struct connection_limiter_places *p, unsigned max,
		     const struct connection_limiter_share *s, enum limiter_rank rank)
{
	unsigned taken = address_selection_taken(p);

	if (taken >= max || p->taken[rank] >= s->of_rank[rank])
		return false;
	return rank == LIMITER_ORDINARY ||
	       taken - p->taken[LIMITER_ORDINARY] < s->of_others;
}

static bool is_passed_over(const struct connection_limiter_places *p,
			   enum limiter_rank rank)
{
	return rank != LIMITER_LOW_PRIORITY &&
	       p->passed_over[rank] >= LIMITER_PASSED_OVER_MAX;
}

/* The rank that takes the next place; LIMITER_RANKS: nobody who waits may. */
static enum limiter_rank next_rank(const struct connection_limiter_places *p, unsigned max,
				   const struct connection_limiter_share *s)
{
	unsigned first = LIMITER_RANKS;

	for (unsigned i = 0; i < LIMITER_RANKS; i++) {
		if (p->lines[i].first == NULL || !has_room(p, max, s, (enum limiter_rank)i))
			continue;
		if (is_passed_over(p, (enum limiter_rank)i))
			return (enum limiter_rank)i;
		if (first == LIMITER_RANKS)
			first = i;
	}
	return (enum limiter_rank)first;
}

/* Somebody who comes now does not go before those that wait, of its rank or before it. */
static bool may_enter(const struct connection_limiter_places *p, unsigned max,
		      const struct connection_limiter_share *s, enum limiter_rank rank)
{
	enum limiter_rank next = next_rank(p, max, s);

	if (rank == LIMITER_LOW_PRIORITY && p->lines[LIMITER_ORDINARY].first != NULL)
		return false;
	return has_room(p, max, s, rank) && p->lines[rank].first == NULL && next >= rank &&
	       (next == LIMITER_RANKS || !is_passed_over(p, next));
}

static void take_place(struct connection_limiter_places *p, enum limiter_rank rank)
{
	p->taken[rank]++;
	p->passed_over[rank] = 0;
	for (unsigned i = 0; i < LIMITER_RANKS; i++)
		if (i != (unsigned)rank && p->lines[i].first != NULL)
			p->passed_over[i]++;
}

/* --- addresses ---------------------------------------------------------------------------- */

bool connection_limiter_init(struct limiter *g, unsigned max, unsigned per_address_max)
{
	memset(g, 0, sizeof(*g));
	address_selection_init(&g->places);
	line_init(&g->ready);
	connection_limiter_set_limits(g, max, per_address_max);
	g->table = calloc(BUCKETS, sizeof(*g->table));
	return g->table != NULL;
}

static void address_queue_free(struct limiter *g, struct address_queue **at)
{
	struct address_queue *address_queue = *at;

	*at = address_queue->next;
	free(address_queue);
	g->address_queues--;
}

void connection_limiter_fini(struct limiter *g)
{
	for (size_t i = 0; g->address_queues > 0 && i < BUCKETS; i++)
		while (g->table[i] != NULL)
			address_queue_free(g, &g->table[i]);
	free(g->table);
	g->table = NULL;
}

void connection_limiter_set_limits(struct limiter *g, unsigned max,
				   unsigned per_address_max)
{
	g->max = max > 0 ? max : 1;
	g->per_address_max = per_address_max > 0 ? per_address_max : 1;
}

static struct address_queue **connection_limiter_bucket_of(struct limiter *g,
							   const struct address *a)
{
	return &g->table[address_host_hash(a) % BUCKETS];
}

static struct address_queue *address_queue_of(struct limiter *g, const struct address *a)
{
	struct address_queue **bucket = connection_limiter_bucket_of(g, a), *address_queue;

	for (address_queue = *bucket; address_queue != NULL;
	     address_queue = address_queue->next)
		if (address_same_host(&address_queue->address, a))
			return address_queue;
	address_queue = calloc(1, sizeof(*address_queue));
	if (address_queue == NULL)
		return NULL;
	address_queue->address = *a;
	address_selection_init(&address_queue->places);
	address_queue->next = *bucket;
	*bucket = address_queue;
	g->address_queues++;
	return address_queue;
}

static void address_queue_leave_if_empty(struct limiter *g,
					 struct address_queue *address_queue)
{
	struct address_queue **at;

	if (address_selection_taken(&address_queue->places) > 0)
		return;
	for (unsigned i = 0; i < LIMITER_RANKS; i++)
		if (address_queue->places.lines[i].first != NULL)
			return;
	for (at = connection_limiter_bucket_of(g, &address_queue->address);
	     *at != address_queue; at = &(*at)->next)
		;
	address_queue_free(g, at);
}

/* --- in and out --------------------------------------------------------------------------- */

/* Has a place at its address; inside, or in the second line. */
static bool pass_address(struct limiter *g, struct limiter_ticket *t)
{
	struct connection_limiter_share all = share_of_all(g->max);

	take_place(&t->address_queue->places, t->rank);
	if (may_enter(&g->places, g->max, &all, t->rank)) {
		take_place(&g->places, t->rank);
		g->inside++;
		t->where = INSIDE;
		return true;
	}
	t->where = AT_LIMITER;
	line_join(&g->places.lines[t->rank], t);
	return false;
}

bool connection_limiter_enter(struct limiter *g, struct limiter_ticket *t,
			      const struct address *a)
{
	struct connection_limiter_share share = share_of_address(g->per_address_max);

	t->address_queue = address_queue_of(g, a);
	if (t->address_queue ==
	    NULL) /* no memory to count with: the budget in all still holds */
		return true;
	if (may_enter(&t->address_queue->places, g->per_address_max, &share, t->rank)) {
		if (pass_address(g, t))
			return true;
	} else {
		t->where = AT_ADDRESS;
		line_join(&t->address_queue->places.lines[t->rank], t);
	}
	g->waiting++;
	return false;
}

static void call(struct limiter *g, struct limiter_ticket *t)
{
	t->where = CALLED;
	line_join(&g->ready, t);
}

static void advance_address(struct limiter *g, struct address_queue *address_queue)
{
	struct connection_limiter_share share = share_of_address(g->per_address_max);
	enum limiter_rank rank;

	while ((rank = next_rank(&address_queue->places, g->per_address_max, &share)) <
	       LIMITER_RANKS) {
		struct limiter_ticket *t = line_first(&address_queue->places.lines[rank]);

		if (pass_address(g, t))
			call(g, t);
	}
}

static void advance_limiter(struct limiter *g)
{
	struct connection_limiter_share all = share_of_all(g->max);
	enum limiter_rank rank;

	while ((rank = next_rank(&g->places, g->max, &all)) < LIMITER_RANKS) {
		struct limiter_ticket *t = line_first(&g->places.lines[rank]);

		take_place(&g->places, rank);
		g->inside++;
		call(g, t);
	}
}

/* Fills the places that became free. */
static void connection_limiter_advance(struct limiter *g,
				       struct address_queue *address_queue)
{
	advance_address(g, address_queue);
	advance_limiter(g);
}

void connection_limiter_leave(struct limiter *g, struct limiter_ticket *t)
{
	struct address_queue *address_queue = t->address_queue;

	if (t->where == OUTSIDE)
		return;
	if (t->where == AT_ADDRESS)
		line_quit(&address_queue->places.lines[t->rank], t);
	else
		address_queue->places.taken[t->rank]--;
	if (t->where == AT_LIMITER)
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
	connection_limiter_advance(g, address_queue);
	address_queue_leave_if_empty(g, address_queue);
}

bool connection_limiter_is_wanted(const struct limiter_ticket *t)
{
	if (t->where != INSIDE)
		return false;
	for (unsigned i = 0; i < LIMITER_RANKS; i++)
		if (t->address_queue->places.lines[i].first != NULL)
			return true;
	return false;
}

bool limiter_callback(struct limiter *g)
{
	bool told = false;
	struct limiter_ticket *t;

	while ((t = line_first(&g->ready)) != NULL) {
		t->where = INSIDE;
		g->waiting--;
		told = true;
		t->admitted(t);
	}
	return told;
}
