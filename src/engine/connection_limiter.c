/* connection_limiter.c - a ticket passes two levels: the limit of its address, then that in all. */
#include "connection_limiter.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096 };
enum { NOT_QUEUED, QUEUED_AT_ADDRESS, QUEUED_IN_ALL, ADMITTED_UNCALLED, ADMITTED };

/* The tickets for one address. */
struct address_queue {
	struct address address;
	struct limiter_level
	    level; /* its admitted tickets may still wait for the limit in all */
	struct address_queue *next;
};

static void ticket_queue_init(struct limiter_queue *l)
{
	l->first = NULL;
	l->last = &l->first;
}

static void ticket_queue_push(struct limiter_queue *l, struct limiter_ticket *t)
{
	t->next = NULL;
	*l->last = t;
	l->last = &t->next;
}

static struct limiter_ticket *ticket_queue_pop(struct limiter_queue *l)
{
	struct limiter_ticket *t = l->first;

	if (t == NULL)
		return NULL;
	l->first = t->next;
	if (l->first == NULL)
		l->last = &l->first;
	return t;
}

static void ticket_queue_remove(struct limiter_queue *l, const struct limiter_ticket *t)
{
	struct limiter_ticket **at = &l->first;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	if (*at == NULL)
		l->last = at;
}

/* --- levels and ranks --------------------------------------------------------------------- */

static void limiter_level_init(struct limiter_level *p)
{
	memset(p, 0, sizeof(*p));
	for (unsigned i = 0; i < LIMITER_RANKS; i++)
		ticket_queue_init(&p->queues[i]);
}

static unsigned limiter_level_admitted(const struct limiter_level *p)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < LIMITER_RANKS; i++)
		sum += p->admitted[i];
	return sum;
}

/* How many connections a rank may have, and how many all ranks but the first may have together. */
struct limiter_share {
	unsigned of_rank[LIMITER_RANKS], of_others;
};

static unsigned at_least_one(unsigned places)
{
	return places > 0 ? places : 1;
}

static struct limiter_share share_of_address(unsigned max)
{
	return (struct limiter_share){
		.of_rank = { [LIMITER_ORDINARY] = max,
			     [LIMITER_ON_DEMAND] = at_least_one(max / 2),
			     [LIMITER_SLOW] = at_least_one(max / 2),
			     [LIMITER_LOW_PRIORITY] = at_least_one(max - 1) },
		.of_others = at_least_one(max - 1),
	};
}

static struct limiter_share share_of_all(unsigned max)
{
	return (struct limiter_share){
		.of_rank = { [LIMITER_ORDINARY] = max,
			     [LIMITER_ON_DEMAND] = at_least_one(max / 2),
			     [LIMITER_SLOW] = at_least_one(max - max / 4),
			     [LIMITER_LOW_PRIORITY] = at_least_one(max / 2) },
		.of_others = at_least_one(max - max / 4),
	};
}

static bool level_has_room(const struct limiter_level *p, unsigned max,
			   const struct limiter_share *s, enum limiter_rank rank)
{
	unsigned admitted = limiter_level_admitted(p);

	if (admitted >= max || p->admitted[rank] >= s->of_rank[rank])
		return false;
	return rank == LIMITER_ORDINARY ||
	       admitted - p->admitted[LIMITER_ORDINARY] < s->of_others;
}

static bool level_is_passed_over(const struct limiter_level *p, enum limiter_rank rank)
{
	return rank != LIMITER_LOW_PRIORITY &&
	       p->passed_over[rank] >= LIMITER_PASSED_OVER_MAX;
}

/* The rank that is admitted next; LIMITER_RANKS: no ticket that waits may be admitted. */
static enum limiter_rank level_next_rank(const struct limiter_level *p, unsigned max,
					 const struct limiter_share *s)
{
	unsigned first = LIMITER_RANKS;

	for (unsigned i = 0; i < LIMITER_RANKS; i++) {
		if (p->queues[i].first == NULL ||
		    !level_has_room(p, max, s, (enum limiter_rank)i))
			continue;
		if (level_is_passed_over(p, (enum limiter_rank)i))
			return (enum limiter_rank)i;
		if (first == LIMITER_RANKS)
			first = i;
	}
	return (enum limiter_rank)first;
}

