/* name_prober.c - between a walk, which says what is to be asked, and rounds, which ask. */
#include "name_prober.h"

#include "container_of.h"
#include "name_schedule.h"
#include "name_verdict.h"
#include "target_run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct name_prober {
	struct due due;
	struct name_probers *all;
	struct task_context *context;
	const struct hosting *hosting;     /* of the context's plan */
	struct name_results *name_results; /* held */
	struct name_schedule name_schedule;
	struct ask *asks; /* under way */
	uint64_t asked;   /* not noted in the roster yet */
	bool done;
};

/* One connection for one name. */
struct ask {
	struct on_demand_probe on_demand_probe;
	struct name_prober *name_prober; /* NULL: nobody waits for it any more */
	struct ask *next, **at;
	struct name_set *name_set; /* held: of its name */
	struct name_schedule_step step;
	char unknown[NAME_SET_NAME_MAX]; /* name of a fall-back */
};

/* --- news --------------------------------------------------------------------------------- */

enum { MINUTE_MS = 60000 };

static void tell_untold(struct name_probers *all)
{
	const struct engine_hooks *hooks = &all->task.context->hooks;
	uint64_t count = all->untold;

	all->untold = 0;
	if (count > 0 && hooks->names_untold != NULL)
		hooks->names_untold(hooks->user, count);
}

static void minute_over(struct due *d, struct instant now)
{
	(void)now;
	tell_untold(container_of(d, struct name_probers, flush));
}

static bool may_tell(struct name_probers *all)
{
	struct instant now = instant_now();

	if (!instant_before(now, all->minute_ends)) {
		tell_untold(all);
		all->told = 0;
		all->minute_ends = instant_plus(now, span_of_ms(MINUTE_MS));
	}
	if (all->told < NAMES_TOLD_MAX) {
		all->told++;
		return true;
	}
	all->untold++;
	all->flush.run = minute_over;
	schedule_put(&all->task.context->schedule, &all->flush, all->minute_ends);
	return false;
}

static bool is_news(const struct name_results_change *c)
{
	if (!c->known || c->announced == c->announced_before)
		return false;
	return c->announced_before != STATE_COUNT || c->announced != STATE_OK;
}

static void name_prober_tell(struct name_prober *w, const char *name,
			     const struct name_results_change *c)
{
	const struct engine_hooks *hooks = &w->context->hooks;
	struct name_result now;

	if (hooks->name_changed == NULL || !is_news(c) || !may_tell(w->all) ||
	    !name_results_get(w->name_results, view_of(name), &now))
		return;
	hooks->name_changed(hooks->user, w->hosting->target, &now, c);
	name_result_list_fini(&now, 1);
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

static enum name_schedule_answer name_prober_file(struct name_prober *w,
						  const struct ask *a,
						  const struct result *result,
						  bool without_own)
{
	const struct target *t = w->hosting->target;
	unsigned confirm = w->context->once ? 1 : t->confirm;
	struct name_results_change c = name_verdict_file(
	    w->name_results, a->name_set, a->step.number, result, without_own, confirm);

	name_prober_tell(w, name_set_name(a->name_set, a->step.number), &c);
	if (c.again && result->fault == FAULT_CERT_NAME && !without_own)
		name_schedule_doubt_fallback(&w->name_schedule, instant_now());
	return c.again ? NAME_SCHEDULE_AGAIN : NAME_SCHEDULE_JUDGED;
}

/* What else is wrong with the fall-back is not the name's. */
static bool take_fallback(struct name_prober *w, struct result *r,
			  const struct policy *policy)
{
	const struct target *t = w->hosting->target;

	if (!(r->cert_faults & CERT_FAULT_BIT(FAULT_CERT_NAME)) ||
	    !name_results_is_fallback(w->name_results, r->certificate))
		return false;
	name_blame_fallback(r, t->service, policy, t->overrides);
	return true;
}

static enum name_schedule_answer name_prober_judge(struct name_prober *w,
						   const struct ask *a,
						   const struct result *found)
{
	const struct policy *policy = &w->context->runtime->plan->settings.policy;
	const struct target *t = w->hosting->target;
	struct result r = *found; /* shares what is lent */
	bool of_name = a->step.kind == NAME_SCHEDULE_NAME;

	if (name_verdict(&r, t->service, policy, t->overrides)) {
		if (of_name)
			return name_prober_file(w, a, &r, take_fallback(w, &r, policy));
		name_results_put_fallback(w->name_results, r.certificate, r.at);
		return NAME_SCHEDULE_JUDGED;
	}
	/* The second time, with others answered for in between, it is about the name. */
	if (of_name && !a->step.trial && broke_off(&r) &&
	    name_results_doubt(w->name_results, a->name_set, a->step.number))
		return name_prober_file(w, a, &r, false);
	name_results_pause(w->name_results, r.fault, r.phase, r.at);
	return NAME_SCHEDULE_AWAY;
}

/* --- asking ------------------------------------------------------------------------------- */

static void wake(struct name_prober *w)
{
	schedule_put(&w->context->schedule, &w->due, instant_now());
}

/* The step in the numbers the walk has now. */
static void name_prober_hear(struct name_prober *w, const struct ask *a,
			     enum name_schedule_answer answer)
{
	struct name_schedule_step step = a->step;
	size_t number = 0;

	if (step.kind == NAME_SCHEDULE_NAME &&
	    a->name_set != w->name_schedule.params.name_set) {
		const char *name = name_set_name(a->name_set, step.number);

		if (name_set_find(w->name_schedule.params.name_set, view_of(name), &number))
			step.number = (uint32_t)number;
		else
			answer = NAME_SCHEDULE_LOST;
	}
	name_schedule_heard(&w->name_schedule, &step, answer, instant_now());
	if (answer == NAME_SCHEDULE_JUDGED || answer == NAME_SCHEDULE_AGAIN)
		name_results_pause(w->name_results, FAULT_OK, PHASE_QUIT, moment_now());
}

static void ask_done(struct on_demand_probe *on_demand_probe, const struct result *result)
{
	struct ask *a = (struct ask *)on_demand_probe;
	struct name_prober *w = a->name_prober;

	if (w == NULL)
		return;
	name_prober_hear(
	    w, a, result != NULL ? name_prober_judge(w, a, result) : NAME_SCHEDULE_LOST);
	wake(w);
}

static void ask_disown(struct ask *a)
{
	if (a->name_prober == NULL)
		return;
	*a->at = a->next;
	if (a->next != NULL)
		a->next->at = a->at;
	a->name_prober = NULL;
}

static void ask_free(struct ask *a)
{
	ask_disown(a);
	name_set_release(a->name_set);
	free(a);
}

static void ask_gone(struct on_demand_probe *on_demand_probe)
{
	ask_free((struct ask *)on_demand_probe);
}

/* A name that no server can know, or recognise: nothing in it is the same twice. It is never
 * looked up. */
static void invent(char dst[NAME_SET_NAME_MAX])
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
	text_copy(dst + n + 1, NAME_SET_NAME_MAX - n - 1,
		  ends[seed[n + 1] % ARRAY_SIZE(ends)]);
}

