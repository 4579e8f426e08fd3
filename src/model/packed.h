/* packed.h - a record in as little memory as possible, for 100,000 targets.
 *
 * Durations are microseconds in 32 bits (71 minutes at most), texts have their own length, and what is
 * absent takes no memory.
 */
#ifndef MAILVANE_PACKED_H
#define MAILVANE_PACKED_H

#include "slot.h"

struct packed {
	struct packed *next; /* in the list of the slot */
	struct certificate *certificate;
	struct moment since, last_success, at;
	uint32_t probes, failures;
	uint32_t took;
	uint32_t announced_since; /* Unix time */
	uint16_t port, code;
	uint16_t reached; /* one bit for each enum phase */
	uint16_t cert_faults;
	uint16_t has;   /* which parts `rest` has, and the enum dane */
	uint16_t usual; /* number of the usual capability set */
	uint8_t state : 3, flags : 5;
	uint8_t phase : 4, dialogue_phase : 4;
	uint8_t fault, dialogue_fault, notices;
	uint8_t tls_version, tls_cipher; /* numbers of texts */
	struct confirmation confirmation;
	unsigned char rest[]; /* the parts that not every record has */
};

/* Takes over what the record holds. NULL: out of memory, and the record is unchanged. */
struct packed *packed_new(const struct record *);

/* Unpacks a record. The packed one lends what the record holds: before the packed one is freed, call
 * slot_record_fini for the record. */
void packed_view(const struct packed *, struct record *ret_record);

/* The upper bits of `has`. */
static inline enum dane packed_dane(const struct packed *p)
{
	return (enum dane)(p->has >> 13);
}

/* For packed_figures only: copies the parts that are in `rest`. */
void packed_figures_rest(const struct packed *, unsigned parts,
			 struct record_figures *ret_figures);

/* Copies the figures; nothing is held for them. Inline, because a scrape calls it for each record. */
static inline void packed_figures(const struct packed *p, unsigned parts,
				  struct record_figures *b)
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
	if (parts & ~(unsigned)FIGURES_CERTIFICATE)
		packed_figures_rest(p, parts, b);
}

#endif
