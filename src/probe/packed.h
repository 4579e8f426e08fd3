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
	uint16_t port, code;
	uint16_t reached; /* bits of phases */
	uint8_t family, state, fault, phase, dialogue_fault, dialogue_phase, flags;
	uint8_t cert_faults;
	uint8_t tls_version, tls_cipher; /* numbers of words */
	uint8_t has;                     /* what of the rest is there */
	unsigned char rest[];
};

/* Takes over what the record holds. NULL: out of memory, and the record is as it was. */
struct packed *packed_new(const struct record *);

/* What the record holds is lent by the packed one: free it by slot_record_fini in its place. */
void packed_view(const struct packed *, struct record *ret_record);

/* Nothing is held for it. */
void packed_brief(const struct packed *, unsigned parts, struct brief *ret_brief);

#endif
