/* name_schedule.c - goes through a name set once in each interval (a cycle), and keeps a queue of
 * the names that must be probed again soon. */
#include "name_schedule.h"

#include <stdlib.h>
#include <string.h>

enum {
	CATCH_UP_FACTOR =
	    4, /* a late schedule probes names at up to this many times the even pace */
	PAUSES_MAX = 3, /* with `once`: after so many the rest is given up */
};

/* --- times -------------------------------------------------------------------------------- */

static struct span share_of(uint64_t share, struct span interval)
{
	return (struct span){ (int64_t)((double)share * 0x1p-64 * (double)interval.ns) };
}

static uint64_t offset_place(const struct name_schedule *w, size_t number)
{
	return name_set_place(w->params.name_set, number) + w->offset;
}

static size_t name_count(const struct name_schedule *w)
{
	return name_set_count(w->params.name_set);
}

/* The time of a name in the current cycle. */
static struct instant regular_time(const struct name_schedule *w, size_t number)
{
	return instant_plus(w->cycle_began,
			    share_of(offset_place(w, number), w->params.interval));
}

/* Makes the first name at this place or after it the next one. If all names are before it, that is
 * the first name of the next cycle. */
static void schedule_seek_time(struct name_schedule *w, uint64_t place)
{
	w->next = name_set_at_place(w->params.name_set, place - w->offset);
	if (w->next == name_count(w))
		w->next = 0;
	if (offset_place(w, w->next) < place)
		w->cycle_began = instant_plus(w->cycle_began, w->params.interval);
}

/* Starts where the time of day says: cycles are counted from 1970. */
static void schedule_restart_cycle(struct name_schedule *w, struct instant now,
				   struct moment today)
{
	int64_t interval_ms = w->params.interval.ns / 1000000;
	int64_t phase = today.ms % (interval_ms > 0 ? interval_ms : 1) * 1000000;
	double share = (double)phase / (double)w->params.interval.ns;

	w->cycle_began = instant_plus(now, (struct span){ -phase });
	if (name_count(w) > 0)
		schedule_seek_time(w, (uint64_t)(share * 0x1p64));
}

static void advance_to_next_name(struct name_schedule *w)
{
	size_t first = name_set_at_place(w->params.name_set, 0 - w->offset) % name_count(w);

	w->next = (w->next + 1) % name_count(w);
	if (w->next == first)
		w->cycle_began = instant_plus(w->cycle_began, w->params.interval);
}

/* A schedule that is more than an interval late leaves names out until the next cycle. */
static void skip_cycles(struct name_schedule *w, struct instant now)
{
	while (span_between(regular_time(w, w->next), now).ns > w->params.interval.ns)
		w->cycle_began = instant_plus(w->cycle_began, w->params.interval);
}

/* When the next name may be probed, so that a late schedule does not probe all at once. */
static struct instant earliest_by_pace(const struct name_schedule *w)
{
	int64_t even = w->params.interval.ns / (int64_t)name_count(w);

	return instant_plus(w->latest, (struct span){ even / CATCH_UP_FACTOR });
}

struct span name_schedule_lateness(const struct name_schedule *w, struct instant now)
{
	struct span late = { 0 };

	if (!w->params.once && !w->paused && name_count(w) > 0)
		late = span_between(regular_time(w, w->next), now);
	return late.ns > 0 ? late : (struct span){ 0 };
}

/* --- names to be probed again soon -------------------------------------------------------- */

static bool has_retry(const struct name_schedule *w)
{
	return w->retry_first < w->retry_end;
}

/* Keeps free entries at both ends. False: out of memory; the name then waits for its regular time. */
static bool retry_room(struct name_schedule *w)
{
	size_t waiting = w->retry_end - w->retry_first, cap = 4 * waiting + 16;
	struct name_schedule_retry *list;

	if (w->retry_first > 0 && w->retry_end < w->retry_cap)
		return true;
	list = malloc(cap * sizeof(*list));
	if (list == NULL)
		return false;
	if (waiting > 0)
		memcpy(list + cap / 4, w->retries + w->retry_first,
		       waiting * sizeof(*list));
	free(w->retries);
	w->retries = list;
	w->retry_cap = cap;
	w->retry_first = cap / 4;
	w->retry_end = w->retry_first + waiting;
	return true;
}

static void retry_put(struct name_schedule *w, uint32_t number, struct instant at)
{
	if (retry_room(w))
		w->retries[w->retry_end++] = (struct name_schedule_retry){ at, number };
}

/* Puts a name first: it was taken, but the server did not answer. */
static void retry_put_first(struct name_schedule *w, uint32_t number, struct instant now)
{
	if (retry_room(w))
		w->retries[--w->retry_first] = (struct name_schedule_retry){ now, number };
}

static uint32_t retry_take(struct name_schedule *w)
{
	uint32_t number = w->retries[w->retry_first++].number;

	if (!has_retry(w)) {
		free(w->retries);
		w->retries = NULL;
		w->retry_first = w->retry_end = w->retry_cap = 0;
	}
	return number;
}

