/* name_results_search.c - finds one name, or all names that match a query.
 *
 * Names are compared without the lock, because a set does not change; the lock is held while BATCH
 * records are read.
 */
#include "buffer.h"
#include "name_results_entry.h"

#include <string.h>

/* Records that are read under one lock. */
enum { BATCH = 256 };

static void name_result_copy(struct name_result *n, const char *name, const struct entry *e)
{
	*n = (struct name_result){
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

void name_result_list_fini(struct name_result *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		certificate_release(names[i].certificate);
		names[i].certificate = NULL;
	}
}

bool name_results_get(struct name_results *r, struct view name,
		      struct name_result *ret_name)
{
	bool found;
	size_t i;

	pthread_mutex_lock(&r->lock);
	found = name_set_find(r->name_set, name, &i);
	if (found)
		name_result_copy(ret_name, name_set_name(r->name_set, i), &r->entries[i]);
	pthread_mutex_unlock(&r->lock);
	return found;
}

struct moment name_results_oldest(struct name_results *r)
{
	uint32_t oldest = 0;

	pthread_mutex_lock(&r->lock);
	/* Minus 1, so that never (0) counts as the latest. */
	for (size_t i = 0; i < r->counts.total; i++)
		if (r->entries[i].asked - 1 < oldest - 1)
			oldest = r->entries[i].asked;
	pthread_mutex_unlock(&r->lock);
	return entry_moment(oldest);
}

/* A query under way. */
struct search {
	const struct name_results_query *query;
	char part[NAME_SET_NAME_MAX]; /* in small letters */
	struct name_set *name_set;
	size_t rank;     /* of the next name to compare */
	size_t expected; /* the most that can match */
	struct name_result *names;
	size_t count, max, total;
};

static bool search_fits(const struct search *s, const struct entry *e)
{
	const struct name_results_query *q = s->query;

	if (q->states == 0)
		return true;
	return q->states &
	       NAME_RESULTS_STATE(q->announced ? (enum state)e->confirmation.announced
					       : entry_state(e));
}

static void search_check(struct search *s, const struct name_results *r, size_t number)
{
	const struct entry *e = &r->entries[number];

	if (!search_fits(s, e))
		return;
	if (s->total++ >= s->query->skip && s->count < s->max)
		name_result_copy(&s->names[s->count++], name_set_name(s->name_set, number),
				 e);
}

/* The numbers of the next names that contain the part, at most BATCH. */
static size_t search_gather(struct search *s, uint32_t numbers[BATCH])
{
	size_t n = 0;

	for (; n < BATCH && s->rank < name_set_count(s->name_set); s->rank++) {
		size_t number = name_set_by_letters(s->name_set, s->rank);

		if (s->part[0] == '\0' ||
		    strstr(name_set_name(s->name_set, number), s->part) != NULL)
			numbers[n++] = (uint32_t)number;
	}
	return n;
}

/* How many names have the states, by the counts: at most so many match. */
static size_t search_expected(const struct search *s, const struct name_results *r)
{
	const struct name_results_query *q = s->query;
	const size_t *by = q->announced ? r->counts.announced : r->counts.states;
	size_t sum = 0;

	if (q->states == 0 || q->states & NAME_RESULTS_STATE(STATE_COUNT))
		return r->counts.total;
	for (unsigned i = 0; i < STATE_COUNT; i++)
		if (q->states & NAME_RESULTS_STATE(i))
			sum += by[i];
	return sum;
}

/* False: another set of names was loaded meanwhile. */
static bool search_run(struct search *s, struct name_results *r)
{
	uint32_t numbers[BATCH];
	size_t n;

	while (s->total < s->expected && (n = search_gather(s, numbers)) > 0) {
		pthread_mutex_lock(&r->lock);
		if (r->name_set != s->name_set) {
			pthread_mutex_unlock(&r->lock);
			return false;
		}
		for (size_t i = 0; i < n; i++)
			search_check(s, r, numbers[i]);
		pthread_mutex_unlock(&r->lock);
	}
	return true;
}

static void search_restart(struct search *s, struct name_results *r)
{
	name_result_list_fini(s->names, s->count);
	name_set_release(s->name_set);
	s->count = s->total = s->rank = 0;
	pthread_mutex_lock(&r->lock);
	s->name_set = name_set_hold(r->name_set);
	s->expected = search_expected(s, r);
	pthread_mutex_unlock(&r->lock);
	/* A page of all names: those before it are skipped at once. */
	if (s->query->states == 0 && s->part[0] == '\0') {
		size_t skip = s->query->skip;

		s->rank = s->total = skip < s->expected ? skip : s->expected;
	}
}

size_t name_results_find(struct name_results *r, const struct name_results_query *q,
			 struct name_result *ret_names, size_t max, size_t *ret_total)
{
	struct search s = { .query = q, .names = ret_names, .max = max };
	struct view part = view_of(q->part);

	if (part.n >= sizeof(s.part)) {
		if (ret_total != NULL)
			*ret_total = 0;
		return 0;
	}
	for (size_t i = 0; i < part.n; i++)
		s.part[i] = ascii_lower(part.p[i]);
	do
		search_restart(&s, r);
	while (!search_run(&s, r));
	name_set_release(s.name_set);
	if (ret_total != NULL)
		*ret_total = s.total;
	return s.count;
}
