/* name_prober.c - starts a probe on demand for each step of the name schedule, and judges the result. */
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
	const struct name_check *name_check; /* of the context's plan */
	struct name_results *name_results;   /* held */
	struct name_schedule name_schedule;
	struct name_probe *probes; /* under way */
	uint64_t asked;            /* not counted in the name results yet */
	bool done;
};

/* One connection for one name. */
struct name_probe {
	struct on_demand_probe on_demand_probe;
	struct name_prober *name_prober; /* NULL: it was freed */
	struct name_probe *next, **at;
	struct name_set *name_set; /* held: step.number counts in it */
	struct name_schedule_step step;
	char unknown[NAME_SET_NAME_MAX]; /* a name that the server cannot know */
};

/* --- reporting changes -------------------------------------------------------------------- */

enum { MINUTE_MS = 60000 };

static void report_dropped(struct name_probers *all)
{
	const struct engine_hooks *hooks = &all->task.context->hooks;
	uint64_t count = all->dropped;

	all->dropped = 0;
	if (count > 0 && hooks->name_changes_dropped != NULL)
		hooks->name_changes_dropped(hooks->user, count);
}

static void minute_passed(struct due *d, struct instant now)
{
	(void)now;
	report_dropped(container_of(d, struct name_probers, flush));
}

static bool may_report_change(struct name_probers *all)
{
	struct instant now = instant_now();

	if (!instant_before(now, all->minute_ends)) {
		report_dropped(all);
		all->reported = 0;
		all->minute_ends = instant_plus(now, span_of_ms(MINUTE_MS));
	}
	if (all->reported < NAME_CHANGES_PER_MINUTE_MAX) {
		all->reported++;
		return true;
	}
	all->dropped++;
	all->flush.run = minute_passed;
	schedule_put(&all->task.context->schedule, &all->flush, all->minute_ends);
	return false;
}

static bool is_reportable(const struct name_results_change *c)
{
	if (!c->known || c->announced == c->announced_before)
		return false;
	return c->announced_before != STATE_COUNT || c->announced != STATE_OK;
}

static void name_prober_report_change(struct name_prober *w, const char *name,
				      const struct name_results_change *c)
{
	const struct engine_hooks *hooks = &w->context->hooks;
	struct name_result now;

	if (hooks->name_changed == NULL || !is_reportable(c) ||
	    !may_report_change(w->all) ||
	    !name_results_get(w->name_results, view_of(name), &now))
		return;
	hooks->name_changed(hooks->user, w->name_check->target, &now, c);
	name_result_list_fini(&now, 1);
}

/* --- judging ------------------------------------------------------------------------------ */

/* The TLS handshake began and broke off: a server may do so for a name that it does not know, or for
 * all names because it has a problem. */
static bool tls_broke_off(const struct result *r)
{
	return r->phase == PHASE_TLS &&
	       (r->fault == FAULT_TIMEOUT || r->fault == FAULT_RESET ||
		r->fault == FAULT_CLOSED);
}

static enum name_schedule_answer name_prober_file(struct name_prober *w,
						  const struct name_probe *a,
						  const struct result *result,
						  bool without_own)
{
	const struct target *t = w->name_check->target;
	unsigned confirm = w->context->once ? 1 : t->confirm;
	struct name_results_change c = name_verdict_store(
	    w->name_results, a->name_set, a->step.number, result, without_own, confirm);

	name_prober_report_change(w, name_set_name(a->name_set, a->step.number), &c);
	if (c.recheck && result->fault == FAULT_CERT_NAME && !without_own)
		name_schedule_recheck_fallback(&w->name_schedule, instant_now());
	return c.recheck ? NAME_SCHEDULE_RECHECK : NAME_SCHEDULE_ANSWERED;
}

/* True: the server showed its fall-back certificate; only that counts against the name, not what
 * else is wrong with that certificate. */
