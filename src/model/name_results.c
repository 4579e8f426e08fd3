/* name_results.c - a record for each name, in the order of the set, and the counts of them.
 *
 * The counts are updated with each result, so that a summary takes no search. Only the earliest end is
 * searched for, after the certificate that it belonged to was renewed.
 */
#include "name_results_entry.h"

#include "buffer.h"

#include <stdlib.h>
#include <string.h>

static struct entry *entries_new(size_t count)
{
	struct entry *list = calloc(count + 1, sizeof(*list));

	for (size_t i = 0; list != NULL && i < count; i++)
		confirmation_init(&list[i].confirmation);
	return list;
}

static void entries_free(struct entry *list, size_t count)
{
	for (size_t i = 0; list != NULL && i < count; i++) {
		certificate_release(list[i].certificate);
		free(list[i].detail);
	}
	free(list);
}

struct name_results *name_results_new(struct name_set *name_set)
{
	struct name_results *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->entries = entries_new(name_set_count(name_set));
	if (r->entries == NULL) {
		free(r);
		return NULL;
	}
	atomic_init(&r->holders, 1);
	pthread_mutex_init(&r->lock, NULL);
	r->name_set = name_set_hold(name_set);
	r->counts.total = name_set_count(name_set);
	r->earliest_unknown = true;
	return r;
}

struct name_results *name_results_hold(struct name_results *r)
{
	if (r != NULL)
		atomic_fetch_add_explicit(&r->holders, 1, memory_order_relaxed);
	return r;
}

