/* walker.c - between a walk, which says what is to be asked, and rounds, which ask. */
#include "walker.h"

#include "name_verdict.h"
#include "round.h"
#include "walk.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct walker {
	struct due due;
	struct worker *worker;
	const struct hosting *hosting; /* of the worker's plan */
	struct roster *roster;         /* held */
	struct walk walk;
	struct ask *asks; /* under way */
	uint64_t asked;   /* not noted in the roster yet */
	bool done;
};

/* One connection for one name. */
struct ask {
	struct errand errand;
	struct walker *walker; /* NULL: nobody waits for it any more */
	struct ask *next, **at;
	struct roll *roll; /* held: of its name */
	struct walk_step step;
	char unknown[ROLL_NAME_MAX]; /* name of a fall-back */
};

/* --- news --------------------------------------------------------------------------------- */

enum { MINUTE_MS = 60000 };

static void tell_untold(struct worker *w)
{
	uint64_t count = w->walkers.untold;

	w->walkers.untold = 0;
	if (count > 0 && w->hooks.names_untold != NULL)
		w->hooks.names_untold(w->hooks.user, count);
}

static void minute_over(struct due *d, struct instant now)
{
	(void)now;
	tell_untold((struct worker *)((char *)d - offsetof(struct worker, walkers.flush)));
}

static bool may_tell(struct worker *w)
{
	struct walkers *all = &w->walkers;
	struct instant now = instant_now();

	if (!instant_before(now, all->minute_ends)) {
		tell_untold(w);
		all->told = 0;
		all->minute_ends = instant_plus(now, span_of_ms(MINUTE_MS));
	}
	if (all->told < NAMES_TOLD_MAX) {
		all->told++;
		return true;
	}
	all->untold++;
	all->flush.run = minute_over;
	schedule_put(&w->schedule, &all->flush, all->minute_ends);
	return false;
}

static bool is_news(const struct roster_change *c)
{
	if (!c->known || c->announced == c->announced_before)
		return false;
	return c->announced_before != STATE_COUNT || c->announced != STATE_OK;
}

static void tell(struct walker *w, const char *name, const struct roster_change *c)
{
	const struct engine_hooks *hooks = &w->worker->hooks;
	struct roster_name now;

	if (hooks->name_changed == NULL || !is_news(c) || !may_tell(w->worker) ||
	    !roster_get(w->roster, view_of(name), &now))
		return;
	hooks->name_changed(hooks->user, w->hosting->target, &now, c);
	roster_names_fini(&now, 1);
}

/* --- judging ------------------------------------------------------------------------------ */

/* The connection was there and TLS had begun: a server may do so for a name it does not like,
 * or for all because it is in trouble. */
static bool broke_off(const struct result *r)
{
	return r->phase == PHASE_TLS &&
	       (r->fault == FAULT_TIMEOUT || r->fault == FAULT_RESET ||
		r->fault == FAULT_CLOSED);
}

static enum walk_answer file(struct walker *w, const struct ask *a,
			     const struct result *result, bool without_own)
{
	const struct target *t = w->hosting->target;
	unsigned confirm = w->worker->once ? 1 : t->confirm;
	struct roster_change c = name_verdict_file(w->roster, a->roll, a->step.number,
						   result, without_own, confirm);

	tell(w, roll_name(a->roll, a->step.number), &c);
	if (c.again && result->fault == FAULT_CERT_NAME && !without_own)
		walk_doubt_fallback(&w->walk, instant_now());
	return c.again ? WALK_AGAIN : WALK_JUDGED;
}

/* What else is wrong with the fall-back is not the name's. */
static bool take_fallback(struct walker *w, struct result *r, const struct policy *policy)
{
	const struct target *t = w->hosting->target;

	if (!(r->cert_faults & CERT_FAULT_BIT(FAULT_CERT_NAME)) ||
	    !roster_is_fallback(w->roster, r->certificate))
		return false;
	name_blame_fallback(r, t->service, policy, t->overrides);
	return true;
}

static enum walk_answer judge(struct walker *w, const struct ask *a,
			      const struct result *found)
{
	const struct policy *policy = &w->worker->kit->plan->settings.policy;
	const struct target *t = w->hosting->target;
	struct result r = *found; /* shares what is lent */
	bool of_name = a->step.kind == WALK_NAME;

	if (name_verdict(&r, t->service, policy, t->overrides)) {
		if (of_name)
			return file(w, a, &r, take_fallback(w, &r, policy));
		roster_put_fallback(w->roster, r.certificate, r.at);
		return WALK_JUDGED;
	}
	/* The second time, with others answered for in between, it is about the name. */
	if (of_name && !a->step.trial && broke_off(&r) &&
	    roster_doubt(w->roster, a->roll, a->step.number))
		return file(w, a, &r, false);
	roster_pause(w->roster, r.fault, r.phase, r.at);
	return WALK_AWAY;
}