static bool is_covered_by_fallback_only(struct name_prober *w, struct result *r,
					const struct policy *policy)
{
	const struct target *t = w->name_check->target;

	if (!(r->cert_faults & CERT_FAULT_BIT(FAULT_CERT_NAME)) ||
	    !name_results_is_fallback(w->name_results, r->certificate))
		return false;
	name_verdict_for_fallback(r, t->service, policy, t->overrides);
	return true;
}

static enum name_schedule_answer name_prober_judge(struct name_prober *w,
						   const struct name_probe *a,
						   const struct result *found)
{
	const struct policy *policy = &w->context->runtime->plan->settings.policy;
	const struct target *t = w->name_check->target;
	struct result r = *found; /* shares what is lent */
	bool of_name = a->step.kind == NAME_SCHEDULE_NAME;

	if (name_verdict(&r, t->service, policy, t->overrides)) {
		if (of_name)
			return name_prober_file(w, a, &r,
						is_covered_by_fallback_only(w, &r, policy));
		name_results_put_fallback(w->name_results, r.certificate, r.at);
		return NAME_SCHEDULE_ANSWERED;
	}
	/* If it happens a second time, and other names were answered in between, it is this name. */
	if (of_name && !a->step.trial && tls_broke_off(&r) &&
	    name_results_broke_off(w->name_results, a->name_set, a->step.number))
		return name_prober_file(w, a, &r, false);
	name_results_set_paused(w->name_results, r.fault, r.phase, r.at);
	return NAME_SCHEDULE_NO_ANSWER;
}

/* --- probing a name ----------------------------------------------------------------------- */

static void name_prober_run_now(struct name_prober *w)
{
	schedule_put(&w->context->schedule, &w->due, instant_now());
}

/* The set may have changed since: the step is translated to the numbers of the current one. */
static void name_prober_finish_step(struct name_prober *w, const struct name_probe *a,
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
			answer = NAME_SCHEDULE_GIVEN_UP;
	}
	name_schedule_step_done(&w->name_schedule, &step, answer, instant_now());
	if (answer == NAME_SCHEDULE_ANSWERED || answer == NAME_SCHEDULE_RECHECK)
		name_results_set_paused(w->name_results, FAULT_OK, PHASE_QUIT,
					moment_now());
}

static void name_probe_done(struct on_demand_probe *on_demand_probe,
			    const struct result *result)
{
	struct name_probe *a = (struct name_probe *)on_demand_probe;
	struct name_prober *w = a->name_prober;

	if (w == NULL)
		return;
	name_prober_finish_step(w, a,
				result != NULL ? name_prober_judge(w, a, result)
					       : NAME_SCHEDULE_GIVEN_UP);
	name_prober_run_now(w);
}

static void name_probe_detach(struct name_probe *a)
{
	if (a->name_prober == NULL)
		return;
	*a->at = a->next;
	if (a->next != NULL)
		a->next->at = a->at;
	a->name_prober = NULL;
}

static void name_probe_free(struct name_probe *a)
{
	name_probe_detach(a);
	name_set_release(a->name_set);
	free(a);
}

static void name_probe_closed(struct on_demand_probe *on_demand_probe)
{
	name_probe_free((struct name_probe *)on_demand_probe);
}

/* Makes a random name that no server can know or recognise as a test. It is only sent in the TLS
 * handshake and never looked up in DNS. */
static void make_unknown_name(char dst[NAME_SET_NAME_MAX])
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

static struct target target_with_name(const struct name_prober *w, const char *name)
{
	struct target t = *w->name_check->target;

	t.tls_name = name;
	t.account = NULL;
	t.slot = NULL;
	t.flags |= TARGET_TLS_ONLY;
	return t;
}

static bool name_probe_begin(struct name_prober *w, struct name_probe *a)
{
	const char *name = a->unknown;

	if (a->step.kind == NAME_SCHEDULE_NAME)
		name = name_set_name(a->name_set, a->step.number);
	else
		make_unknown_name(a->unknown);
	a->on_demand_probe.target = target_with_name(w, name);
	a->on_demand_probe.low_priority = true;
	a->on_demand_probe.done = name_probe_done;
	a->on_demand_probe.closed = name_probe_closed;
	return target_run_on_demand(w->context, w->context->runtime, &a->on_demand_probe);
}

