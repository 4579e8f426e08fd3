/* slot.c - stores the last results of a target in packed form; a fixed number of locks guards all
 * slots. */
#include "packed.h"
#include "pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A lock is only held for a copy, so that a few are enough for all slots. */
enum { LOCKS = 64 };

/* So many slots made in a row share a lock, so that reading them all takes few lock operations. */
enum { SLOTS_PER_LOCK = 64 };

struct slot {
	_Atomic uint16_t holders;
	uint8_t lock;
	_Atomic uint8_t legacy_tls; /* enum legacy_tls */
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
	s->lock = (uint8_t)(atomic_fetch_add(&made, 1) / SLOTS_PER_LOCK % LOCKS);
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

struct moment slot_created(const struct slot *s)
{
	return (struct moment){ (int64_t)s->made * 1000 };
}

struct slot *slot_hold(struct slot *s)
{
	if (s != NULL)
		atomic_fetch_add_explicit(&s->holders, 1, memory_order_relaxed);
	return s;
}

/* Removes a record from the list and frees it. */
static void drop_record(struct packed **at)
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
		drop_record(&s->records);
	pool_give(&pool, s);
}

void slot_record_fini(struct record *r)
{
	result_fini(&r->last);
}

static bool has_address(const struct address *a)
{
	return a->any.sa_family != AF_UNSPEC;
}

/* Finds the record of an address and unpacks it, or returns the end of the list. *ret_count: the number
 * of records before it. */
static struct packed **find_record(struct slot *s, const struct address *a, bool each,
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

/* A certificate that is shown again shares the memory of the one before, even if the certificate table
 * of the thread has dropped it meanwhile. */
static void share_certificate(struct certificate **now, struct certificate *before)
{
	if (before == NULL || *now == NULL || before == *now ||
	    strcmp(before->fingerprint, (*now)->fingerprint) != 0)
		return;
	certificate_release(*now);
	*now = certificate_hold(before);
}

/* The record after one more result. */
static struct record record_updated(const struct record *old, const struct result *result,
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
		share_certificate(&r.last.certificate, old->last.certificate);
		share_certificate(&r.last.decider, old->last.decider);
	}
	return r;
}

/* Out of memory, the slot keeps the old record. */
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
		drop_record(at);
	}
	*at = p;
}

static struct published published_change(const struct record *old, const struct record *new)
{
	return (struct published){
		.before = old->probes > 0 ? old->last.state : STATE_COUNT,
		.since = old->since,
		.announced_before = (enum state)old->confirmation.announced,
		.announced_since = old->announced_since,
		.announced = (enum state) new->confirmation.announced,
		.awaited = confirmation_is_awaited(&new->confirmation),
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
	at = find_record(s, &result->address, each, &old, &count);
	if (*at == NULL) {
		old = (struct record){ .since = result->at };
		confirmation_init(&old.confirmation);
	}
	new = record_updated(&old, result, confirm);
	published = published_change(&old, &new);
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
	at = find_record(s, a, each, &last, &count);
	if (*at != NULL && (!has_address(a) || !has_address(&last.last.address) ||
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
	timed_out = *find_record(s, a, each, &last, &count) != NULL &&
		    last.last.dialogue_fault == FAULT_TIMEOUT &&
		    last.last.dialogue_phase >= PHASE_CONNECT;
	pthread_mutex_unlock(lock_of(s));
	return timed_out;
}

uint64_t slot_results_dropped(void)
{
	return atomic_load_explicit(&dropped, memory_order_relaxed);
}

static bool address_is_among(const struct address *a, const struct address *list,
			     size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (address_same_host(a, &list[i]))
			return true;
	return false;
}

void slot_keep_addresses(struct slot *s, const struct address *list, size_t count, bool all)
{
	struct packed **at;
	struct record r;

	pthread_mutex_lock(lock_of(s));
	for (at = &s->records; *at != NULL;) {
		bool without_address;

		packed_view(*at, &r);
		without_address = !has_address(&r.last.address);
		if (without_address ? !all : address_is_among(&r.last.address, list, count))
			at = &(*at)->next;
		else
			drop_record(at);
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

/* How many slots ahead memory is prefetched. */
enum { PREFETCH_DISTANCE = 16 };

/* Only for a slot with the lock that is held: the pointer to its records is read. */
static inline void prefetch_record(const struct slot *s, unsigned lock)
{
	if (s->lock != lock || s->records == NULL)
		return;
	__builtin_prefetch(s->records);
	__builtin_prefetch(s->records->rest);
}

static inline void prefetch_records(struct slot *const *slots, size_t i, size_t count)
{
	for (size_t first = 0; i == 0 && first < PREFETCH_DISTANCE && first < count;
	     first++)
		prefetch_record(slots[first], slots[0]->lock);
	if (i + PREFETCH_DISTANCE < count)
		prefetch_record(slots[i + PREFETCH_DISTANCE], slots[i]->lock);
}

static inline size_t copy_figures(const struct slot *s, unsigned parts,
				  struct record_figures *ret_figures)
{
	size_t n = 0;

	for (const struct packed *p = s->records; p != NULL; p = p->next, n++) {
		packed_figures(p, parts, &ret_figures[n]);
		if (parts & FIGURES_CERTIFICATE)
			certificate_hold(p->certificate);
		if ((parts & FIGURES_CERTIFICATE) && (parts & FIGURES_MORE))
			certificate_hold(ret_figures[n].decider);
	}
	return n;
}

size_t slot_copy_figures(struct slot *const *slots, size_t count, unsigned parts,
			 struct record_figures *ret_figures, size_t max,
			 uint8_t *ret_counts)
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
		prefetch_records(slots, i, count);
		ret_counts[i] = (uint8_t)copy_figures(slots[i], parts, &ret_figures[n]);
		n += ret_counts[i];
	}
	if (lock != NULL)
		pthread_mutex_unlock(lock);
	return i;
}