static struct target target_for(const struct name_prober *w, const char *name)
{
	struct target t = *w->hosting->target;

	t.tls_name = name;
	t.account = NULL;
	t.slot = NULL;
	t.flags |= TARGET_TLS_ONLY;
	return t;
}

static bool ask_begin(struct name_prober *w, struct ask *a)
{
	const char *name = a->unknown;

	if (a->step.kind == NAME_SCHEDULE_NAME)
		name = name_set_name(a->name_set, a->step.number);
	else
		invent(a->unknown);
	a->on_demand_probe.target = target_for(w, name);
	a->on_demand_probe.low_priority = true;
	a->on_demand_probe.done = ask_done;
	a->on_demand_probe.gone = ask_gone;
	return target_run_on_demand(w->context, w->context->runtime, &a->on_demand_probe);
}

static void name_prober_ask(struct name_prober *w, const struct name_schedule_step *step)
{
	struct ask *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		name_schedule_heard(&w->name_schedule, step, NAME_SCHEDULE_AWAY,
				    instant_now());
		return;
	}
	a->name_prober = w;
	a->step = *step;
	a->name_set = name_set_hold(w->name_schedule.params.name_set);
	a->at = &w->asks;
	a->next = w->asks;
	if (w->asks != NULL)
		w->asks->at = &a->next;
	w->asks = a;
	if (ask_begin(w, a)) {
		w->asked++;
		atomic_fetch_add(&w->context->counters.names, 1);
		return;
	}
	name_schedule_heard(&w->name_schedule, step, NAME_SCHEDULE_AWAY, instant_now());
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

static struct name_schedule_terms name_prober_params_of(const struct name_prober *w,
							const struct hosting *h,
							unsigned per_address_max,
							struct name_set *name_set)
{
	const struct target *t = h->target;
	bool longer = t->interval.ns > t->retry_interval.ns;

	return (struct name_schedule_terms){
		.name_set = name_set,
		.hash = turn_of(t),
		.interval = h->interval,
		.retry_interval = t->retry_interval,
		.trial_interval = longer ? t->interval : t->retry_interval,
		.max = per_address_max > 1 ? per_address_max - 1 : 1,
		.once = w->context->once,
	};
}

static void name_prober_change(struct name_prober *w, const struct plan *plan,
			       const struct hosting *h)
{
	struct name_set *name_set = name_results_set(w->name_results);
	struct name_schedule_terms params =
	    name_prober_params_of(w, h, plan->settings.per_address_max, name_set);

	w->hosting = h;
	name_schedule_change(&w->name_schedule, &params, instant_now(), moment_now());
	name_set_release(name_set);
}

static void take_name_set(struct name_prober *w)
{
	struct name_set *name_set = name_results_set(w->name_results);
	bool same = name_set == w->name_schedule.params.name_set;

	name_set_release(name_set);
	if (!same)
		name_prober_change(w, w->context->runtime->plan, w->hosting);
}

/* A run of one turn ends behind them. */
static void name_probers_part_if_done(struct name_probers *all)
{
	if (all->task.context->once && all->left == 0)
		task_part(&all->task);
}