static void name_prober_probe(struct name_prober *w, const struct name_schedule_step *step)
{
	struct name_probe *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		name_schedule_step_done(&w->name_schedule, step, NAME_SCHEDULE_NO_ANSWER,
					instant_now());
		return;
	}
	a->name_prober = w;
	a->step = *step;
	a->name_set = name_set_hold(w->name_schedule.params.name_set);
	a->at = &w->probes;
	a->next = w->probes;
	if (w->probes != NULL)
		w->probes->at = &a->next;
	w->probes = a;
	if (name_probe_begin(w, a)) {
		w->asked++;
		atomic_fetch_add(&w->context->counters.names, 1);
		return;
	}
	name_schedule_step_done(&w->name_schedule, step, NAME_SCHEDULE_NO_ANSWER,
				instant_now());
	name_probe_free(a);
}

/* --- the schedule of names ---------------------------------------------------------------- */

/* The hash of a short text has only good lower bits: this spreads them over all 64. */
static uint64_t mixed_hash(const char *text)
{
	uint64_t hash = view_hash(view_of(text)) * 0x9e3779b97f4a7c15U;

	return (hash ^ hash >> 32) * 0xd6e8feb86659fd93U;
}

/* All services of a server probe a name within a short time. */
static uint64_t schedule_offset_of(const struct target *t)
{
	return mixed_hash(t->server) + (mixed_hash(t->service->name) >> 10);
}

static struct name_schedule_params schedule_params_of(const struct name_prober *w,
						      const struct name_check *h,
						      unsigned per_address_max,
						      struct name_set *name_set)
{
	const struct target *t = h->target;
	bool longer = t->interval.ns > t->retry_interval.ns;

	return (struct name_schedule_params){
		.name_set = name_set,
		.hash = schedule_offset_of(t),
		.interval = h->interval,
		.retry_interval = t->retry_interval,
		.trial_interval = longer ? t->interval : t->retry_interval,
		.max = per_address_max > 1 ? per_address_max - 1 : 1,
		.once = w->context->once,
	};
}

static void name_prober_change(struct name_prober *w, const struct plan *plan,
			       const struct name_check *h)
{
	struct name_set *name_set = name_results_set(w->name_results);
	struct name_schedule_params params =
	    schedule_params_of(w, h, plan->settings.per_address_max, name_set);

	w->name_check = h;
	name_schedule_change(&w->name_schedule, &params, instant_now(), moment_now());
	name_set_release(name_set);
}

static void adopt_name_set(struct name_prober *w)
{
	struct name_set *name_set = name_results_set(w->name_results);
	bool same = name_set == w->name_schedule.params.name_set;

	name_set_release(name_set);
	if (!same)
		name_prober_change(w, w->context->runtime->plan, w->name_check);
}

/* A run of one turn ends behind them. */
static void name_probers_part_if_done(struct name_probers *all)
{
	if (all->task.context->once && all->left == 0)
		task_end(&all->task);
}

static void name_prober_finish(struct name_prober *w)
{
	if (w->done)
		return;
	w->done = true;
	w->all->left--;
	name_probers_part_if_done(w->all);
}

static void name_prober_run(struct due *d, struct instant now)
{
	struct name_prober *w = (struct name_prober *)d;
	struct name_schedule_step step;

	adopt_name_set(w);
	while ((step = name_schedule_next(&w->name_schedule, now)).kind ==
		   NAME_SCHEDULE_NAME ||
	       step.kind == NAME_SCHEDULE_FALLBACK)
		name_prober_probe(w, &step);
	name_results_add_probes(w->name_results, w->asked,
				name_schedule_lateness(&w->name_schedule, now));
	w->asked = 0;
	if (step.kind == NAME_SCHEDULE_DONE)
		name_prober_finish(w);
	else if (instant_before(step.at, NAME_SCHEDULE_NEVER))
		schedule_put(&w->context->schedule, d, step.at);
}

