/* packed.c - stores what every record has in a struct, and what only some have in the bytes after it.
 *
 * `put_rest` writes these bytes and `take_rest` reads them: both must have the same order.
 */
#include "packed.h"

#include "buffer.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum has {
	HAS_CHAIN = 1 << 0,
	HAS_MESSAGES = 1 << 1,
	HAS_SCOPE = 1 << 2,
	HAS_TRANSCRIPT = 1 << 3,
	HAS_V4 = 1 << 4,
	HAS_V6 = 1 << 5,
	HAS_ENHANCED = 1 << 6,
	HAS_DETAIL = 1 << 7,
	HAS_NOTICE = 1 << 8,
	HAS_DRIFT = 1 << 9,
	HAS_HELD = 1 << 10,
	HAS_LEAFS_CHAIN =
	    1
	    << 11, /* the dates of the chain are those of the certificate, as in most cases */
	HAS_WAITED = 1 << 12,
};

/* The upper bits of `has` are the enum dane of the result. */
enum { DANE_SHIFT = 13 };

enum { HOST_MAX = 16, WORDS_MAX = 256, CAPABILITY_SETS_MAX = 1024 };
enum {
	REST_MAX = HOST_MAX + PHASE_COUNT * sizeof(uint32_t) + 2 * sizeof(uint32_t) +
		   4 * sizeof(struct moment) + sizeof(int64_t) + 2 * sizeof(void *) +
		   3 * PRINTABLE_MAX + DIALOGUE_CODE_MAX,
};

/* --- TLS versions and ciphers -------------------------------------------------------------- */

/* A few static texts, each stored once and known by its number. Number 0 is none; if the table is full,
 * further texts count as none, too. */
static const char *_Atomic tls_words[WORDS_MAX];

static uint8_t tls_word_number(const char *word)
{
	const char *seen;

	if (word == NULL)
		return 0;
	for (unsigned i = 1; i < WORDS_MAX; i++) {
		seen = NULL;
		if (atomic_compare_exchange_strong(&tls_words[i], &seen, word) ||
		    strcmp(seen, word) == 0)
			return (uint8_t)i;
	}
	return 0;
}

/* --- capability sets ----------------------------------------------------------------------- */

/* Stored in the same way: hundreds of thousands of servers offer some dozens of sets. If the table is
 * full, further sets are not remembered. */
static uint64_t _Atomic capability_sets[CAPABILITY_SETS_MAX];

static uint16_t capability_set_number_of(const struct capability_set *o)
{
	uint64_t bits = (uint64_t)o->before << 32 | o->after, seen;

	for (unsigned i = 1; bits != 0 && i < CAPABILITY_SETS_MAX; i++) {
		seen = 0;
		if (atomic_compare_exchange_strong(&capability_sets[i], &seen, bits) ||
		    seen == bits)
			return (uint16_t)i;
	}
	return 0;
}

static struct capability_set capability_set_of_number(uint16_t number)
{
	uint64_t bits = atomic_load(&capability_sets[number]);

	return (struct capability_set){ (uint32_t)(bits >> 32), (uint32_t)bits };
}

/* --- the rest ----------------------------------------------------------------------------- */

static void packed_put(unsigned char **at, const void *p, size_t n)
{
	memcpy(*at, p, n);
	*at += n;
}

static void packed_take(const unsigned char **at, void *dst, size_t n)
{
	memcpy(dst, *at, n);
	*at += n;
}

static void packed_take_text(const unsigned char **at, char *dst, size_t cap)
{
	size_t n = strlen((const char *)*at);

	text_copy(dst, cap, (const char *)*at);
	*at += n + 1;
}

static void packed_put_text(struct packed *p, enum has part, const char *text,
			    unsigned char **at)
{
	if (text[0] == '\0')
		return;
	p->has |= (uint16_t)part;
	packed_put(at, text, strlen(text) + 1);
}

