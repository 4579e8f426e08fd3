/* slot.c - the last results of one target, packed, behind one of a few locks. */
#include "packed.h"
#include "pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A lock is held for one copy, so that a few serve all slots. */
enum { LOCKS = 64 };

/* Slots made one after the other share a lock, so that who reads them all takes few. */
enum { NEIGHBOURS = 64 };

struct slot {
	_Atomic uint16_t holders;
	uint8_t lock;
	_Atomic uint8_t legacy_tls; /* enum obsolete */
	uint32_t made;              /* Unix time */
	struct packed *records;     /* at most SLOT_RECORDS_MAX */
};

static pthread_mutex_t locks[LOCKS];
static struct pool pool = POOL_OF(struct slot);
static atomic_ullong dropped;

static void locks_init(void)
{
	for (size_t i = 0; i < LOCKS; i++)
		pthread_mutex_init(&locks[i], NULL);
}

static pthread_mutex_t *lock_of(const struct slot *s)
{
	return &locks[s->lock];
}

struct slot *slot_new(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static atomic_uint made;
	struct slot *s = pool_take(&pool);

	if (s == NULL)
		return NULL;
	pthread_once(&once, locks_init);
	atomic_init(&s->holders, 1);
	s->lock = (uint8_t)(atomic_fetch_add(&made, 1) / NEIGHBOURS % LOCKS);
	s->made = (uint32_t)(moment_now().ms / 1000);
	return s;
}

enum legacy_tls slot_legacy_tls(const struct slot *s)
{
	return (enum legacy_tls)atomic_load_explicit(&s->legacy_tls, memory_order_relaxed);
}

void slot_set_legacy_tls(struct slot *s, enum legacy_tls found)
{
	atomic_store_explicit(&s->legacy_tls, (uint8_t)found, memory_order_relaxed);
}

struct moment slot_made(const struct slot *s)
{
	return (struct moment){ (int64_t)s->made * 1000 };
}

struct slot *slot_hold(struct slot *s)
{
	if (s != NULL)
		atomic_fetch_add_explicit(&s->holders, 1, memory_order_relaxed);
	return s;
}

/* Takes it out of the list. */
static void slot_drop(struct packed **at)
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
		slot_drop(&s->records);
	pool_give(&pool, s);
}

void slot_record_fini(struct record *r)
{
	result_fini(&r->last);
}

static bool is_placed(const struct address *a)
{
	return a->any.sa_family != AF_UNSPEC;
}

