/* slot.c - the last results of one target, packed, behind one of a few locks. */
#include "packed.h"
#include "pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A lock is held for one copy, so that a few serve all slots. */
enum { LOCKS = 64 };

struct slot {
	atomic_uint holders;
	struct packed *records; /* at most SLOT_RECORDS_MAX */
};

static pthread_mutex_t locks[LOCKS];
static struct pool slots = POOL_OF(struct slot);

static void locks_init(void)
{
	for (size_t i = 0; i < LOCKS; i++)
		pthread_mutex_init(&locks[i], NULL);
}

static pthread_mutex_t *lock_of(const struct slot *s)
{
	return &locks[((uintptr_t)s >> 5) % LOCKS];
}

struct slot *slot_new(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct slot *s = pool_take(&slots);

	if (s == NULL)
		return NULL;
	pthread_once(&once, locks_init);
	atomic_init(&s->holders, 1);
	return s;
}

struct slot *slot_hold(struct slot *s)
{
	if (s != NULL)
		atomic_fetch_add_explicit(&s->holders, 1, memory_order_relaxed);
	return s;
}

/* Takes it out of the list. */
static void drop(struct packed **at)
{
	struct packed *p = *at;
	struct record r;

	packed_view(p, &r);
	slot_record_fini(&r);
	*at = p->next;
	free(p);
}

void slot_release(struct slot *s)
{
	if (s == NULL ||
	    atomic_fetch_sub_explicit(&s->holders, 1, memory_order_acq_rel) > 1)
		return;
	while (s->records != NULL)
		drop(&s->records);
	pool_give(&slots, s);
}

void slot_record_fini(struct record *r)
{
	result_fini(&r->last);
}

/* The record of the place, unpacked, or the end of the list. *ret_count: records before it. */
static struct packed **find(struct slot *s, const struct address *a, bool each,
			    struct record *ret_record, unsigned *ret_count)
{
	struct packed **at = &s->records;

	for (*ret_count = 0; *at != NULL; at = &(*at)->next, (*ret_count)++) {
		packed_view(*at, ret_record);
		if (!each || address_same_host(&ret_record->last.address, a))
			break;
	}
	return at;
}

/* What the record is with one more result. */
static struct record renewed(const struct record *old, const struct result *result)
{
	bool bad = state_is_bad(result->state);
	bool same = old->probes > 0 && old->last.state == result->state;
	struct record r = {
		.since = same ? old->since : result->at,
		.last_success = bad ? old->last_success : result->at,
		.probes = old->probes + 1,
		.failures = old->failures + bad,
	};

	result_copy(&r.last, result);
	return r;
}

/* A full slot, or one without memory, keeps what it has. */
static void replace(struct packed **at, struct record *r)
{
	struct packed *p = packed_new(r);

	if (p == NULL) {
		slot_record_fini(r);
		return;
	}
	p->next = NULL;
	if (*at != NULL) {
		p->next = (*at)->next;
		(*at)->next = NULL;
		drop(at);
	}
	*at = p;
}

enum state slot_publish(struct slot *s, const struct result *result, bool each,
			struct moment *ret_since)
{
	struct record old, new;
	enum state before = STATE_COUNT;
	struct packed **at;
	unsigned count;

	pthread_mutex_lock(lock_of(s));
	at = find(s, &result->address, each, &old, &count);
	if (*at != NULL)
		before = old.last.state;
	else
		old = (struct record){ .since = result->at };
	*ret_since = old.since;
	if (count < SLOT_RECORDS_MAX) {
		new = renewed(&old, result);
		replace(at, &new);
	}
	pthread_mutex_unlock(lock_of(s));
	return before;
}

static bool is_among(const struct address *a, const struct address *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (address_same_host(a, &list[i]))
			return true;
	return false;
}

void slot_keep(struct slot *s, const struct address *list, size_t count)
{
	struct packed **at;
	struct record r;

	pthread_mutex_lock(lock_of(s));
	for (at = &s->records; *at != NULL;) {
		bool nowhere;

		packed_view(*at, &r);
		nowhere = r.last.address.any.sa_family == AF_UNSPEC;
		if (count == 0 ? nowhere : is_among(&r.last.address, list, count))
			at = &(*at)->next;
		else
			drop(at);
	}
	pthread_mutex_unlock(lock_of(s));
}

size_t slot_copy(struct slot *s, struct record *ret_records, size_t max)
{
	size_t n = 0;

	pthread_mutex_lock(lock_of(s));
	for (struct packed *p = s->records; p != NULL && n < max; p = p->next) {
		packed_view(p, &ret_records[n]);
		result_hold(&ret_records[n++].last);
	}
	pthread_mutex_unlock(lock_of(s));
	return n;
}
