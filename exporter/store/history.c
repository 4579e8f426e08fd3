/* history.c - a hash table of one entry for each target, keyed by the address of its slot;
 * one table for each plan. */
#include "history.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { FINE_MINUTES = 1, FINE_SAMPLES = 60, COARSE_MINUTES = 5, COARSE_SAMPLES = 12 };

struct changes {
	uint8_t count, next;
	struct history_change ring[HISTORY_CHANGES_MAX];
};

struct entry {
	const struct slot *slot;
	struct changes *changes; /* NULL: the state never changed */
	uint32_t latest;         /* time of the last sample, in units of `minutes` */
	uint8_t minutes, count;
	uint8_t samples[]; /* a ring: the sample of time t is at t % count */
};

/* A hash table with open addressing, at most three quarters full. */
struct table {
	size_t mask;
	struct entry *entries[];
};

struct history {
	pthread_mutex_t lock;
	/* replaced under the lock; NULL: before the first history_load */
	struct table *table;
};

/* --- samples ------------------------------------------------------------------------------ */

/* The fourth root of two: four classes for each doubling. */
static const double step = 1.189207115;

unsigned history_class(struct span took)
{
	double limit = 1e6;
	unsigned class = 1;

	for (; class < 63 && (double)took.ns >= limit * step; class ++)
		limit *= step;
	return class;
}

struct span history_class_span(unsigned class)
{
	double ns = 1e6;

	for (unsigned i = 1; i < class; i++)
		ns *= step;
	return (struct span){ (int64_t)ns };
}

/* A state is stored as its rank in the order of state_worse, so that a comparison of
 * numbers finds the worse of two samples. */
static const enum state by_rank[] = { STATE_OK, STATE_UNKNOWN, STATE_WARNING,
				      STATE_CRITICAL };

uint8_t history_sample(enum state state, struct span took)
{
	unsigned rank = 0;

	while (by_rank[rank] != state)
		rank++;
	return (uint8_t)(rank << 6 | history_class(took));
}

enum state history_sample_state(uint8_t sample)
{
	return by_rank[sample >> 6];
}

unsigned history_sample_class(uint8_t sample)
{
	return sample & 63U;
}

static uint8_t worse(uint8_t a, uint8_t b)
{
	unsigned rank = (unsigned)(a > b ? a : b) >> 6;
	unsigned class = (a & 63U) > (b & 63U) ? a & 63U : b & 63U;

	return (uint8_t)(rank << 6 | class);
}

/* --- the table ---------------------------------------------------------------------------- */

static struct entry **history_place(struct table *t, const struct slot *slot)
{
	size_t at = (size_t)((uint64_t)(uintptr_t)slot * 0x9e3779b97f4a7c15U >> 24);

	while (t->entries[at & t->mask] && t->entries[at & t->mask]->slot != slot)
		at++;
	return &t->entries[at & t->mask];
}

static struct table *table_new(size_t count)
{
	size_t room = 16;
	struct table *t;

	while (room / 4 * 3 < count)
		room *= 2;
	t = calloc(1, sizeof(*t) + room * sizeof(t->entries[0]));
	if (t)
		t->mask = room - 1;
	return t;
}

static void entry_free(struct entry *e)
{
	if (e)
		free(e->changes);
	free(e);
}

/* Frees the table, and those entries that the other table (may be NULL) does not have. */
static void history_table_free(struct table *t, struct table *other)
{
	for (size_t i = 0; t && i <= t->mask; i++) {
		struct entry *e = t->entries[i];

		if (e && (!other || *history_place(other, e->slot) != e))
			entry_free(e);
	}
	free(t);
}

static struct entry *entry_new(const struct slot *slot, bool fine)
{
	unsigned count = fine ? FINE_SAMPLES : COARSE_SAMPLES;
	struct entry *e = calloc(1, sizeof(*e) + count);

	if (e) {
		e->slot = slot;
		e->count = (uint8_t)count;
		e->minutes = fine ? FINE_MINUTES : COARSE_MINUTES;
	}
	return e;
}

/* Shares the entries that the old table has. False: out of memory. */
static bool history_fill(struct table *t, struct table *old, const struct plan *plan)
{
	bool fine = plan->target_count <= HISTORY_FINE_MAX;

	for (size_t i = 0; i < plan->target_count; i++) {
		const struct slot *slot = plan->targets[i].slot;
		struct entry *known = old ? *history_place(old, slot) : NULL;
		struct entry **at = history_place(t, slot);

		*at = known ? known : entry_new(slot, fine);
		if (!*at)
			return false;
	}
	return true;
}

