/* roster_search.c - names out of a roster: one, or those that a question fits.
 *
 * The names are looked through without the lock, which a roll does not need; it is taken for a
 * few records at a time.
 */
#include "buffer.h"
#include "roster_entry.h"

#include <string.h>

/* Records copied under one lock. */
enum { BATCH = 256 };

static void copy(struct roster_name *n, const char *name, const struct entry *e)
{
	*n = (struct roster_name){
		.state = entry_state(e),
		.announced = (enum state)e->confirmation.announced,
		.fault = (enum fault)e->fault,
		.cert_faults = e->cert_faults,
		.without_own = e->flags & WITHOUT_OWN,
		.awaited = e->flags & AWAITED,
		.certificate = certificate_hold(e->certificate),
		.not_after = e->end,
		.asked = entry_moment(e->asked),
		.since = entry_moment(e->since),
		.announced_since = entry_moment(e->announced_since),
	};
	text_copy(n->name, sizeof(n->name), name);
	if (e->detail != NULL)
		text_copy(n->detail, sizeof(n->detail), e->detail);
}

void roster_names_fini(struct roster_name *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		certificate_release(names[i].certificate);
		names[i].certificate = NULL;
	}
}

bool roster_get(struct roster *r, struct view name, struct roster_name *ret_name)
{
	bool found;
	size_t i;

	pthread_mutex_lock(&r->lock);
	found = roll_find(r->roll, name, &i);
	if (found)
		copy(ret_name, roll_name(r->roll, i), &r->entries[i]);
	pthread_mutex_unlock(&r->lock);
	return found;
}

struct moment roster_oldest(struct roster *r)
{
	uint32_t oldest = 0;

	pthread_mutex_lock(&r->lock);
	/* Minus 1, never (0) is the latest. */
	for (size_t i = 0; i < r->counts.total; i++)
		if (r->entries[i].asked - 1 < oldest - 1)
			oldest = r->entries[i].asked;
	pthread_mutex_unlock(&r->lock);
	return entry_moment(oldest);
}

/* One question on its way through a roll. */
struct search {
	const struct roster_question *question;
	char part[ROLL_NAME_MAX]; /* in small letters */
	struct roll *roll;
	size_t rank;     /* of the next to be looked at */
	size_t expected; /* how many there can be */
	struct roster_name *names;
	size_t count, max, total;
};

static bool fits(const struct search *s, const struct entry *e)
{
	const struct roster_question *q = s->question;

	if (q->states == 0)
		return true;
	return q->states & ROSTER_STATE(q->announced ? (enum state)e->confirmation.announced
						     : entry_state(e));
}

static void look(struct search *s, const struct roster *r, size_t number)
{
	const struct entry *e = &r->entries[number];

	if (!fits(s, e))
		return;
	if (s->total++ >= s->question->skip && s->count < s->max)
		copy(&s->names[s->count++], roll_name(s->roll, number), e);
}

/* The roll is the searcher's own, so that names are compared without the lock. */
static size_t gather(struct search *s, uint32_t numbers[BATCH])
{
	size_t n = 0;

	for (; n < BATCH && s->rank < roll_count(s->roll); s->rank++) {
		size_t number = roll_by_letters(s->roll, s->rank);

		if (s->part[0] == '\0' ||
		    strstr(roll_name(s->roll, number), s->part) != NULL)
			numbers[n++] = (uint32_t)number;
	}
	return n;
}

/* How many there are by the counts, if the letters do not matter. */
static size_t expect(const struct search *s, const struct roster *r)
{
	const struct roster_question *q = s->question;
	const size_t *by = q->announced ? r->counts.announced : r->counts.states;
	size_t sum = 0;

	if (q->states == 0 || q->states & ROSTER_STATE(STATE_COUNT))
		return r->counts.total;
	for (unsigned i = 0; i < STATE_COUNT; i++)
		if (q->states & ROSTER_STATE(i))
			sum += by[i];
	return sum;
}

/* False: other names were loaded meanwhile. */
static bool search(struct search *s, struct roster *r)
{
	uint32_t numbers[BATCH];
	size_t n;

	while (s->total < s->expected && (n = gather(s, numbers)) > 0) {
		pthread_mutex_lock(&r->lock);
		if (r->roll != s->roll) {
			pthread_mutex_unlock(&r->lock);
			return false;
		}
		for (size_t i = 0; i < n; i++)
			look(s, r, numbers[i]);
		pthread_mutex_unlock(&r->lock);
	}
	return true;
}

static void search_begin(struct search *s, struct roster *r)
{
	roster_names_fini(s->names, s->count);
	roll_release(s->roll);
	s->count = s->total = s->rank = 0;
	pthread_mutex_lock(&r->lock);
	s->roll = roll_hold(r->roll);
	s->expected = expect(s, r);
	pthread_mutex_unlock(&r->lock);
	/* All names in pages: those before need not be looked at. */
	if (s->question->states == 0 && s->part[0] == '\0') {
		size_t skip = s->question->skip;

		s->rank = s->total = skip < s->expected ? skip : s->expected;
	}
}

size_t roster_find(struct roster *r, const struct roster_question *q,
		   struct roster_name *ret_names, size_t max, size_t *ret_total)
{
	struct search s = { .question = q, .names = ret_names, .max = max };
	struct view part = view_of(q->part);

	if (part.n >= sizeof(s.part)) {
		if (ret_total != NULL)
			*ret_total = 0;
		return 0;
	}
	for (size_t i = 0; i < part.n; i++)
		s.part[i] = ascii_lower(part.p[i]);
	do
		search_begin(&s, r);
	while (!search(&s, r));
	roll_release(s.roll);
	if (ret_total != NULL)
		*ret_total = s.total;
	return s.count;
}
