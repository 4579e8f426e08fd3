/* resolver_outage.c - an outage begins with the first service that is announced with the
 * fault, and ends with the first name that is looked up. */
#include "resolver_outage.h"

static bool is_literal(const char *host)
{
	struct address a;

	return address_parse(view_of(host), 0, &a);
}

static bool is_announced_now(const struct published *p)
{
	return p->announced != p->announced_before && p->announced == STATE_UNKNOWN;
}

/* Returns true if the service was UNKNOWN since the outage began and is OK now. */
static bool recovered_with_resolver(const struct resolver_outage *o,
				    const struct published *p)
{
	long long began = atomic_load(&o->began_ms);

	/* announced_since has a resolution of one second */
	return p->announced_before == STATE_UNKNOWN && p->announced == STATE_OK &&
	       began != 0 && p->announced_since.ms >= began / 1000 * 1000;
}

enum resolver_change resolver_outage_update(struct resolver_outage *o,
					    const struct target *target,
					    const struct result *result,
					    const struct published *p)
{
	if (result->fault == FAULT_RESOLVER_UNAVAILABLE) {
		if (!is_announced_now(p))
			return RESOLVER_UNCHANGED;
		if (atomic_exchange(&o->is_on, true))
			return RESOLVER_SUPPRESSED;
		atomic_store(&o->began_ms, (long long)result->at.ms);
		return RESOLVER_OUTAGE_STARTED;
	}
	if (atomic_load(&o->is_on) && !fault_is_ours(result->fault) &&
	    !is_literal(target->host) && atomic_exchange(&o->is_on, false))
		return RESOLVER_OUTAGE_ENDED;
	return recovered_with_resolver(o, p) ? RESOLVER_SUPPRESSED : RESOLVER_UNCHANGED;
}