/* A new ticket is not admitted before those of its rank, or of a rank before it, that wait. */
static bool level_may_enter(const struct limiter_level *p, unsigned max,
			    const struct limiter_share *s, enum limiter_rank rank)
{
	enum limiter_rank next = level_next_rank(p, max, s);

	if (rank == LIMITER_LOW_PRIORITY && p->queues[LIMITER_ORDINARY].first != NULL)
		return false;
	return level_has_room(p, max, s, rank) && p->queues[rank].first == NULL &&
	       next >= rank && (next == LIMITER_RANKS || !level_is_passed_over(p, next));
}

static void level_take(struct limiter_level *p, enum limiter_rank rank)
{
	p->admitted[rank]++;
	p->passed_over[rank] = 0;
	for (unsigned i = 0; i < LIMITER_RANKS; i++)
		if (i != (unsigned)rank && p->queues[i].first != NULL)
			p->passed_over[i]++;
}

/* --- addresses ---------------------------------------------------------------------------- */

bool connection_limiter_init(struct connection_limiter *limiter, unsigned max,
			     unsigned per_address_max)
{
	memset(limiter, 0, sizeof(*limiter));
	limiter_level_init(&limiter->level);
	ticket_queue_init(&limiter->ready);
	connection_limiter_set_limits(limiter, max, per_address_max);
	limiter->table = calloc(BUCKETS, sizeof(*limiter->table));
	return limiter->table != NULL;
}

static void address_queue_free(struct connection_limiter *limiter,
			       struct address_queue **at)
{
	struct address_queue *address_queue = *at;

	*at = address_queue->next;
	free(address_queue);
	limiter->address_queues--;
}

void connection_limiter_fini(struct connection_limiter *limiter)
{
	for (size_t i = 0; limiter->address_queues > 0 && i < BUCKETS; i++)
		while (limiter->table[i] != NULL)
			address_queue_free(limiter, &limiter->table[i]);
	free(limiter->table);
	limiter->table = NULL;
}

void connection_limiter_set_limits(struct connection_limiter *limiter, unsigned max,
				   unsigned per_address_max)
{
	limiter->max = max > 0 ? max : 1;
	limiter->per_address_max = per_address_max > 0 ? per_address_max : 1;
}

static struct address_queue **address_queue_bucket(struct connection_limiter *limiter,
						   const struct address *a)
{
	return &limiter->table[address_host_hash(a) % BUCKETS];
}

static struct address_queue *address_queue_of(struct connection_limiter *limiter,
					      const struct address *a)
{
	struct address_queue **bucket = address_queue_bucket(limiter, a), *address_queue;

	for (address_queue = *bucket; address_queue != NULL;
	     address_queue = address_queue->next)
		if (address_same_host(&address_queue->address, a))
			return address_queue;
	address_queue = calloc(1, sizeof(*address_queue));
	if (address_queue == NULL)
		return NULL;
	address_queue->address = *a;
	limiter_level_init(&address_queue->level);
	address_queue->next = *bucket;
	*bucket = address_queue;
	limiter->address_queues++;
	return address_queue;
}

static void address_queue_free_if_empty(struct connection_limiter *limiter,
					struct address_queue *address_queue)
{
	struct address_queue **at;

	if (limiter_level_admitted(&address_queue->level) > 0)
		return;
	for (unsigned i = 0; i < LIMITER_RANKS; i++)
		if (address_queue->level.queues[i].first != NULL)
			return;
	for (at = address_queue_bucket(limiter, &address_queue->address);
	     *at != address_queue; at = &(*at)->next)
		;
	address_queue_free(limiter, at);
}

/* --- admission ---------------------------------------------------------------------------- */

/* The address admits the ticket: true when the limit in all does, too; else it waits for that. */
static bool leave_address_queue(struct connection_limiter *limiter,
				struct limiter_ticket *t)
{
	struct limiter_share all = share_of_all(limiter->max);