/* Does nothing if the regular time of the name comes sooner. */
static void schedule_retry(struct name_schedule *w, uint32_t number, struct instant now)
{
	struct instant soon = instant_plus(now, w->params.retry_interval);
	struct instant regular = regular_time(w, number);

	if (w->params.once)
		return;
	while (!instant_before(now, regular))
		regular = instant_plus(regular, w->params.interval);
	if (instant_before(soon, regular))
		retry_put(w, number, soon);
}

/* --- life --------------------------------------------------------------------------------- */

static void take_params(struct name_schedule *w, const struct name_schedule_params *t)
{
	w->params = *t;
	name_set_hold(t->name_set);
	w->offset = t->hash;
}

void name_schedule_init(struct name_schedule *w, const struct name_schedule_params *t,
			struct instant now, struct moment today)
{
	*w = (struct name_schedule){ .fallback_due = now, .latest = { INT64_MIN / 2 } };
	take_params(w, t);
	w->left = name_count(w);
	schedule_restart_cycle(w, now, today);
}

void name_schedule_fini(struct name_schedule *w)
{
	free(w->retries);
	name_set_release(w->params.name_set);
	*w = (struct name_schedule){ 0 };
}

static void retries_move(struct name_schedule *w, const struct name_set *older)
{
	size_t n = w->retry_first, number;

	for (size_t i = w->retry_first; i < w->retry_end; i++) {
		const char *name = name_set_name(older, w->retries[i].number);

		if (!name_set_find(w->params.name_set, view_of(name), &number))
			continue;
		w->retries[n] = w->retries[i];
		w->retries[n++].number = (uint32_t)number;
	}
	w->retry_end = n;
}

void name_schedule_change(struct name_schedule *w, const struct name_schedule_params *t,
			  struct instant now, struct moment today)
{
	struct name_set *older = w->params.name_set;
	bool same_pace = w->params.interval.ns == t->interval.ns && name_count(w) > 0;
	uint64_t at = same_pace ? offset_place(w, w->next) : 0;

	take_params(w, t);
	if (older != t->name_set)
		retries_move(w, older);
	name_set_release(older);
	if (!same_pace)
		schedule_restart_cycle(w, now, today);
	else if (name_count(w) > 0)
		schedule_seek_time(w, at);
}

/* --- steps -------------------------------------------------------------------------------- */

static struct name_schedule_step begin_step(struct name_schedule *w,
					    enum name_schedule_kind kind, uint32_t number)
{
	w->under_way++;
	if (kind == NAME_SCHEDULE_FALLBACK)
		w->fallback_under_way = true;
	return (struct name_schedule_step){ kind, false, number, { 0 } };
}

static struct name_schedule_step wait_until(struct instant at)
{
	return (struct name_schedule_step){ NAME_SCHEDULE_WAIT, false, 0, at };
}

static struct name_schedule_step take_retry(struct name_schedule *w, struct instant now)
{
	w->latest = now;
	return begin_step(w, NAME_SCHEDULE_NAME, retry_take(w));
}

static struct name_schedule_step take_next(struct name_schedule *w, struct instant now)
{
	uint32_t number = (uint32_t)w->next;

	w->latest = now;
	if (w->left > 0)
		w->left--;
	advance_to_next_name(w);
	return begin_step(w, NAME_SCHEDULE_NAME, number);
}

/* Trials alternate: a name that the server cannot know (some servers hang up on it), then one that
 * it should know. */
static struct name_schedule_step next_trial(struct name_schedule *w, struct instant now)
{
	bool by_name = w->trial_by_name && (has_retry(w) || !w->params.once || w->left > 0);
	struct name_schedule_step step;

	if (w->trial_under_way)
		return wait_until(NAME_SCHEDULE_NEVER);
	if (instant_before(now, w->trial_at))
		return wait_until(w->trial_at);
	if (!by_name)
		step = begin_step(w, NAME_SCHEDULE_FALLBACK, 0);
	else
		step = has_retry(w) ? take_retry(w, now) : take_next(w, now);
	step.trial = w->trial_under_way = true;
	w->trial_by_name = !w->trial_by_name;
	return step;
}

static struct name_schedule_step next_once(struct name_schedule *w, struct instant now)
{
	if (has_retry(w))
		return take_retry(w, now);
	if (w->left > 0)
		return take_next(w, now);
	if (w->under_way > 0)
		return wait_until(NAME_SCHEDULE_NEVER);
	return (struct name_schedule_step){ .kind = NAME_SCHEDULE_DONE };
}

static struct instant earlier(struct instant a, struct instant b)
{
	return instant_before(a, b) ? a : b;
}

/* When the unknown name is due. While its probe is under way it is not. */
static struct instant fallback_time(const struct name_schedule *w)
{
	return w->fallback_under_way ? NAME_SCHEDULE_NEVER : w->fallback_due;
}