/* The record of the place, unpacked, or the end of the list. *ret_count: records before it. */
static struct packed **slot_find(struct slot *s, const struct address *a, bool each,
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

/* A certificate that is shown again is the one that was met before, whether the table of its
 * thread has forgotten it or not. */
static void keep_certificate(struct certificate **now, struct certificate *before)
{
	if (before == NULL || *now == NULL || before == *now ||
	    strcmp(before->fingerprint, (*now)->fingerprint) != 0)
		return;
	certificate_release(*now);
	*now = certificate_hold(before);
}

/* What the record is with one more result. */
static struct record renewed(const struct record *old, const struct result *result,
			     unsigned confirm)
{
	bool bad = state_is_bad(result->state);
	bool same = old->probes > 0 && old->last.state == result->state;
	struct record r = {
		.since = same ? old->since : result->at,
		.last_success = bad ? old->last_success : result->at,
		.probes = old->probes + 1,
		.failures = old->failures + bad,
		.confirmation = old->confirmation,
		.announced_since = old->announced_since,
	};

	if (confirmation_add(&r.confirmation, result->state, confirm))
		r.announced_since = result->at;
	result_copy(&r.last, result);
	if (old->probes > 0) {
		keep_certificate(&r.last.certificate, old->last.certificate);
		keep_certificate(&r.last.decider, old->last.decider);
	}
	return r;
}

/* A full slot, or one without memory, keeps what it has. */
static void slot_replace(struct packed **at, struct record *r)
{
	struct packed *p = packed_new(r);

	if (p == NULL) {
		slot_record_fini(r);
		atomic_fetch_add_explicit(&dropped, 1, memory_order_relaxed);
		return;
	}
	p->next = NULL;
	if (*at != NULL) {
		p->next = (*at)->next;
		(*at)->next = NULL;
		slot_drop(at);
	}
	*at = p;
}

static struct published slot_tell(const struct record *old, const struct record *new)
{
	return (struct published){
		.before = old->probes > 0 ? old->last.state : STATE_COUNT,
		.since = old->since,
		.announced_before = (enum state)old->confirmation.announced,
		.announced_since = old->announced_since,
		.announced = (enum state) new->confirmation.announced,
		.awaited = confirmation_awaited(&new->confirmation),
	};
}

struct published slot_publish(struct slot *s, const struct result *result, bool each,
			      unsigned confirm)
{
	struct record old, new;
	struct published published;
	struct packed **at;
	unsigned count;

	pthread_mutex_lock(lock_of(s));
	at = slot_find(s, &result->address, each, &old, &count);
	if (*at == NULL) {
		old = (struct record){ .since = result->at };
		confirmation_init(&old.confirmation);
	}
	new = renewed(&old, result, confirm);
	published = slot_tell(&old, &new);
	if (count < SLOT_RECORDS_MAX) {
		slot_replace(at, &new);
	} else {
		slot_record_fini(&new);
		atomic_fetch_add_explicit(&dropped, 1, memory_order_relaxed);
	}
	pthread_mutex_unlock(lock_of(s));
	return published;
}

struct drift slot_drift(struct slot *s, const struct address *a, bool each)
{
	struct packed **at;
	struct record last = { 0 };
	struct drift drift = { 0 };
	unsigned count;

	pthread_mutex_lock(lock_of(s));
	at = slot_find(s, a, each, &last, &count);
	if (*at != NULL && (!is_placed(a) || !is_placed(&last.last.address) ||
			    address_same_host(a, &last.last.address)))
		drift = last.last.drift;
	pthread_mutex_unlock(lock_of(s));
	return drift;
}

bool slot_timed_out(struct slot *s, const struct address *a, bool each)
{
	struct record last = { 0 };
	unsigned count;
	bool timed_out;

	pthread_mutex_lock(lock_of(s));
	timed_out = *slot_find(s, a, each, &last, &count) != NULL &&
		    last.last.dialogue_fault == FAULT_TIMEOUT &&
		    last.last.dialogue_phase >= PHASE_CONNECT;
	pthread_mutex_unlock(lock_of(s));
	return timed_out;
}

uint64_t slot_results_dropped(void)
{
	return atomic_load_explicit(&dropped, memory_order_relaxed);
}

static bool is_among(const struct address *a, const struct address *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (address_same_host(a, &list[i]))
			return true;
	return false;
}

void slot_keep(struct slot *s, const struct address *list, size_t count, bool all)
{
	struct packed **at;
	struct record r;

	pthread_mutex_lock(lock_of(s));
	for (at = &s->records; *at != NULL;) {
		bool nowhere;

		packed_view(*at, &r);
		nowhere = !is_placed(&r.last.address);
		if (nowhere ? !all : is_among(&r.last.address, list, count))
			at = &(*at)->next;
		else
			slot_drop(at);
	}
	pthread_mutex_unlock(lock_of(s));
}

size_t slot_states(struct slot *s, struct slot_state *ret_states, size_t max)
{
	size_t n = 0;

	pthread_mutex_lock(lock_of(s));
	for (struct packed *p = s->records; p != NULL && n < max; p = p->next)
		ret_states[n++] = (struct slot_state){ (enum state)p->state, p->since };
	pthread_mutex_unlock(lock_of(s));
	return n;
}

bool slot_is_bad(struct slot *s)
{
	struct slot_state states[SLOT_RECORDS_MAX];
	size_t count = slot_states(s, states, SLOT_RECORDS_MAX);
	bool bad = false;

	for (size_t i = 0; i < count; i++)
		bad = bad || state_is_bad(states[i].state);
	return bad;
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

/* --- many slots --------------------------------------------------------------------------- */

/* How far ahead memory is asked for. */
enum { AHEAD = 16 };

/* Under `lock`, which must be that slot's, too, for its record to be looked for. */
static inline void fetch(const struct slot *s, unsigned lock)
{
	if (s->lock != lock || s->records == NULL)
		return;
	__builtin_prefetch(s->records);
	__builtin_prefetch(s->records->rest);
}

static inline void fetch_ahead(struct slot *const *slots, size_t i, size_t count)
{
	for (size_t first = 0; i == 0 && first < AHEAD && first < count; first++)
		fetch(slots[first], slots[0]->lock);
	if (i + AHEAD < count)
		fetch(slots[i + AHEAD], slots[i]->lock);
}

static inline size_t copy_briefs(const struct slot *s, unsigned parts,
				 struct brief *ret_briefs)
{
	size_t n = 0;

	for (const struct packed *p = s->records; p != NULL; p = p->next, n++) {
		packed_brief(p, parts, &ret_briefs[n]);
		if (parts & BRIEF_CERTIFICATE)
			certificate_hold(p->certificate);
		if ((parts & BRIEF_CERTIFICATE) && (parts & BRIEF_MORE))
			certificate_hold(ret_briefs[n].decider);
	}
	return n;
}

size_t slot_briefs(struct slot *const *slots, size_t count, unsigned parts,
		   struct brief *ret_briefs, size_t max, uint8_t *ret_counts)
{
	pthread_mutex_t *lock = NULL;
	size_t i, n = 0;

	for (i = 0; i < count && max - n >= SLOT_RECORDS_MAX; i++) {
		if (lock != lock_of(slots[i])) {
			if (lock != NULL)
				pthread_mutex_unlock(lock);
			lock = lock_of(slots[i]);
			pthread_mutex_lock(lock);
		}
		fetch_ahead(slots, i, count);
		ret_counts[i] = (uint8_t)copy_briefs(slots[i], parts, &ret_briefs[n]);
		n += ret_counts[i];
	}
	if (lock != NULL)
		pthread_mutex_unlock(lock);
	return i;
}
