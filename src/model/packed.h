/* packed.h - a record in the least room: for 100,000 targets that wait for their turn.
 *
 * Spans are 32 bits of microseconds (71 minutes at most), texts as long as they are, and what
 * is absent takes no room.
 */
#ifndef MAILVANE_PACKED_H
#define MAILVANE_PACKED_H

#include "slot.h"

struct packed {
	struct packed *next; /* the list is the slot's */
	struct certificate *certificate;
	struct moment since, last_success, at;
	uint32_t probes, failures;
	uint32_t took;
	uint32_t announced_since; /* Unix time */
	uint16_t port, code;
	uint16_t reached; /* bits of phases */
	uint16_t cert_faults;
	uint16_t has;   /* what of the rest is there */
	uint16_t usual; /* offer, by number */
	uint8_t state : 3, flags : 5;
	uint8_t phase : 4, dialogue_phase : 4;
	uint8_t fault, dialogue_fault, notices;
	uint8_t tls_version, tls_cipher; /* numbers of words */
	struct confirmation confirmation;
	unsigned char rest[];
};

/* Takes over what the record holds. NULL: out of memory, and the record is as it was. */
struct packed *packed_new(const struct record *);

/* What the record holds is lent by the packed one: free it by slot_record_fini in its place. */
void packed_view(const struct packed *, struct record *ret_record);

/* The highest bits of `has`. */
static inline enum dane packed_dane(const struct packed *p)
{
	return (enum dane)(p->has >> 13);
}

/* Private: the parts that are not in the struct. */
void packed_brief_rest(const struct packed *, unsigned parts, struct brief *ret_brief);

/* Nothing is held for it. Inline, because a scrape does it millions of times. */
static inline void packed_brief(const struct packed *p, unsigned parts, struct brief *b)
{
	b->since = p->since;
	b->last_success = p->last_success;
	b->at = p->at;
	b->probes = p->probes;
	b->failures = p->failures;
	b->took = p->took;
	b->reached = p->reached;
	b->code = p->code;
	b->state = p->state;
	b->fault = p->fault;
	b->phase = p->phase;
	b->flags = p->flags;
	b->cert_faults = p->cert_faults;
	b->notices = p->notices;
	b->dane = (uint8_t)packed_dane(p);
	b->announced = p->confirmation.announced;
	b->has_certificate = p->certificate != NULL;
	b->certificate = p->certificate;
	if (parts & ~(unsigned)BRIEF_CERTIFICATE)
		packed_brief_rest(p, parts, b);
}

#endif
