/* obsolete.c - a look is an errand to each address; the worst answer counts. */
#include "obsolete.h"

#include "round.h"

#include <stdlib.h>
#include <string.h>

struct look {
	struct errand errand;
	struct look *older, **at; /* in the worker's list */
	struct worker *worker;
	struct kit *kit;
	const struct target *target; /* the kit's plan's */
	enum obsolete found;
	char host[ADDRESS_TEXT_MAX];
	size_t next, count;
	struct instant ends;
	struct address addresses[];
};

/* --- when ----------------------------------------------------------------------------------- */

enum { SOONER = 24, GRACE = 288 };

/* The place of a target in the interval, by its name. */
static int64_t place_of(const struct target *t, int64_t every)
{
	uint64_t hash =
	    view_hash(view_of(t->server)) * 37 + view_hash(view_of(t->service->name));

	return (int64_t)(hash % (uint64_t)every);
}

bool obsolete_wanted(const struct target *t, const struct result *r)
{
	return t->obsolete_minutes > 0 && r->flags & RESULT_TLS &&
	       r->dialogue_fault != FAULT_TLS_VERSION;
}

bool obsolete_due(const struct target *t, const struct result *r, enum obsolete known)
{
	int64_t every = t->obsolete_minutes * INT64_C(60000), before, place;

	if (!obsolete_wanted(t, r))
		return false;
	if (r->at.ms - slot_made(t->slot).ms < every / GRACE)
		return false;
	if (known == OBSOLETE_UNKNOWN)
		every /= SOONER;
	place = place_of(t, every);
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

enum obsolete obsolete_judged(const struct result *r)
{
	if (r->flags & RESULT_TLS)
		return strcmp(r->tls_version, "TLSv1") == 0 ? OBSOLETE_TLS_1_0
							    : OBSOLETE_TLS_1_1;
	return refused_in_handshake(r) ? OBSOLETE_REFUSED : OBSOLETE_UNKNOWN;
}

static bool is_accepted(enum obsolete o)
{
	return o == OBSOLETE_TLS_1_0 || o == OBSOLETE_TLS_1_1;
}

void obsolete_note(struct result *r, enum obsolete known)
{
	if (is_accepted(known) && r->flags & RESULT_TLS)
		result_note(r, FAULT_TLS_OBSOLETE,
			    known == OBSOLETE_TLS_1_0 ? "TLS 1.0 was agreed to (RFC 8996)"
						      : "TLS 1.1 was agreed to (RFC 8996)");
}

/* --- a look --------------------------------------------------------------------------------- */

static void end(struct look *l)
{
	struct worker *w = l->worker;

	if (l->next < l->count) /* not each address was asked */
		l->found = OBSOLETE_UNKNOWN;
	if (l->found != OBSOLETE_UNKNOWN)
		slot_set_obsolete(l->target->slot, l->found);
	*l->at = l->older;
	if (l->older != NULL)
		l->older->at = l->at;
	kit_release(l->kit);
	free(l);
	worker_close_if_done(w);
}

static void done(struct errand *e, const struct result *result)
{
	struct look *l = (struct look *)e;
	enum obsolete found = result != NULL ? obsolete_judged(result) : OBSOLETE_UNKNOWN;

	/* Not accepted only where each address says so. */
	l->found = found;
	if (found != OBSOLETE_REFUSED)
		l->next = l->count;
}

static void gone(struct errand *);

static bool begin_next(struct look *l)
{
	const struct target *t = l->target;
	struct span left = span_between(instant_now(), l->ends);

	if (l->worker->leaving || l->next == l->count || left.ns <= 0)
		return false;
	l->errand = (struct errand){
		.target = *t,
		.tls = kit_obsolete_tls(l->kit),
		.humble = !l->worker->once,
		.done = done,
		.gone = gone,
	};
	l->errand.target.account = NULL;
	l->errand.target.flags |= TARGET_TLS_ONLY;
	l->errand.target.host = address_text(&l->addresses[l->next++], l->host);
	l->errand.target.addresses = ADDRESS_FIRST;
	l->errand.target.timeout = left;
	if (l->errand.tls != NULL && round_errand(l->worker, l->kit, &l->errand))
		return true;
	l->found = OBSOLETE_UNKNOWN;
	return false;
}

static void gone(struct errand *e)
{
	struct look *l = (struct look *)e;

	if (!begin_next(l))
		end(l);
}

/* One look at a time to an address; this one comes with the next turn of the interval. */
static bool is_looked_at(const struct worker *w, const struct address *list, size_t count)
{
	for (const struct look *l = w->looks; l != NULL; l = l->older)
		for (size_t i = 0; i < l->count; i++)
			for (size_t n = 0; n < count; n++)
				if (address_same_host(&l->addresses[i], &list[n]))
					return true;
	return false;
}

void obsolete_look(struct worker *w, struct kit *kit, const struct target *t,
		   const struct address *addresses, size_t count, struct instant ends)
{
	struct look *l;

	if (!w->once && is_looked_at(w, addresses, count))
		return;
	l = calloc(1, sizeof(*l) + count * sizeof(*addresses));
	if (l == NULL)
		return;
	l->worker = w;
	l->kit = kit_hold(kit);
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
		end(l);
}