void name_results_release(struct name_results *r)
{
	if (r == NULL ||
	    atomic_fetch_sub_explicit(&r->holders, 1, memory_order_acq_rel) > 1)
		return;
	entries_free(r->entries, name_set_count(r->name_set));
	name_set_release(r->name_set);
	certificate_release(r->counts.fallback);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

/* --- counts ------------------------------------------------------------------------------- */

static void count_up_or_down(size_t *count, bool up)
{
	*count = up ? *count + 1 : *count - 1;
}

/* Adds a record to the counts (up = true) or subtracts it. */
static void count_entry(struct name_results_summary *s, const struct entry *e, bool up)
{
	if (e->asked == 0)
		return;
	count_up_or_down(&s->asked, up);
	count_up_or_down(&s->states[e->state], up);
	count_up_or_down(&s->faults[e->fault], up);
	if (e->confirmation.announced < STATE_COUNT)
		count_up_or_down(&s->announced[e->confirmation.announced], up);
	if (e->flags & WITHOUT_OWN)
		count_up_or_down(&s->without_own, up);
	for (enum fault f = CERT_FAULT_FIRST; f <= CERT_FAULT_LAST; f++)
		if (e->cert_faults & CERT_FAULT_BIT(f))
			count_up_or_down(&s->cert_faults[f], up);
}

/* Called after the end of this record has changed. */
static void update_earliest(struct name_results *r, size_t number)
{
	struct moment end = r->entries[number].end;

	if (r->earliest_unknown)
		return;
	if (number == r->earliest && end.ms != r->counts.earliest.ms) {
		r->earliest_unknown = true;
	} else if (end.ms != 0 &&
		   (r->counts.earliest.ms == 0 || end.ms < r->counts.earliest.ms)) {
		r->earliest = number;
		r->counts.earliest = end;
	}
}

static void search_earliest(struct name_results *r)
{
	struct moment first = { 0 }, end;

	for (size_t i = 0; i < r->counts.total; i++) {
		end = r->entries[i].end;
		if (end.ms == 0 || (first.ms != 0 && end.ms >= first.ms))
			continue;
		first = end;
		r->earliest = i;
	}
	r->counts.earliest = first;
	r->earliest_unknown = false;
}

void name_results_summary(struct name_results *r, struct name_results_summary *ret_summary)
{
	struct name_results_summary *s = ret_summary;

	pthread_mutex_lock(&r->lock);
	if (r->earliest_unknown)
		search_earliest(r);
	*s = r->counts;
	certificate_hold(s->fallback);
	s->unknown = s->total - s->asked;
	if (s->earliest.ms != 0)
		text_copy(s->earliest_name, sizeof(s->earliest_name),
			  name_set_name(r->name_set, r->earliest));
	pthread_mutex_unlock(&r->lock);
}

void name_results_summary_fini(struct name_results_summary *s)
{
	certificate_release(s->fallback);
	s->fallback = NULL;
}

/* --- writing ------------------------------------------------------------------------------ */

struct name_set *name_results_set(struct name_results *r)
{
	struct name_set *name_set;

	pthread_mutex_lock(&r->lock);
	name_set = name_set_hold(r->name_set);
	pthread_mutex_unlock(&r->lock);
	return name_set;
}

static bool name_is_before(const struct name_set *a, size_t i, const struct name_set *b,
			   size_t j)
{
	uint64_t x = name_set_place(a, i), y = name_set_place(b, j);

	return x != y ? x < y : strcmp(name_set_name(a, i), name_set_name(b, j)) < 0;
}

/* For each name of the set its number in the older set, or NOT_BEFORE. */
#define NOT_BEFORE UINT32_MAX
static uint32_t *older_numbers(const struct name_set *name_set,
			       const struct name_set *older)
{
	uint32_t *before = malloc((name_set_count(name_set) + 1) * sizeof(*before));
	size_t j = 0;

	for (size_t i = 0; before != NULL && i < name_set_count(name_set); i++) {
		while (j < name_set_count(older) && name_is_before(older, j, name_set, i))
			j++;
		before[i] = NOT_BEFORE;
		if (j < name_set_count(older) && !name_is_before(name_set, i, older, j))
			before[i] = (uint32_t)j++;
	}
	return before;
}

/* Called under the lock. Records that stay in `older` belong to removed names. */
static void move_entries(struct name_results *r, struct entry *entries, struct entry *older,
			 const uint32_t *before, size_t total)
{
	struct name_results_summary *s = &r->counts;

	for (size_t i = 0; i < total; i++) {
		if (before[i] == NOT_BEFORE)
			continue;
		entries[i] = older[before[i]];
		older[before[i]] = (struct entry){ 0 };
	}
	for (size_t i = 0; i < s->total; i++)
		count_entry(s, &older[i], false);
	s->total = total;
	r->earliest_unknown = true;
}

bool name_results_load(struct name_results *r, struct name_set *name_set)
{
	struct name_set *older = r->name_set; /* only this thread changes it */
	size_t total = name_set_count(name_set), older_total = name_set_count(older);
	struct entry *entries, *older_entries = r->entries;
	uint32_t *before;

	if (name_set_same(name_set, older))
		return true;
	entries = entries_new(total);
	before = older_numbers(name_set, older);
	if (entries == NULL || before == NULL) {
		free(entries);
		free(before);
		return false;
	}
	pthread_mutex_lock(&r->lock);
	move_entries(r, entries, older_entries, before, total);
	r->entries = entries;
	r->name_set = name_set_hold(name_set);
	pthread_mutex_unlock(&r->lock);
	entries_free(older_entries, older_total);
	name_set_release(older);
	free(before);
	return true;
}

static uint32_t entry_seconds_of(struct moment m)
{
	int64_t s = m.ms / 1000;

	return s < 1 ? 1 : s < UINT32_MAX ? (uint32_t)s : UINT32_MAX;
}

/* The end of the certificate or its chain; ms 0: it is not for this name. */
static struct moment entry_end_of(const struct result *result)
{
	if (result->cert_faults & CERT_FAULT_BIT(FAULT_CERT_NAME))
		return (struct moment){ 0 };
	return result_certificate_end(result);
}

static bool same_certificate(const struct certificate *a, const struct certificate *b)
{
	return a == b ||
	       (a != NULL && b != NULL && strcmp(a->fingerprint, b->fingerprint) == 0);
}

/* Keeps the held certificate if the new one is the same, so that all records share it. Returns the one
 * to release, or NULL. */
static struct certificate *replace_certificate(struct certificate **held,
					       struct certificate *shown)
{
	struct certificate *old = *held;

	if (same_certificate(old, shown))
		return NULL;
	*held = certificate_hold(shown);
	return old;
}

/* Updates the record with one more result. */
static struct name_results_change entry_update(struct entry *e, const struct result *result,
					       bool without_own, unsigned confirm)
{
	struct name_results_change c = {
		.known = true,
		.before = entry_state(e),
		.announced_before = (enum state)e->confirmation.announced,
		.announced_since = entry_moment(e->announced_since),
	};
	bool newly_bad =
	    result->state != STATE_OK && (c.before == STATE_COUNT || c.before == STATE_OK);

	e->asked = entry_seconds_of(result->at);
	if (c.before != result->state)
		e->since = e->asked;
	e->state = (uint8_t)result->state;
	e->fault = (uint8_t)result->fault;
	e->cert_faults = (uint16_t)result->cert_faults;
	e->end = entry_end_of(result);
	if (confirmation_add(&e->confirmation, result->state, confirm))
		e->announced_since = e->asked;
	c.announced = (enum state)e->confirmation.announced;
	c.recheck = newly_bad || confirmation_is_awaited(&e->confirmation);
	e->flags = (uint8_t)((without_own ? WITHOUT_OWN : 0) | (c.recheck ? AWAITED : 0));
	return c;
}

static struct name_results_change entry_put_result(struct name_results *r, size_t number,
						   const struct result *result,
						   bool without_own, unsigned confirm,
						   char **detail,
						   struct certificate **ret_old)
{
	struct entry *e = &r->entries[number];
	struct name_results_change change;
	char *old = e->detail;

	count_entry(&r->counts, e, false);
	change = entry_update(e, result, without_own, confirm);
	count_entry(&r->counts, e, true);
	update_earliest(r, number);
	e->detail = *detail;
	*detail = old;
	*ret_old = replace_certificate(&e->certificate, result->certificate);
	return change;
}

struct name_results_change name_results_put(struct name_results *r,
					    const struct name_set *name_set, size_t number,
					    const struct result *result, const char *why,
					    bool without_own, unsigned confirm)
{
	struct name_results_change change = { .known = false };
	char *detail = why != NULL ? strdup(why) : NULL;
	struct certificate *old = NULL;

	pthread_mutex_lock(&r->lock);
	if (r->name_set == name_set ||
	    name_set_find(r->name_set, view_of(name_set_name(name_set, number)), &number))
		change = entry_put_result(r, number, result, without_own, confirm, &detail,
					  &old);
	pthread_mutex_unlock(&r->lock);
	certificate_release(old);
	free(detail);
	return change;
}

bool name_results_broke_off(struct name_results *r, const struct name_set *name_set,
			    size_t number)
{
	bool before = false;

	pthread_mutex_lock(&r->lock);
	if (r->name_set == name_set ||
	    name_set_find(r->name_set, view_of(name_set_name(name_set, number)), &number)) {
		before = r->entries[number].flags & BROKE_OFF;
		r->entries[number].flags |= BROKE_OFF;
	}
	pthread_mutex_unlock(&r->lock);
	return before;
}

bool name_results_is_fallback(struct name_results *r, const struct certificate *certificate)
{
	bool is;

	pthread_mutex_lock(&r->lock);
	is = certificate != NULL && r->counts.fallback != NULL &&
	     same_certificate(certificate, r->counts.fallback);
	pthread_mutex_unlock(&r->lock);
	return is;
}

void name_results_put_fallback(struct name_results *r, struct certificate *certificate,
			       struct moment at)
{
	struct certificate *old;

	pthread_mutex_lock(&r->lock);
	old = replace_certificate(&r->counts.fallback, certificate);
	r->counts.fallback_refused = certificate == NULL;
	r->counts.fallback_at = at;
	pthread_mutex_unlock(&r->lock);
	certificate_release(old);
}

void name_results_set_paused(struct name_results *r, enum fault fault, enum phase phase,
			     struct moment at)
{
	struct name_results_summary *s = &r->counts;

	pthread_mutex_lock(&r->lock);
	if (fault == FAULT_OK)
		s->paused.ms = 0;
	else if (s->paused.ms == 0)
		s->paused = at;
	s->paused_fault = fault;
	s->paused_phase = phase;
	pthread_mutex_unlock(&r->lock);
}

void name_results_add_probes(struct name_results *r, uint64_t probes, struct span lateness)
{
	pthread_mutex_lock(&r->lock);
	r->counts.probes += probes;
	r->counts.lateness = lateness;
	pthread_mutex_unlock(&r->lock);
}