static struct name_schedule_step next_name(struct name_schedule *w, struct instant now)
{
	struct instant at = earliest_by_pace(w), due;

	skip_cycles(w, now);
	due = regular_time(w, w->next);
	if (has_retry(w))
		due = earlier(due, w->retries[w->retry_first].at);
	at = instant_before(at, due) ? due : at;
	if (instant_before(now, at))
		return wait_until(earlier(at, fallback_time(w)));
	if (has_retry(w) && !instant_before(now, w->retries[w->retry_first].at))
		return take_retry(w, now);
	return take_next(w, now);
}

struct name_schedule_step name_schedule_next(struct name_schedule *w, struct instant now)
{
	if (w->under_way >= w->params.max)
		return wait_until(NAME_SCHEDULE_NEVER);
	if (w->paused)
		return next_trial(w, now);
	if (!w->fallback_under_way && !instant_before(now, w->fallback_due))
		return begin_step(w, NAME_SCHEDULE_FALLBACK, 0);
	if (!w->fallback_tried)
		return wait_until(NAME_SCHEDULE_NEVER);
	if (w->params.once)
		return next_once(w, now);
	if (name_count(w) == 0)
		return wait_until(fallback_time(w));
	return next_name(w, now);
}

/* --- answers ------------------------------------------------------------------------------ */

void name_schedule_resume(struct name_schedule *w)
{
	if (!w->paused)
		return;
	w->paused = false;
	w->trial_by_name = false;
	/* The names do not wait any longer for a fall-back that the server may never show. */
	w->fallback_tried = true;
}

static void schedule_pause(struct name_schedule *w, struct instant now)
{
	struct span longest = w->params.trial_interval;

	if (!w->paused) {
		w->paused = true;
		w->pauses++;
		w->trial_wait = w->params.retry_interval;
		w->trial_by_name = false;
	} else {
		w->trial_wait.ns *= 2;
	}
	if (w->trial_wait.ns > longest.ns)
		w->trial_wait = longest;
	w->trial_at = w->params.once ? now : instant_plus(now, w->trial_wait);
}

/* With `once`: names that were not probed stay unknown. */
static void give_up_names(struct name_schedule *w)
{
	w->paused = false;
	w->given_up = true;
	w->fallback_tried = true;
	w->fallback_due = NAME_SCHEDULE_NEVER;
	w->left = 0;
	w->retry_first = w->retry_end = 0;
}

/* Some servers hang up on an unknown name: it must not cause one pause after the other. */
static void delay_fallback(struct name_schedule *w, struct instant now)
{
	unsigned times = w->fallback_failures < 16 ? w->fallback_failures++ : 16;
	struct span wait = { w->params.retry_interval.ns << times };

	if (wait.ns > w->params.interval.ns || w->params.once)
		wait = w->params.interval;
	w->fallback_due = instant_plus(now, wait);
}

static void no_answer(struct name_schedule *w, const struct name_schedule_step *step,
		      struct instant now)
{
	bool second = step->trial && !w->trial_by_name;

	if (w->given_up)
		return;
	if (step->kind == NAME_SCHEDULE_FALLBACK)
		delay_fallback(w, now);
	if (step->kind == NAME_SCHEDULE_NAME)
		retry_put_first(w, step->number, now);
	/* Probes that were under way together fail together; they count as one. */
	if (!w->paused || step->trial)
		schedule_pause(w, now);
	if (w->params.once && (second || w->pauses > PAUSES_MAX))
		give_up_names(w);
}

void name_schedule_step_done(struct name_schedule *w, const struct name_schedule_step *step,
			     enum name_schedule_answer answer, struct instant now)
{
	w->under_way--;
	if (step->trial)
		w->trial_under_way = false;
	if (step->kind == NAME_SCHEDULE_FALLBACK)
		w->fallback_under_way = false;
	if (answer == NAME_SCHEDULE_GIVEN_UP)
		return;
	if (answer == NAME_SCHEDULE_NO_ANSWER) {
		no_answer(w, step, now);
		return;
	}
	if (step->kind == NAME_SCHEDULE_FALLBACK) {
		w->fallback_tried = true;
		w->fallback_failures = 0;
		w->fallback_due = w->params.once ? NAME_SCHEDULE_NEVER
						 : instant_plus(now, w->params.interval);
	}
	name_schedule_resume(w);
	if (answer == NAME_SCHEDULE_RECHECK && step->kind == NAME_SCHEDULE_NAME)
		schedule_retry(w, step->number, now);
}

void name_schedule_recheck_fallback(struct name_schedule *w, struct instant now)
{
	struct instant asked =
	    instant_plus(w->fallback_due, (struct span){ -w->params.interval.ns });
	struct instant soon = instant_plus(asked, w->params.retry_interval);

	if (w->params.once || w->fallback_under_way)
		return;
	if (instant_before(soon, now))
		soon = now;
	if (instant_before(soon, w->fallback_due))
		w->fallback_due = soon;
}
