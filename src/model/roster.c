/* roster.c - a record for each name, in the order of the roll, and the counts of them.
 *
 * The counts are kept as records change, so that a summary costs nothing; only the earliest end
 * is looked for again when the one that was it is renewed.
 */
#include "roster_entry.h"

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

struct roster *roster_new(struct roll *roll)
{
	struct roster *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->entries = entries_new(roll_count(roll));
	if (r->entries == NULL) {
		free(r);
		return NULL;
	}
	atomic_init(&r->holders, 1);
	pthread_mutex_init(&r->lock, NULL);
	r->roll = roll_hold(roll);
	r->counts.total = roll_count(roll);
	r->earliest_lost = true;
	return r;
}

struct roster *roster_hold(struct roster *r)
{
	if (r != NULL)
		atomic_fetch_add_explicit(&r->holders, 1, memory_order_relaxed);
	return r;
}

void roster_release(struct roster *r)
{
	if (r == NULL ||
	    atomic_fetch_sub_explicit(&r->holders, 1, memory_order_acq_rel) > 1)
		return;
	entries_free(r->entries, roll_count(r->roll));
	roll_release(r->roll);
	certificate_release(r->counts.fallback);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

/* --- counts ------------------------------------------------------------------------------- */

static void step(size_t *count, bool up)
{
	*count = up ? *count + 1 : *count - 1;
}

/* A record that comes (up) or goes. */
static void count(struct roster_summary *s, const struct entry *e, bool up)
{
	if (e->asked == 0)
		return;
	step(&s->asked, up);
	step(&s->states[e->state], up);
	step(&s->faults[e->fault], up);
	if (e->confirmation.announced < STATE_COUNT)
		step(&s->announced[e->confirmation.announced], up);
	if (e->flags & WITHOUT_OWN)
		step(&s->without_own, up);
	for (enum fault f = CERT_FAULT_FIRST; f <= CERT_FAULT_LAST; f++)
		if (e->cert_faults & CERT_FAULT_BIT(f))
			step(&s->cert_faults[f], up);
}

/* The end of the record with this number is a new one. */
static void note_end(struct roster *r, size_t number)
{
	struct moment end = r->entries[number].end;

	if (r->earliest_lost)
		return;
	if (number == r->earliest && end.ms != r->counts.earliest.ms) {
		r->earliest_lost = true;
	} else if (end.ms != 0 &&
		   (r->counts.earliest.ms == 0 || end.ms < r->counts.earliest.ms)) {
		r->earliest = number;
		r->counts.earliest = end;
	}
}

static void find_earliest(struct roster *r)
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
	r->earliest_lost = false;
}

void roster_summary(struct roster *r, struct roster_summary *ret_summary)
{
	struct roster_summary *s = ret_summary;

	pthread_mutex_lock(&r->lock);
	if (r->earliest_lost)
		find_earliest(r);
	*s = r->counts;
	certificate_hold(s->fallback);
	s->unknown = s->total - s->asked;
	if (s->earliest.ms != 0)
		text_copy(s->earliest_name, sizeof(s->earliest_name),
			  roll_name(r->roll, r->earliest));
	pthread_mutex_unlock(&r->lock);
}

void roster_summary_fini(struct roster_summary *s)
{
	certificate_release(s->fallback);
	s->fallback = NULL;
}

/* --- writing ------------------------------------------------------------------------------ */

struct roll *roster_roll(struct roster *r)
{
	struct roll *roll;

	pthread_mutex_lock(&r->lock);
	roll = roll_hold(r->roll);
	pthread_mutex_unlock(&r->lock);
	return roll;
}

static bool is_before(const struct roll *a, size_t i, const struct roll *b, size_t j)
{
	uint64_t x = roll_place(a, i), y = roll_place(b, j);

	return x != y ? x < y : strcmp(roll_name(a, i), roll_name(b, j)) < 0;
}

/* Of each name of `roll` its number in the older one, or NOWHERE. */
#define NOWHERE UINT32_MAX
static uint32_t *numbers_before(const struct roll *roll, const struct roll *older)
{
	uint32_t *before = malloc((roll_count(roll) + 1) * sizeof(*before));
	size_t j = 0;

	for (size_t i = 0; before != NULL && i < roll_count(roll); i++) {
		while (j < roll_count(older) && is_before(older, j, roll, i))
			j++;
		before[i] = NOWHERE;
		if (j < roll_count(older) && !is_before(roll, i, older, j))
			before[i] = (uint32_t)j++;
	}
	return before;
}

/* Under the lock. What stays behind in `older` is gone. */
static void move(struct roster *r, struct entry *entries, struct entry *older,
		 const uint32_t *before, size_t total)
{
	struct roster_summary *s = &r->counts;

	for (size_t i = 0; i < total; i++) {
		if (before[i] == NOWHERE)
			continue;
		entries[i] = older[before[i]];
		older[before[i]] = (struct entry){ 0 };
	}
	for (size_t i = 0; i < s->total; i++)
		count(s, &older[i], false);
	s->total = total;
	r->earliest_lost = true;
}

bool roster_load(struct roster *r, struct roll *roll)
{
	struct roll *older = r->roll; /* nobody else changes it */
	size_t total = roll_count(roll), older_total = roll_count(older);
	struct entry *entries, *older_entries = r->entries;
	uint32_t *before;

	if (roll_same(roll, older))
		return true;
	entries = entries_new(total);
	before = numbers_before(roll, older);
	if (entries == NULL || before == NULL) {
		free(entries);
		free(before);
		return false;
	}
	pthread_mutex_lock(&r->lock);
	move(r, entries, older_entries, before, total);
	r->entries = entries;
	r->roll = roll_hold(roll);
	pthread_mutex_unlock(&r->lock);
	entries_free(older_entries, older_total);
	roll_release(older);
	free(before);
	return true;
}