void history_load(struct history *h, const struct plan *plan)
{
	struct table *old = h->table, *new = table_new(plan->target_count);

	if (!new)
		return;
	if (!history_fill(new, old, plan)) {
		history_table_free(new, old);
		return;
	}
	pthread_mutex_lock(&h->lock);
	h->table = new;
	pthread_mutex_unlock(&h->lock);
	history_table_free(old, new);
}

struct history *history_new(void)
{
	struct history *h = calloc(1, sizeof(*h));

	if (h)
		pthread_mutex_init(&h->lock, NULL);
	return h;
}

void history_free(struct history *h)
{
	if (!h)
		return;
	history_table_free(h->table, NULL);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

/* --- adding and reading samples ----------------------------------------------------------- */

static uint32_t unit_of(const struct entry *e, struct moment at)
{
	return (uint32_t)(at.ms / 60000 / e->minutes);
}

/* Clears the samples between the last one and now. If the clock was set back, the last
 * sample is used again. */
static void history_advance(struct entry *e, uint32_t now)
{
	if (now <= e->latest)
		return;
	if (now - e->latest >= e->count) {
		memset(e->samples, 0, e->count);
	} else {
		for (uint32_t t = e->latest + 1; t <= now; t++)
			e->samples[t % e->count] = 0;
	}
	e->latest = now;
}

static void history_put_change(struct entry *e, const struct result *result,
			       enum state before)
{
	struct history_change *change;

	if (!e->changes)
		e->changes = calloc(1, sizeof(*e->changes));
	if (!e->changes)
		return;
	change = &e->changes->ring[e->changes->next];
	*change = (struct history_change){ .at = result->at,
					   .before = (uint8_t)before,
					   .after = (uint8_t)result->state,
					   .fault = (uint8_t)result->fault,
					   .phase = (uint8_t)result->phase };
	e->changes->next = (uint8_t)((e->changes->next + 1) % HISTORY_CHANGES_MAX);
	if (e->changes->count < HISTORY_CHANGES_MAX)
		e->changes->count++;
}

void history_put(struct history *h, const struct target *target,
		 const struct result *result, enum state before)
{
	uint8_t sample = history_sample(result->state, result->took);
	struct moment ended = { result->at.ms + result->took.ns / 1000000 };
	struct entry *e;

	pthread_mutex_lock(&h->lock);
	e = h->table ? *history_place(h->table, target->slot) : NULL;
	if (e) {
		uint8_t *at;

		history_advance(e, unit_of(e, ended));
		at = &e->samples[e->latest % e->count];
		*at = worse(*at, sample);
		if (before != result->state)
			history_put_change(e, result, before);
	}
	pthread_mutex_unlock(&h->lock);
}

static void copy_samples(const struct entry *e, struct moment now, struct target_history *c)
{
	uint32_t last = unit_of(e, now);

	if (last < e->latest)
		last = e->latest;
	c->count = e->count;
	c->minutes = e->minutes;
	for (unsigned i = 0; i < c->count; i++) {
		uint32_t t = last - (c->count - 1 - i);

		if (t <= e->latest && e->latest - t < e->count)
			c->samples[i] = e->samples[t % e->count];
	}
}

static void copy_changes(const struct changes *from, struct target_history *c)
{
	unsigned newest = from->next + HISTORY_CHANGES_MAX - 1U;

	c->change_count = from->count;
	for (unsigned i = 0; i < from->count; i++)
		c->changes[i] = from->ring[(newest - i) % HISTORY_CHANGES_MAX];
}

void history_copy(struct history *h, const struct slot *slot, struct moment now,
		  struct target_history *ret_target_history)
{
	const struct entry *e;

	*ret_target_history = (struct target_history){ 0 };
	if (!h)
		return;
	pthread_mutex_lock(&h->lock);
	e = h->table ? *history_place(h->table, slot) : NULL;
	if (e && e->latest > 0)
		copy_samples(e, now, ret_target_history);
	if (e && e->changes)
		copy_changes(e->changes, ret_target_history);
	pthread_mutex_unlock(&h->lock);
}

static void history_on_result(void *user, const struct filed_result *filed)
{
	history_put(user, filed->target, filed->result, filed->published->before);
}

const struct listener_calls history_calls = { .result = history_on_result };
