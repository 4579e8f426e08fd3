/* legacy_tls_probe.c - a look is an errand to each address; the worst answer counts. */
#include "legacy_tls_probe.h"

#include "target_run.h"

#include <stdlib.h>
#include <string.h>

struct legacy_tls_probe {
	struct on_demand_probe on_demand_probe;
	struct legacy_tls_probe *older, **at; /* in the worker's list */
	struct worker *worker;
	struct runtime *runtime;
	const struct target *target; /* the kit's plan's */
	enum legacy_tls found;
	char host[ADDRESS_TEXT_MAX];
	size_t next, count;
	struct instant ends;
	struct address addresses[];
};

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
	if (r->at.ms - slot_made(t->slot).ms < every / GRACE)
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

enum legacy_tls legacy_tls_judged(const struct result *r)
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
		result_note(r, FAULT_TLS_OBSOLETE,
			    known == LEGACY_TLS_1_0 ? "TLS 1.0 was agreed to (RFC 8996)"
						    : "TLS 1.1 was agreed to (RFC 8996)");
}

/* --- a look --------------------------------------------------------------------------------- */

static void legacy_tls_probe_end(struct legacy_tls_probe *l)
{
	struct worker *w = l->worker;

	if (l->next < l->count) /* not each address was asked */
		l->found = LEGACY_TLS_UNKNOWN;
	if (l->found != LEGACY_TLS_UNKNOWN)
		slot_set_legacy_tls(l->target->slot, l->found);
	*l->at = l->older;
	if (l->older != NULL)
		l->older->at = l->at;
	plan_runtime_release(l->runtime);
	free(l);
	worker_close_if_done(w);
}

static void legacy_tls_probe_done(struct on_demand_probe *e, const struct result *result)
{
	struct legacy_tls_probe *l = (struct legacy_tls_probe *)e;
	enum legacy_tls found =
	    result != NULL ? legacy_tls_judged(result) : LEGACY_TLS_UNKNOWN;

	/* Not accepted only where each address says so. */
	l->found = found;
	if (found != LEGACY_TLS_REFUSED)
		l->next = l->count;
}

static void legacy_tls_probe_gone(struct on_demand_probe *);

static bool begin_next(struct legacy_tls_probe *l)
{
	const struct target *t = l->target;
	struct span left = span_between(instant_now(), l->ends);

	if (l->worker->leaving || l->next == l->count || left.ns <= 0)
		return false;
	l->on_demand_probe = (struct on_demand_probe){
		.target = *t,
		.tls = plan_runtime_legacy_tls(l->runtime),
		.low_priority = !l->worker->once,
		.done = legacy_tls_probe_done,
		.gone = legacy_tls_probe_gone,
	};
	l->on_demand_probe.target.account = NULL;
	l->on_demand_probe.target.flags |= TARGET_TLS_ONLY;
	l->on_demand_probe.target.host = address_text(&l->addresses[l->next++], l->host);
	l->on_demand_probe.target.addresses = ADDRESS_FIRST;
	l->on_demand_probe.target.timeout = left;
	if (l->on_demand_probe.tls != NULL &&
	    target_run_on_demand(l->worker, l->runtime, &l->on_demand_probe))
		return true;
	l->found = LEGACY_TLS_UNKNOWN;
	return false;
}

static void legacy_tls_probe_gone(struct on_demand_probe *e)
{
	struct legacy_tls_probe *l = (struct legacy_tls_probe *)e;

	if (!begin_next(l))
		legacy_tls_probe_end(l);
}

/* One look at a time to an address; this one comes with the next turn of the interval. */
static bool is_looked_at(const struct worker *w, const struct address *list, size_t count)
{
	for (const struct legacy_tls_probe *l = w->looks; l != NULL; l = l->older)
		for (size_t i = 0; i < l->count; i++)
			for (size_t n = 0; n < count; n++)
				if (address_same_host(&l->addresses[i], &list[n]))
					return true;
	return false;
}

void legacy_tls_look(struct worker *w, struct runtime *runtime, const struct target *t,
		     const struct address *addresses, size_t count, struct instant ends)
{
	struct legacy_tls_probe *l;

	if (!w->once && is_looked_at(w, addresses, count))
		return;
	l = calloc(1, sizeof(*l) + count * sizeof(*addresses));
	if (l == NULL)
		return;
	l->worker = w;
	l->runtime = plan_runtime_hold(runtime);
	l->target = t;
	l->count = count;
	l->ends = ends;
	memcpy(l->addresses, addresses, count * sizeof(*addresses));
	l->older = w->looks;
	l->at = &w->looks;
	if (l->older != NULL)
		l->older->at = &l->older;
	w->looks = l;
	if (!begin_next(l))
		legacy_tls_probe_end(l);
}
