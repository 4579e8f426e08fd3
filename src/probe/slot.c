/* slot.c - the last results of one target, packed, behind a lock of its own.
 *
 * There may be 100,000 slots, and most results have no words: a record is kept as its bytes up
 * to the texts, then the texts as long as they are.
 */
#include "slot.h"

#include "buffer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_SIZE = offsetof(struct record, last.text) };

struct packed {
	struct packed *next;
	char bytes[]; /* HEAD_SIZE, text, NUL, cert_detail, NUL */
};

struct slot {
	atomic_uint holders;
	pthread_mutex_t lock;
	struct packed *records; /* at most SLOT_RECORDS_MAX */
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

/* Lends what the record holds. */
static void unpack(const struct packed *p, struct record *ret_record)
{
	const char *text = p->bytes + HEAD_SIZE;
	const char *detail = text + strlen(text) + 1;

	memcpy(ret_record, p->bytes, HEAD_SIZE);
	text_copy(ret_record->last.text, sizeof(ret_record->last.text), text);
	text_copy(ret_record->last.cert_detail, sizeof(ret_record->last.cert_detail),
		  detail);
}

/* Takes over what the record holds. NULL: out of memory. */
static struct packed *pack(const struct record *r)
{
	size_t text = strlen(r->last.text) + 1, detail = strlen(r->last.cert_detail) + 1;
	struct packed *p = malloc(sizeof(*p) + HEAD_SIZE + text + detail);

	if (p == NULL)
		return NULL;
	p->next = NULL;
	memcpy(p->bytes, r, HEAD_SIZE);
	memcpy(p->bytes + HEAD_SIZE, r->last.text, text);
	memcpy(p->bytes + HEAD_SIZE + text, r->last.cert_detail, detail);
	return p;
}

/* Takes it out of the list. */
static void drop(struct packed **at)
{
	struct packed *p = *at;
	struct record r;

	unpack(p, &r);
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
	pthread_mutex_destroy(&s->lock);
	free(s);
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
		unpack(*at, ret_record);
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
	struct packed *p = pack(r);

	if (p == NULL) {
		slot_record_fini(r);
		return;
	}
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

	pthread_mutex_lock(&s->lock);
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
	struct packed **at;
	struct record r;

	pthread_mutex_lock(&s->lock);
	for (at = &s->records; *at != NULL;) {
		bool nowhere;

		unpack(*at, &r);
		nowhere = r.last.address.any.sa_family == AF_UNSPEC;
		if (count == 0 ? nowhere : is_among(&r.last.address, list, count))
			at = &(*at)->next;
		else
			drop(at);
	}
	pthread_mutex_unlock(&s->lock);
}

size_t slot_copy(struct slot *s, struct record *ret_records, size_t max)
{
	size_t n = 0;

	pthread_mutex_lock(&s->lock);
	for (struct packed *p = s->records; p != NULL && n < max; p = p->next) {
		unpack(p, &ret_records[n]);
		result_hold(&ret_records[n++].last);
	}
	pthread_mutex_unlock(&s->lock);
	return n;
}
