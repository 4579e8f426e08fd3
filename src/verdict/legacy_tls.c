/* legacy_tls.c - when a server is asked for old TLS, and what its answer means. */
#include "legacy_tls.h"

#include <string.h>

/* --- when ----------------------------------------------------------------------------------- */

enum { SOONER = 24, GRACE = 288 };

/* The place of a target in the interval, by its name. */
static int64_t legacy_tls_probe_place_of(const struct target *t, int64_t every)
{
	uint64_t hash =
	    view_hash(view_of(t->server)) * 37 + view_hash(view_of(t->service->name));

	return (int64_t)(hash % (uint64_t)every);
}

bool legacy_tls_wanted(const struct target *t, const struct result *r)
{
	return t->legacy_tls_minutes > 0 && r->flags & RESULT_TLS &&
	       r->dialogue_fault != FAULT_TLS_VERSION;
}

bool legacy_tls_due(const struct target *t, const struct result *r, enum legacy_tls known)
{
	int64_t every = t->legacy_tls_minutes * INT64_C(60000), before, place;

	if (!legacy_tls_wanted(t, r))
		return false;
	if (r->at.ms - slot_created(t->slot).ms < every / GRACE)
		return false;
	if (known == LEGACY_TLS_UNKNOWN)
		every /= SOONER;
	place = legacy_tls_probe_place_of(t, every);
	before = r->at.ms - t->interval.ns / 1000000;
	return (r->at.ms + place) / every != (before + place) / every;
}

/* --- what it found -------------------------------------------------------------------------- */

static bool refused_in_handshake(const struct result *r)
{
	if (r->dialogue_phase != PHASE_TLS)
		return false;
	return r->dialogue_fault == FAULT_TLS_VERSION ||
	       r->dialogue_fault == FAULT_TLS_HANDSHAKE ||
	       r->dialogue_fault == FAULT_CLOSED || r->dialogue_fault == FAULT_RESET;
}

enum legacy_tls legacy_tls_of_result(const struct result *r)
{
	if (r->flags & RESULT_TLS)
		return strcmp(r->tls_version, "TLSv1") == 0 ? LEGACY_TLS_1_0
							    : LEGACY_TLS_1_1;
	return refused_in_handshake(r) ? LEGACY_TLS_REFUSED : LEGACY_TLS_UNKNOWN;
}

static bool is_accepted(enum legacy_tls o)
{
	return o == LEGACY_TLS_1_0 || o == LEGACY_TLS_1_1;
}

void legacy_tls_note(struct result *r, enum legacy_tls known)
{
	if (is_accepted(known) && r->flags & RESULT_TLS)
		result_add_notice(r, FAULT_TLS_OBSOLETE,
				  known == LEGACY_TLS_1_0
				      ? "TLS 1.0 was agreed to (RFC 8996)"
				      : "TLS 1.1 was agreed to (RFC 8996)");
}