/* --- asking ------------------------------------------------------------------------------- */

static void wake(struct walker *w)
{
	schedule_put(&w->worker->schedule, &w->due, instant_now());
}

/* The step in the numbers the walk has now. */
static void hear(struct walker *w, const struct ask *a, enum walk_answer answer)
{
	struct walk_step step = a->step;
	size_t number = 0;

	if (step.kind == WALK_NAME && a->roll != w->walk.terms.roll) {
		const char *name = roll_name(a->roll, step.number);

		if (roll_find(w->walk.terms.roll, view_of(name), &number))
			step.number = (uint32_t)number;
		else
			answer = WALK_LOST;
	}
	walk_heard(&w->walk, &step, answer, instant_now());
	if (answer == WALK_JUDGED || answer == WALK_AGAIN)
		roster_pause(w->roster, FAULT_OK, PHASE_QUIT, moment_now());
}

static void ask_done(struct errand *errand, const struct result *result)
{
	struct ask *a = (struct ask *)errand;
	struct walker *w = a->walker;

	if (w == NULL)
		return;
	hear(w, a, result != NULL ? judge(w, a, result) : WALK_LOST);
	wake(w);
}

static void ask_disown(struct ask *a)
{
	if (a->walker == NULL)
		return;
	*a->at = a->next;
	if (a->next != NULL)
		a->next->at = a->at;
	a->walker = NULL;
}

static void ask_free(struct ask *a)
{
	ask_disown(a);
	roll_release(a->roll);
	free(a);
}

static void ask_gone(struct errand *errand)
{
	ask_free((struct ask *)errand);
}

/* A name that no server can know, or recognise: nothing in it is the same twice. It is never
 * looked up. */
static void invent(char dst[ROLL_NAME_MAX])
{
	static const char *const ends[] = { "com", "net", "org", "de", "fr", "eu", "info" };
	unsigned char seed[32];
	size_t n;

	if (getrandom(seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed)) {
		uint64_t now = (uint64_t)instant_now().ns;

		for (size_t i = 0; i < sizeof(seed); i++)
			seed[i] = (unsigned char)((now += now << 7 ^ i) >> 24);
	}
	n = 14 + seed[0] % 12;
	for (size_t i = 0; i < n; i++)
		dst[i] = (char)('a' + seed[i + 1] % 26);
	dst[n] = '.';
	text_copy(dst + n + 1, ROLL_NAME_MAX - n - 1, ends[seed[n + 1] % ARRAY_SIZE(ends)]);
}

static struct target target_for(const struct walker *w, const char *name)
{
	struct target t = *w->hosting->target;

	t.tls_name = name;
	t.account = NULL;
	t.slot = NULL;
	t.flags |= TARGET_TLS_ONLY;
	return t;
}

static bool ask_begin(struct walker *w, struct ask *a)
{
	const char *name = a->unknown;

	if (a->step.kind == WALK_NAME)
		name = roll_name(a->roll, a->step.number);
	else
		invent(a->unknown);
	a->errand.target = target_for(w, name);
	a->errand.humble = true;
	a->errand.done = ask_done;
	a->errand.gone = ask_gone;
	return round_errand(w->worker, w->worker->kit, &a->errand);
}

static void ask(struct walker *w, const struct walk_step *step)
{
	struct ask *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		walk_heard(&w->walk, step, WALK_AWAY, instant_now());
		return;
	}
	a->walker = w;
	a->step = *step;
	a->roll = roll_hold(w->walk.terms.roll);
	a->at = &w->asks;
	a->next = w->asks;
	if (w->asks != NULL)
		w->asks->at = &a->next;
	w->asks = a;
	if (ask_begin(w, a)) {
		w->asked++;
		atomic_fetch_add(&w->worker->counters.names, 1);
		return;
	}
	walk_heard(&w->walk, step, WALK_AWAY, instant_now());
	ask_free(a);
}

/* --- walking ------------------------------------------------------------------------------ */

/* Of a few letters only the lower bits of the hash are any good. */
static uint64_t spread(const char *text)
{
	uint64_t hash = view_hash(view_of(text)) * 0x9e3779b97f4a7c15U;

	return (hash ^ hash >> 32) * 0xd6e8feb86659fd93U;
}

/* The services of a server ask for a name shortly one after the other. */
static uint64_t turn_of(const struct target *t)
{
	return spread(t->server) + (spread(t->service->name) >> 10);
}

static struct walk_terms terms_of(const struct walker *w, const struct hosting *h,
				  unsigned per_address_max, struct roll *roll)
{
	const struct target *t = h->target;
	bool longer = t->interval.ns > t->retry_interval.ns;

	return (struct walk_terms){
		.roll = roll,
		.hash = turn_of(t),
		.interval = h->interval,
		.retry_interval = t->retry_interval,
		.trial_interval = longer ? t->interval : t->retry_interval,
		.max = per_address_max > 1 ? per_address_max - 1 : 1,
		.once = w->worker->once,
	};
}

