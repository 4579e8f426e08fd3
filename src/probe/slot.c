/* slot.c - the last results of one target, packed, behind one of a few locks.
 *
 * There may be 100,000 slots: a record is kept in the least room, spans as 32 bits of
 * microseconds and texts as long as they are.
 */
#include "slot.h"

#include "buffer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A lock is held for one copy, so that a few serve all slots. */
enum { LOCKS = 64 };

/* Of a span that was not reached. */
#define NEVER UINT32_MAX

struct packed {
	struct packed *next;
	struct moment since, last_success, at, chain_not_before, chain_not_after;
	int64_t messages;
	const char *tls_version, *tls_cipher;
	struct certificate *certificate;
	struct transcript *transcript;
	uint32_t probes, failures;
	uint32_t took, phases[PHASE_COUNT]; /* microseconds */
	uint32_t scope;                     /* of an IPv6 address */
	uint8_t host[16];
	uint16_t port, code;
	uint8_t family, state, fault, phase, dialogue_fault, dialogue_phase, flags;
	uint8_t cert_faults;
	char words[]; /* text, enhanced, cert_detail, each with its NUL */
};

struct slot {
	atomic_uint holders;
	struct packed *records; /* at most SLOT_RECORDS_MAX */
};

static pthread_mutex_t locks[LOCKS];

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
	struct slot *s = calloc(1, sizeof(*s));

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

/* --- packing ------------------------------------------------------------------------------ */

static uint32_t pack_span(struct span span)
{
	int64_t us = span.ns / 1000;

	return span.ns < 0 ? NEVER : us < NEVER ? (uint32_t)us : NEVER - 1;
}

static struct span unpack_span(uint32_t us)
{
	return (struct span){ us == NEVER ? -1 : (int64_t)us * 1000 };
}

static void pack_address(struct packed *p, const struct address *a)
{
	p->family = (uint8_t)a->any.sa_family;
	p->port = address_port(a);
	if (a->any.sa_family == AF_INET) {
		memcpy(p->host, &a->v4.sin_addr, sizeof(a->v4.sin_addr));
	} else if (a->any.sa_family == AF_INET6) {
		memcpy(p->host, &a->v6.sin6_addr, sizeof(a->v6.sin6_addr));
		p->scope = a->v6.sin6_scope_id;
	}
}

static struct address unpack_address(const struct packed *p)
{
	struct address a = { 0 };

	a.any.sa_family = p->family;
	if (p->family == AF_INET) {
		memcpy(&a.v4.sin_addr, p->host, sizeof(a.v4.sin_addr));
	} else if (p->family == AF_INET6) {
		memcpy(&a.v6.sin6_addr, p->host, sizeof(a.v6.sin6_addr));
		a.v6.sin6_scope_id = p->scope;
	}
	if (p->family != AF_UNSPEC)
		address_set_port(&a, p->port);
	return a;
}

static const char *unpack_text(char *dst, size_t cap, const char *words)
{
	text_copy(dst, cap, words);
	return words + strlen(words) + 1;
}

/* Lends what the record holds. */
static void unpack(const struct packed *p, struct record *ret_record)
{
	struct result *r = &ret_record->last;
	const char *words = p->words;

	ret_record->since = p->since;
	ret_record->last_success = p->last_success;
	ret_record->probes = p->probes;
	ret_record->failures = p->failures;
	*r = (struct result){
		.state = (enum state)p->state,
		.fault = (enum fault)p->fault,
		.phase = (enum phase)p->phase,
		.dialogue_fault = (enum fault)p->dialogue_fault,
		.dialogue_phase = (enum phase)p->dialogue_phase,
		.cert_faults = p->cert_faults,
		.flags = p->flags,
		.at = p->at,
		.took = unpack_span(p->took),
		.address = unpack_address(p),
		.code = p->code,
		.messages = p->messages,
		.tls_version = p->tls_version,
		.tls_cipher = p->tls_cipher,
		.certificate = p->certificate,
		.chain_not_before = p->chain_not_before,
		.chain_not_after = p->chain_not_after,
		.transcript = p->transcript,
	};
	for (size_t i = 0; i < PHASE_COUNT; i++)
		r->phases[i] = unpack_span(p->phases[i]);
	words = unpack_text(r->text, sizeof(r->text), words);
	words = unpack_text(r->enhanced, sizeof(r->enhanced), words);
	unpack_text(r->cert_detail, sizeof(r->cert_detail), words);
}

/* Takes over what the record holds. NULL: out of memory. */
static struct packed *pack(const struct record *record)
{
	const struct result *r = &record->last;
	size_t text = strlen(r->text) + 1, code = strlen(r->enhanced) + 1;
	size_t detail = strlen(r->cert_detail) + 1;
	struct packed *p = malloc(sizeof(*p) + text + code + detail);

	if (p == NULL)
		return NULL;
	*p = (struct packed){
		.since = record->since,
		.last_success = record->last_success,
		.at = r->at,
		.chain_not_before = r->chain_not_before,
		.chain_not_after = r->chain_not_after,
		.messages = r->messages,
		.tls_version = r->tls_version,
		.tls_cipher = r->tls_cipher,
		.certificate = r->certificate,
		.transcript = r->transcript,
		.probes = (uint32_t)record->probes,
		.failures = (uint32_t)record->failures,
		.took = pack_span(r->took),
		.code = (uint16_t)r->code,
		.state = (uint8_t)r->state,
		.fault = (uint8_t)r->fault,
		.phase = (uint8_t)r->phase,
		.dialogue_fault = (uint8_t)r->dialogue_fault,
		.dialogue_phase = (uint8_t)r->dialogue_phase,
		.flags = (uint8_t)r->flags,
		.cert_faults = (uint8_t)r->cert_faults,
	};
	for (size_t i = 0; i < PHASE_COUNT; i++)
		p->phases[i] = pack_span(r->phases[i]);
	pack_address(p, &r->address);
	memcpy(p->words, r->text, text);
	memcpy(p->words + text, r->enhanced, code);
	memcpy(p->words + text + code, r->cert_detail, detail);
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

		unpack(*at, &r);
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
		unpack(p, &ret_records[n]);
		result_hold(&ret_records[n++].last);
	}
	pthread_mutex_unlock(lock_of(s));
	return n;
}