	level_take(&t->address_queue->level, t->rank);
	if (level_may_enter(&limiter->level, limiter->max, &all, t->rank)) {
		level_take(&limiter->level, t->rank);
		limiter->admitted_count++;
		t->state = ADMITTED;
		return true;
	}
	t->state = QUEUED_IN_ALL;
	ticket_queue_push(&limiter->level.queues[t->rank], t);
	return false;
}

bool connection_limiter_enter(struct connection_limiter *limiter, struct limiter_ticket *t,
			      const struct address *a)
{
	struct limiter_share share = share_of_address(limiter->per_address_max);

	t->address_queue = address_queue_of(limiter, a);
	/* Without memory to count its address only the open files are a limit. */
	if (t->address_queue == NULL)
		return true;
	if (level_may_enter(&t->address_queue->level, limiter->per_address_max, &share,
			    t->rank)) {
		if (leave_address_queue(limiter, t))
			return true;
	} else {
		t->state = QUEUED_AT_ADDRESS;
		ticket_queue_push(&t->address_queue->level.queues[t->rank], t);
	}
	limiter->waiting++;
	return false;
}

static void admit(struct connection_limiter *limiter, struct limiter_ticket *t)
{
	t->state = ADMITTED_UNCALLED;
	ticket_queue_push(&limiter->ready, t);
}

static void admit_from_address(struct connection_limiter *limiter,
			       struct address_queue *address_queue)
{
	struct limiter_share share = share_of_address(limiter->per_address_max);
	enum limiter_rank rank;

	while ((rank = level_next_rank(&address_queue->level, limiter->per_address_max,
				       &share)) < LIMITER_RANKS) {
		struct limiter_ticket *t =
		    ticket_queue_pop(&address_queue->level.queues[rank]);

		if (leave_address_queue(limiter, t))
			admit(limiter, t);
	}
}

static void admit_from_total(struct connection_limiter *limiter)
{
	struct limiter_share all = share_of_all(limiter->max);
	enum limiter_rank rank;

	while ((rank = level_next_rank(&limiter->level, limiter->max, &all)) <
	       LIMITER_RANKS) {
		struct limiter_ticket *t = ticket_queue_pop(&limiter->level.queues[rank]);

		level_take(&limiter->level, rank);
		limiter->admitted_count++;
		admit(limiter, t);
	}
}

/* Admits waiting tickets after a connection has ended. */
static void connection_limiter_admit_waiters(struct connection_limiter *limiter,
					     struct address_queue *address_queue)
{
	admit_from_address(limiter, address_queue);
	admit_from_total(limiter);
}

void connection_limiter_leave(struct connection_limiter *limiter, struct limiter_ticket *t)
{
	struct address_queue *address_queue = t->address_queue;

	if (t->state == NOT_QUEUED)
		return;
	if (t->state == QUEUED_AT_ADDRESS)
		ticket_queue_remove(&address_queue->level.queues[t->rank], t);
	else
		address_queue->level.admitted[t->rank]--;
	if (t->state == QUEUED_IN_ALL)
		ticket_queue_remove(&limiter->level.queues[t->rank], t);
	if (t->state == ADMITTED_UNCALLED)
		ticket_queue_remove(&limiter->ready, t);
	if (t->state == ADMITTED_UNCALLED || t->state == ADMITTED) {
		limiter->admitted_count--;
		limiter->level.admitted[t->rank]--;
	}
	if (t->state != ADMITTED)
		limiter->waiting--;
	t->state = NOT_QUEUED;
	connection_limiter_admit_waiters(limiter, address_queue);
	address_queue_free_if_empty(limiter, address_queue);
}

bool connection_limiter_has_waiters(const struct limiter_ticket *t)
{
	if (t->state != ADMITTED)
		return false;
	for (unsigned i = 0; i < LIMITER_RANKS; i++)
		if (t->address_queue->level.queues[i].first != NULL)
			return true;
	return false;
}

bool connection_limiter_call_admitted(struct connection_limiter *limiter)
{
	bool called = false;
	struct limiter_ticket *t;

	while ((t = ticket_queue_pop(&limiter->ready)) != NULL) {
		t->state = ADMITTED;
		limiter->waiting--;
		called = true;
		t->admitted(t);
	}
	return called;
}
