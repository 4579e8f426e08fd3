/* slot.c - the last results of one target, behind a lock of its own. */
#include "slot.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct slot {
	atomic_uint holders;
	pthread_mutex_t lock;
	unsigned count, room;
	struct record *records; /* made with the first result */
};

struct slot *slot_new(void)
{
	struct slot *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	atomic_init(&s->holders, 1);
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

struct slot *slot_hold(struct slot *s)
{
	if (s != NULL)
		atomic_fetch_add_explicit(&s->holders, 1, memory_order_relaxed);
	return s;
}

void slot_release(struct slot *s)
{
	if (s == NULL ||
	    atomic_fetch_sub_explicit(&s->holders, 1, memory_order_acq_rel) > 1)
		return;
	for (unsigned i = 0; i < s->count; i++)
		slot_record_fini(&s->records[i]);
	free(s->records);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void slot_record_fini(struct record *r)
{
	result_fini(&r->last);
}

static bool same_place(const struct record *r, const struct address *a, bool each)
{
	return !each || address_same_host(&r->last.address, a);
}

static struct record *record_find(struct slot *s, const struct address *a, bool each)
{
	for (unsigned i = 0; i < s->count; i++)
		if (same_place(&s->records[i], a, each))
			return &s->records[i];
	return NULL;
}

/* NULL when the slot is full or there is no memory: the result is then only announced. */
static struct record *record_add(struct slot *s)
{
	if (s->count == s->room) {
		unsigned room = s->room == 0 ? 1 : SLOT_RECORDS_MAX;
		struct record *more;

		if (s->room >= SLOT_RECORDS_MAX)
			return NULL;
		more = realloc(s->records, room * sizeof(*more));
		if (more == NULL)
			return NULL;
		s->records = more;
		s->room = room;
	}
	memset(&s->records[s->count], 0, sizeof(*s->records));
	return &s->records[s->count++];
}

static void record_file(struct record *r, const struct result *result)
{
	bool bad = state_is_bad(result->state);

	if (r->probes == 0 || r->last.state != result->state)
		r->since = result->at;
	if (r->probes > 0)
		result_fini(&r->last);
	result_copy(&r->last, result);
	r->probes++;
	r->failures += bad;
	if (!bad)
		r->last_success = result->at;
}

enum state slot_publish(struct slot *s, const struct result *result, bool each,
			struct moment *ret_since)
{
	enum state before = STATE_COUNT;
	struct record *r;

	pthread_mutex_lock(&s->lock);
	r = record_find(s, &result->address, each);
	if (r != NULL) {
		before = r->last.state;
		*ret_since = r->since;
	} else {
		*ret_since = result->at;
		r = record_add(s);
	}
	if (r != NULL)
		record_file(r, result);
	pthread_mutex_unlock(&s->lock);
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
	unsigned kept = 0;

	pthread_mutex_lock(&s->lock);
	for (unsigned i = 0; i < s->count; i++) {
		if (is_among(&s->records[i].last.address, list, count))
			s->records[kept++] = s->records[i];
		else
			slot_record_fini(&s->records[i]);
	}
	s->count = kept;
	pthread_mutex_unlock(&s->lock);
}

size_t slot_copy(struct slot *s, struct record *ret_records, size_t max)
{
	size_t n;

	pthread_mutex_lock(&s->lock);
	n = s->count < max ? s->count : max;
	for (size_t i = 0; i < n; i++) {
		ret_records[i] = s->records[i];
		certificate_hold(ret_records[i].last.certificate);
	}
	pthread_mutex_unlock(&s->lock);
	return n;
}