/* --- all probers of a worker -------------------------------------------------------------- */

static struct name_prober *name_prober_new(struct name_probers *all,
					   const struct plan *plan,
					   const struct name_check *h)
{
	struct name_prober *w = calloc(1, sizeof(*w));
	struct name_schedule_params params;
	struct name_set *name_set;

	if (w == NULL)
		return NULL;
	w->due.run = name_prober_run;
	w->all = all;
	w->context = all->task.context;
	w->name_check = h;
	w->name_results = name_results_hold(h->name_results);
	name_set = name_results_set(w->name_results);
	params = schedule_params_of(w, h, plan->settings.per_address_max, name_set);
	name_schedule_init(&w->name_schedule, &params, instant_now(), moment_now());
	name_set_release(name_set);
	all->left++;
	return w;
}

static void name_prober_free(struct name_prober *w)
{
	schedule_drop(&w->context->schedule, &w->due);
	while (w->probes != NULL)
		name_probe_detach(w->probes);
	if (!w->done)
		w->all->left--;
	name_schedule_fini(&w->name_schedule);
	name_results_release(w->name_results);
	free(w);
}

/* Takes the prober with the same results out of the old list. Both plans have the same order, so
 * `at` only grows. */
static struct name_prober *take_unchanged_prober(struct name_probers *old, size_t *at,
						 const struct name_check *h)
{
	for (; *at < old->count; (*at)++) {
		struct name_prober *w = old->list[*at];
		int order;

		if (w == NULL)
			continue;
		order = target_order(w->name_check->target, h->target);
		if (order > 0)
			return NULL;
		if (order == 0 && w->name_results == h->name_results) {
			old->list[*at] = NULL;
			return w;
		}
	}
	return NULL;
}

static void name_probers_free(struct name_probers *all)
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
	if (plan->name_check_count > 0)
		all->list = calloc(plan->name_check_count, sizeof(struct name_prober *));
	for (size_t i = 0; all->list != NULL && i < plan->name_check_count; i++) {
		const struct name_check *h = &plan->name_checks[i];
		struct name_prober *name_prober;

		if (task_context_index_of_host(h->target->host, c->worker_count) !=
		    c->index)
			continue;
		name_prober = take_unchanged_prober(&old, &at, h);
		if (name_prober != NULL)
			name_prober_change(name_prober, plan, h);
		else
			name_prober = name_prober_new(all, plan, h);
		if (name_prober == NULL)
			continue;
		all->list[all->count++] = name_prober;
		name_prober_run_now(name_prober);
	}
	name_probers_free(&old);
}

void name_probers_fini(struct name_probers *all)
{
	if (all->task.context == NULL)
		return;
	name_probers_free(all);
	schedule_drop(&all->task.context->schedule, &all->flush);
	report_dropped(all);
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
	task_end(t);
}

static const struct task_kind name_probers_task = {
	.begin = name_probers_begin,
	.stop = name_probers_leave,
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

		if (target_order(all->list[middle]->name_check->target, t) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < all->count && target_order(all->list[low]->name_check->target, t) == 0
		   ? all->list[low]
		   : NULL;
}

void name_probers_server_answered(struct name_probers *all, const struct target *t,
				  const struct result *result)
{
	struct name_prober *name_prober;

	if (all->count == 0 || result->certificate == NULL)
		return;
	name_prober = name_prober_find(all, t);
	if (name_prober == NULL || !name_prober->name_schedule.paused)
		return;
	name_schedule_resume(&name_prober->name_schedule);
	name_results_set_paused(name_prober->name_results, FAULT_OK, PHASE_QUIT,
				moment_now());
	name_prober_run_now(name_prober);
}