static void change(struct walker *w, const struct plan *plan, const struct hosting *h)
{
	struct roll *roll = roster_roll(w->roster);
	struct walk_terms terms = terms_of(w, h, plan->settings.per_address_max, roll);

	w->hosting = h;
	walk_change(&w->walk, &terms, instant_now(), moment_now());
	roll_release(roll);
}

static void take_roll(struct walker *w)
{
	struct roll *roll = roster_roll(w->roster);
	bool same = roll == w->walk.terms.roll;

	roll_release(roll);
	if (!same)
		change(w, w->worker->kit->plan, w->hosting);
}

static void finish(struct walker *w)
{
	if (w->done)
		return;
	w->done = true;
	w->worker->walkers.left--;
	worker_close_if_done(w->worker);
}

static void go(struct due *d, struct instant now)
{
	struct walker *w = (struct walker *)d;
	struct walk_step step;

	take_roll(w);
	while ((step = walk_next(&w->walk, now)).kind == WALK_NAME ||
	       step.kind == WALK_FALLBACK)
		ask(w, &step);
	roster_note(w->roster, w->asked, walk_behind(&w->walk, now));
	w->asked = 0;
	if (step.kind == WALK_DONE)
		finish(w);
	else if (instant_before(step.at, WALK_NEVER))
		schedule_put(&w->worker->schedule, d, step.at);
}

/* --- the walkers of a worker -------------------------------------------------------------- */

static struct walker *walker_new(struct worker *worker, const struct plan *plan,
				 const struct hosting *h)
{
	struct walker *w = calloc(1, sizeof(*w));
	struct walk_terms terms;
	struct roll *roll;

	if (w == NULL)
		return NULL;
	w->due.run = go;
	w->worker = worker;
	w->hosting = h;
	w->roster = roster_hold(h->roster);
	roll = roster_roll(w->roster);
	terms = terms_of(w, h, plan->settings.per_address_max, roll);
	walk_init(&w->walk, &terms, instant_now(), moment_now());
	roll_release(roll);
	worker->walkers.left++;
	return w;
}

static void walker_free(struct walker *w)
{
	schedule_drop(&w->worker->schedule, &w->due);
	while (w->asks != NULL)
		ask_disown(w->asks);
	if (!w->done)
		w->worker->walkers.left--;
	walk_fini(&w->walk);
	roster_release(w->roster);
	free(w);
}

/* The walker of the same roster, given away. Both plans have the same order. */
static struct walker *take_old(struct walkers *old, size_t *at, const struct hosting *h)
{
	for (; *at < old->count; (*at)++) {
		struct walker *w = old->list[*at];
		int order;

		if (w == NULL)
			continue;
		order = target_order(w->hosting->target, h->target);
		if (order > 0)
			return NULL;
		if (order == 0 && w->roster == h->roster) {
			old->list[*at] = NULL;
			return w;
		}
	}
	return NULL;
}

static void list_free(struct walkers *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i] != NULL)
			walker_free(all->list[i]);
	free(all->list);
	all->list = NULL;
	all->count = 0;
}

void walkers_load(struct worker *w, const struct plan *plan)
{
	struct walkers *all = &w->walkers, old = *all;
	size_t at = 0;

	all->list = NULL;
	all->count = 0;
	if (plan->hosting_count > 0)
		all->list = calloc(plan->hosting_count, sizeof(struct walker *));
	/* Without memory nobody asks for names until the next configuration. */
	for (size_t i = 0; all->list != NULL && i < plan->hosting_count; i++) {
		const struct hosting *h = &plan->hostings[i];
		struct walker *walker;

		if (worker_index(h->target->host, w->of) != w->index)
			continue;
		walker = take_old(&old, &at, h);
		if (walker != NULL)
			change(walker, plan, h);
		else
			walker = walker_new(w, plan, h);
		if (walker == NULL)
			continue;
		all->list[all->count++] = walker;
		wake(walker);
	}
	list_free(&old);
}

void walkers_fini(struct worker *w)
{
	list_free(&w->walkers);
	schedule_drop(&w->schedule, &w->walkers.flush);
	tell_untold(w);
}

static struct walker *find(const struct walkers *all, const struct target *t)
{
	size_t low = 0, high = all->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (target_order(all->list[middle]->hosting->target, t) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < all->count && target_order(all->list[low]->hosting->target, t) == 0
		   ? all->list[low]
		   : NULL;
}

void walkers_hear(struct worker *w, const struct target *t, const struct result *result)
{
	struct walker *walker;

	if (w->walkers.count == 0 || result->certificate == NULL)
		return;
	walker = find(&w->walkers, t);
	if (walker == NULL || !walker->walk.paused)
		return;
	walk_resume(&walker->walk);
	roster_pause(walker->roster, FAULT_OK, PHASE_QUIT, moment_now());
	wake(walker);
}