static uint32_t seconds_of(struct moment m)
{
	int64_t s = m.ms / 1000;

	return s < 1 ? 1 : s < UINT32_MAX ? (uint32_t)s : UINT32_MAX;
}

/* A certificate for somebody else ends as it likes. */
static struct moment end_of(const struct result *result)
{
	if (result->cert_faults & CERT_FAULT_BIT(FAULT_CERT_NAME))
		return (struct moment){ 0 };
	if (result->chain_not_after.ms != 0)
		return result->chain_not_after;
	return result->certificate != NULL ? result->certificate->not_after
					   : (struct moment){ 0 };
}

static bool same_certificate(const struct certificate *a, const struct certificate *b)
{
	return a == b ||
	       (a != NULL && b != NULL && strcmp(a->fingerprint, b->fingerprint) == 0);
}

/* The services of a server, and the rounds one after the other, see the same certificates made
 * again and again: the one that is held stays. */
static struct certificate *replace(struct certificate **held, struct certificate *shown)
{
	struct certificate *old = *held;

	if (same_certificate(old, shown))
		return NULL;
	*held = certificate_hold(shown);
	return old;
}

/* What the record is with one more result. */
static struct roster_change renew(struct entry *e, const struct result *result,
				  bool without_own, unsigned confirm)
{
	struct roster_change c = {
		.known = true,
		.before = entry_state(e),
		.announced_before = (enum state)e->confirmation.announced,
		.announced_since = entry_moment(e->announced_since),
	};
	bool fresh =
	    result->state != STATE_OK && (c.before == STATE_COUNT || c.before == STATE_OK);

	e->asked = seconds_of(result->at);
	if (c.before != result->state)
		e->since = e->asked;
	e->state = (uint8_t)result->state;
	e->fault = (uint8_t)result->fault;
	e->cert_faults = (uint16_t)result->cert_faults;
	e->end = end_of(result);
	if (confirmation_add(&e->confirmation, result->state, confirm))
		e->announced_since = e->asked;
	c.announced = (enum state)e->confirmation.announced;
	c.again = fresh || confirmation_awaited(&e->confirmation);
	e->flags = (uint8_t)((without_own ? WITHOUT_OWN : 0) | (c.again ? AWAITED : 0));
	return c;
}

static struct roster_change put(struct roster *r, size_t number,
				const struct result *result, bool without_own,
				unsigned confirm, char **detail,
				struct certificate **ret_old)
{
	struct entry *e = &r->entries[number];
	struct roster_change change;
	char *old = e->detail;

	count(&r->counts, e, false);
	change = renew(e, result, without_own, confirm);
	count(&r->counts, e, true);
	note_end(r, number);
	e->detail = *detail;
	*detail = old;
	*ret_old = replace(&e->certificate, result->certificate);
	return change;
}

struct roster_change roster_put(struct roster *r, const struct roll *roll, size_t number,
				const struct result *result, const char *why,
				bool without_own, unsigned confirm)
{
	struct roster_change change = { .known = false };
	char *detail = why != NULL ? strdup(why) : NULL;
	struct certificate *old = NULL;

	pthread_mutex_lock(&r->lock);
	if (r->roll == roll ||
	    roll_find(r->roll, view_of(roll_name(roll, number)), &number))
		change = put(r, number, result, without_own, confirm, &detail, &old);
	pthread_mutex_unlock(&r->lock);
	certificate_release(old);
	free(detail);
	return change;
}

bool roster_doubt(struct roster *r, const struct roll *roll, size_t number)
{
	bool before = false;

	pthread_mutex_lock(&r->lock);
	if (r->roll == roll ||
	    roll_find(r->roll, view_of(roll_name(roll, number)), &number)) {
		before = r->entries[number].flags & DOUBTED;
		r->entries[number].flags |= DOUBTED;
	}
	pthread_mutex_unlock(&r->lock);
	return before;
}

bool roster_is_fallback(struct roster *r, const struct certificate *certificate)
{
	bool is;

	pthread_mutex_lock(&r->lock);
	is = certificate != NULL && r->counts.fallback != NULL &&
	     same_certificate(certificate, r->counts.fallback);
	pthread_mutex_unlock(&r->lock);
	return is;
}

void roster_put_fallback(struct roster *r, struct certificate *certificate,
			 struct moment at)
{
	struct certificate *old;

	pthread_mutex_lock(&r->lock);
	old = replace(&r->counts.fallback, certificate);
	r->counts.fallback_refused = certificate == NULL;
	r->counts.fallback_at = at;
	pthread_mutex_unlock(&r->lock);
	certificate_release(old);
}

void roster_pause(struct roster *r, enum fault fault, enum phase phase, struct moment at)
{
	struct roster_summary *s = &r->counts;

	pthread_mutex_lock(&r->lock);
	if (fault == FAULT_OK)
		s->paused.ms = 0;
	else if (s->paused.ms == 0)
		s->paused = at;
	s->paused_fault = fault;
	s->paused_phase = phase;
	pthread_mutex_unlock(&r->lock);
}

void roster_note(struct roster *r, uint64_t asks, struct span behind)
{
	pthread_mutex_lock(&r->lock);
	r->counts.asks += asks;
	r->counts.behind = behind;
	pthread_mutex_unlock(&r->lock);
}