static void name_prober_finish(struct name_prober *w)
{
	if (w->done)
		return;
	w->done = true;
	w->all->left--;
	name_probers_part_if_done(w->all);
}

static void go(struct due *d, struct instant now)
{
	struct name_prober *w = (struct name_prober *)d;
	struct name_schedule_step step;

	take_name_set(w);
	while ((step = name_schedule_next(&w->name_schedule, now)).kind ==
		   NAME_SCHEDULE_NAME ||
	       step.kind == NAME_SCHEDULE_FALLBACK)
		name_prober_ask(w, &step);
	name_results_note(w->name_results, w->asked,
			  name_schedule_behind(&w->name_schedule, now));
	w->asked = 0;
	if (step.kind == NAME_SCHEDULE_DONE)
		name_prober_finish(w);
	else if (instant_before(step.at, NAME_SCHEDULE_NEVER))
		schedule_put(&w->context->schedule, d, step.at);
}

/* --- the walkers of a worker -------------------------------------------------------------- */

static struct name_prober *name_prober_new(struct name_probers *all,
					   const struct plan *plan, const struct hosting *h)
{
	struct name_prober *w = calloc(1, sizeof(*w));
	struct name_schedule_terms params;
	struct name_set *name_set;

	if (w == NULL)
		return NULL;
	w->due.run = go;
	w->all = all;
	w->context = all->task.context;
	w->hosting = h;
	w->name_results = name_results_hold(h->name_results);
	name_set = name_results_set(w->name_results);
	params = name_prober_params_of(w, h, plan->settings.per_address_max, name_set);
	name_schedule_init(&w->name_schedule, &params, instant_now(), moment_now());
	name_set_release(name_set);
	all->left++;
	return w;
}

static void name_prober_free(struct name_prober *w)
{
	schedule_drop(&w->context->schedule, &w->due);
	while (w->asks != NULL)
		ask_disown(w->asks);
	if (!w->done)
		w->all->left--;
	name_schedule_fini(&w->name_schedule);
	name_results_release(w->name_results);
	free(w);
}

/* The walker of the same roster, given away. Both plans have the same order. */
static struct name_prober *take_old(struct name_probers *old, size_t *at,
				    const struct hosting *h)
{
	for (; *at < old->count; (*at)++) {
		struct name_prober *w = old->list[*at];
		int order;

		if (w == NULL)
			continue;
		order = target_order(w->hosting->target, h->target);
		if (order > 0)
			return NULL;
		if (order == 0 && w->name_results == h->name_results) {
			old->list[*at] = NULL;
			return w;
		}
	}
	return NULL;
}

static void list_free(struct name_probers *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i] != NULL)
			name_prober_free(all->list[i]);
	free(all->list);
	all->list = NULL;
	all->count = 0;
}

void name_probers_load(struct name_probers *all, const struct plan *plan)
{
	const struct task_context *c = all->task.context;
	struct name_probers old = *all;
	size_t at = 0;

	all->list = NULL;
	all->count = 0;
	if (plan->hosting_count > 0)
		all->list = calloc(plan->hosting_count, sizeof(struct name_prober *));
	/* Without memory nobody asks for names until the next configuration. */
	for (size_t i = 0; all->list != NULL && i < plan->hosting_count; i++) {
		const struct hosting *h = &plan->hostings[i];
		struct name_prober *name_prober;

		if (task_context_index(h->target->host, c->of) != c->index)
			continue;
		name_prober = take_old(&old, &at, h);
		if (name_prober != NULL)
			name_prober_change(name_prober, plan, h);
		else
			name_prober = name_prober_new(all, plan, h);
		if (name_prober == NULL)
			continue;
		all->list[all->count++] = name_prober;
		wake(name_prober);
	}
	list_free(&old);
}

void name_probers_fini(struct name_probers *all)
{
	if (all->task.context == NULL)
		return;
	list_free(all);
	schedule_drop(&all->task.context->schedule, &all->flush);
	tell_untold(all);
}

static bool name_probers_begin(struct task *t)
{
	name_probers_load((struct name_probers *)t, t->context->runtime->plan);
	return true;
}

static void name_probers_leave(struct task *t, struct span grace)
{
	(void)grace;
	name_probers_fini((struct name_probers *)t);
	task_part(t);
}

static const struct task_kind name_probers_task = {
	.begin = name_probers_begin,
	.leave = name_probers_leave,
};

void name_probers_start(struct name_probers *all, struct task_context *c)
{
	task_start(&all->task, &name_probers_task, c);
	name_probers_part_if_done(all);
}

static struct name_prober *name_prober_find(const struct name_probers *all,
					    const struct target *t)
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

void name_probers_hear(struct name_probers *all, const struct target *t,
		       const struct result *result)
{
	struct name_prober *name_prober;

	if (all->count == 0 || result->certificate == NULL)
		return;
	name_prober = name_prober_find(all, t);
	if (name_prober == NULL || !name_prober->name_schedule.paused)
		return;
	name_schedule_resume(&name_prober->name_schedule);
	name_results_pause(name_prober->name_results, FAULT_OK, PHASE_QUIT, moment_now());
	wake(name_prober);
}