static uint32_t microseconds_of(struct span span)
{
	int64_t us = span.ns / 1000;

	return us < 0 ? 0 : us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

static struct span span_of_microseconds(uint32_t us)
{
	return (struct span){ (int64_t)us * 1000 };
}

static void put_address(struct packed *p, const struct address *a, unsigned char **at)
{
	p->port = address_port(a);
	if (a->any.sa_family == AF_INET) {
		p->has |= HAS_V4;
		packed_put(at, &a->v4.sin_addr, sizeof(a->v4.sin_addr));
	}
	if (a->any.sa_family != AF_INET6)
		return;
	p->has |= HAS_V6;
	packed_put(at, &a->v6.sin6_addr, sizeof(a->v6.sin6_addr));
	if (a->v6.sin6_scope_id == 0)
		return;
	p->has |= HAS_SCOPE;
	packed_put(at, &a->v6.sin6_scope_id, sizeof(a->v6.sin6_scope_id));
}

static void take_address(const struct packed *p, struct address *a,
			 const unsigned char **at)
{
	if (p->has & HAS_V4) {
		a->any.sa_family = AF_INET;
		packed_take(at, &a->v4.sin_addr, sizeof(a->v4.sin_addr));
	}
	if (p->has & HAS_V6) {
		a->any.sa_family = AF_INET6;
		packed_take(at, &a->v6.sin6_addr, sizeof(a->v6.sin6_addr));
	}
	if (p->has & HAS_SCOPE)
		packed_take(at, &a->v6.sin6_scope_id, sizeof(a->v6.sin6_scope_id));
	if (p->has & (HAS_V4 | HAS_V6))
		address_set_port(a, p->port);
}

static void packed_put_phases(struct packed *p, const struct span *phases,
			      unsigned char **at)
{
	for (unsigned i = 0; i < PHASE_COUNT; i++) {
		uint32_t us = microseconds_of(phases[i]);

		if (phases[i].ns < 0)
			continue;
		p->reached |= (uint16_t)(1u << i);
		packed_put(at, &us, sizeof(us));
	}
}

static void take_phases(const struct packed *p, struct span *phases,
			const unsigned char **at)
{
	for (unsigned i = 0; i < PHASE_COUNT; i++) {
		uint32_t us;

		phases[i].ns = -1;
		if (!(p->reached & (1u << i)))
			continue;
		packed_take(at, &us, sizeof(us));
		phases[i] = span_of_microseconds(us);
	}
}

/* Most probes do not wait: then nothing is stored. */
static void put_waited(struct packed *p, struct span waited, unsigned char **at)
{
	uint32_t us = microseconds_of(waited);

	if (us == 0)
		return;
	p->has |= HAS_WAITED;
	packed_put(at, &us, sizeof(us));
}

static struct span take_waited(const struct packed *p, const unsigned char **at)
{
	uint32_t us = 0;

	if (p->has & HAS_WAITED)
		packed_take(at, &us, sizeof(us));
	return span_of_microseconds(us);
}

static bool chain_has_leaf_dates(const struct result *r)
{
	const struct certificate *c = r->certificate;

	return c != NULL && r->decider == NULL &&
	       r->chain_not_before.ms == c->not_before.ms &&
	       r->chain_not_after.ms == c->not_after.ms;
}

static void put_chain(struct packed *p, const struct result *r, unsigned char **at)
{
	if (r->chain_not_before.ms == 0 && r->chain_not_after.ms == 0 && r->decider == NULL)
		return;
	if (chain_has_leaf_dates(r)) {
		p->has |= HAS_LEAFS_CHAIN;
		return;
	}
	p->has |= HAS_CHAIN;
	packed_put(at, &r->chain_not_before, sizeof(r->chain_not_before));
	packed_put(at, &r->chain_not_after, sizeof(r->chain_not_after));
	packed_put(at, &r->decider, sizeof(struct certificate *));
}

/* Without dates of a chain both are left unchanged. */
static void take_chain(const struct packed *p, struct moment *not_before,
		       struct moment *not_after, struct certificate **decider,
		       const unsigned char **at)
{
	if (p->has & HAS_LEAFS_CHAIN) {
		*not_before = p->certificate->not_before;
		*not_after = p->certificate->not_after;
	}
	if (p->has & HAS_CHAIN) {
		packed_take(at, not_before, sizeof(*not_before));
		packed_take(at, not_after, sizeof(*not_after));
		packed_take(at, decider, sizeof(struct certificate *));
	}
}

static void put_rest(struct packed *p, const struct result *r, unsigned char **at)
{
	p->has |= (uint16_t)((unsigned)r->dane << DANE_SHIFT);
	put_address(p, &r->address, at);
	packed_put_phases(p, r->phases, at);
	put_chain(p, r, at);
	if (r->messages >= 0) {
		p->has |= HAS_MESSAGES;
		packed_put(at, &r->messages, sizeof(r->messages));
	}
	if (r->held_until.ms != 0) {
		p->has |= HAS_HELD;
		packed_put(at, &r->held_until, sizeof(r->held_until));
	}
	put_waited(p, r->waited, at);
	if (r->transcript != NULL) {
		p->has |= HAS_TRANSCRIPT;
		packed_put(at, &r->transcript, sizeof(r->transcript));
	}
	if (r->drift.since.ms != 0) {
		p->has |= HAS_DRIFT;
		packed_put(at, &r->drift.since, sizeof(r->drift.since));
	}
	packed_put(at, r->text, strlen(r->text) + 1);
	packed_put_text(p, HAS_ENHANCED, r->enhanced, at);
	packed_put_text(p, HAS_DETAIL, r->cert_detail, at);
	packed_put_text(p, HAS_NOTICE, r->notice_detail, at);
}

static void take_rest(const struct packed *p, struct result *r)
{
	const unsigned char *at = p->rest;

	r->dane = packed_dane(p);
	take_address(p, &r->address, &at);
	take_phases(p, r->phases, &at);
	take_chain(p, &r->chain_not_before, &r->chain_not_after, &r->decider, &at);
	r->messages = -1;
	if (p->has & HAS_MESSAGES)
		packed_take(&at, &r->messages, sizeof(r->messages));
	if (p->has & HAS_HELD)
		packed_take(&at, &r->held_until, sizeof(r->held_until));
	r->waited = take_waited(p, &at);
	if (p->has & HAS_TRANSCRIPT)
		packed_take(&at, &r->transcript, sizeof(r->transcript));
	if (p->has & HAS_DRIFT)
		packed_take(&at, &r->drift.since, sizeof(r->drift.since));
	packed_take_text(&at, r->text, sizeof(r->text));
	if (p->has & HAS_ENHANCED)
		packed_take_text(&at, r->enhanced, sizeof(r->enhanced));
	if (p->has & HAS_DETAIL)
		packed_take_text(&at, r->cert_detail, sizeof(r->cert_detail));
	if (p->has & HAS_NOTICE)
		packed_take_text(&at, r->notice_detail, sizeof(r->notice_detail));
}

/* --- whole -------------------------------------------------------------------------------- */

struct packed *packed_new(const struct record *record)
{
	const struct result *r = &record->last;
	unsigned char rest[REST_MAX], *end = rest;
	struct packed p = {
		.certificate = r->certificate,
		.since = record->since,
		.last_success = record->last_success,
		.at = r->at,
		.probes = (uint32_t)record->probes,
		.failures = (uint32_t)record->failures,
		.took = microseconds_of(r->took),
		.announced_since = (uint32_t)(record->announced_since.ms / 1000),
		.confirmation = record->confirmation,
		.code = (uint16_t)r->code,
		.state = r->state & 7,
		.fault = (uint8_t)r->fault,
		.phase = r->phase & 15,
		.dialogue_fault = (uint8_t)r->dialogue_fault,
		.dialogue_phase = r->dialogue_phase & 15,
		.flags = r->flags & 31,
		.cert_faults = (uint16_t)r->cert_faults,
		.notices = (uint8_t)r->notices,
		.usual = capability_set_number_of(&r->drift.usual),
		.tls_version = tls_word_number(r->tls_version),
		.tls_cipher = tls_word_number(r->tls_cipher),
	};
	struct packed *packed;

	put_rest(&p, r, &end);
	packed = malloc(offsetof(struct packed, rest) + (size_t)(end - rest));
	if (packed == NULL)
		return NULL;
	memcpy(packed, &p, offsetof(struct packed, rest));
	memcpy(packed->rest, rest, (size_t)(end - rest));
	return packed;
}

void packed_view(const struct packed *p, struct record *ret_record)
{
	struct result *r = &ret_record->last;

	ret_record->since = p->since;
	ret_record->last_success = p->last_success;
	ret_record->probes = p->probes;
	ret_record->failures = p->failures;
	ret_record->confirmation = p->confirmation;
	ret_record->announced_since.ms = (int64_t)p->announced_since * 1000;
	*r = (struct result){
		.state = (enum state)p->state,
		.fault = (enum fault)p->fault,
		.phase = (enum phase)p->phase,
		.dialogue_fault = (enum fault)p->dialogue_fault,
		.dialogue_phase = (enum phase)p->dialogue_phase,
		.cert_faults = p->cert_faults,
		.notices = p->notices,
		.drift.usual = capability_set_of_number(p->usual),
		.flags = p->flags,
		.at = p->at,
		.took = span_of_microseconds(p->took),
		.code = p->code,
		.tls_version = atomic_load(&tls_words[p->tls_version]),
		.tls_cipher = atomic_load(&tls_words[p->tls_cipher]),
		.certificate = p->certificate,
	};
	take_rest(p, r);
}

static size_t address_size(const struct packed *p)
{
	size_t n = p->has & HAS_SCOPE ? sizeof(uint32_t) : 0;

	n += p->has & HAS_V4 ? sizeof(struct in_addr) : 0;
	return n + (p->has & HAS_V6 ? sizeof(struct in6_addr) : 0);
}

static void figures_phases(const struct packed *p, struct record_figures *b,
			   const unsigned char **at)
{
	for (unsigned i = 0; i < PHASE_COUNT; i++)
		if (p->reached & (1u << i))
			packed_take(at, &b->phases[i], sizeof(b->phases[i]));
}

static void figures_more(const struct packed *p, struct record_figures *b,
			 const unsigned char *at)
{
	struct moment begin;

	b->tls_version = atomic_load(&tls_words[p->tls_version]);
	b->tls_cipher = atomic_load(&tls_words[p->tls_cipher]);
	b->chain_not_after.ms = 0;
	b->decider = NULL;
	take_chain(p, &begin, &b->chain_not_after, &b->decider, &at);
	b->messages = -1;
	if (p->has & HAS_MESSAGES)
		packed_take(&at, &b->messages, sizeof(b->messages));
	b->held_until.ms = 0;
	if (p->has & HAS_HELD)
		packed_take(&at, &b->held_until, sizeof(b->held_until));
	b->waited = microseconds_of(take_waited(p, &at));
}

void packed_figures_rest(const struct packed *p, unsigned parts, struct record_figures *b)
{
	const unsigned char *at = p->rest;

	if (parts & FIGURES_ADDRESS) {
		b->address = (struct address){ 0 };
		take_address(p, &b->address, &at);
	} else {
		at += address_size(p);
	}
	if (parts & FIGURES_PHASES)
		figures_phases(p, b, &at);
	else
		at += sizeof(uint32_t) * (size_t)__builtin_popcount(p->reached);
	if (parts & FIGURES_MORE)
		figures_more(p, b, at);
}
