/* name_schedule.c - laps over a roll, and a queue of those to be asked again. */
#include "name_schedule.h"

#include <stdlib.h>
#include <string.h>

enum {
	HURRY = 4,  /* times the even pace: how fast a walk that is late may catch up */
	PAUSES = 3, /* once: then it is given up */
};

/* --- times -------------------------------------------------------------------------------- */

static struct span share_of(uint64_t share, struct span interval)
{
	return (struct span){ (int64_t)((double)share * 0x1p-64 * (double)interval.ns) };
}

static uint64_t turned(const struct name_schedule *w, size_t number)
{
	return name_set_place(w->params.name_set, number) + w->turn;
}

static size_t name_schedule_count_of(const struct name_schedule *w)
{
	return name_set_count(w->params.name_set);
}

/* In the lap of the next name. */
static struct instant time_of(const struct name_schedule *w, size_t number)
{
	return instant_plus(w->lap, share_of(turned(w, number), w->params.interval));
}

/* The first name whose turned place is not before this one; the lap is moved on when it is one
 * of the next. */
static void name_schedule_seek(struct name_schedule *w, uint64_t name_schedule_place)
{
	w->next = name_set_at_place(w->params.name_set, name_schedule_place - w->turn);
	if (w->next == name_schedule_count_of(w))
		w->next = 0;
	if (turned(w, w->next) < name_schedule_place)
		w->lap = instant_plus(w->lap, w->params.interval);
}

/* Where the calendar says that it should be. */
static void name_schedule_place(struct name_schedule *w, struct instant now,
				struct moment today)
{
	int64_t interval_ms = w->params.interval.ns / 1000000;
	int64_t phase = today.ms % (interval_ms > 0 ? interval_ms : 1) * 1000000;
	double share = (double)phase / (double)w->params.interval.ns;

	w->lap = instant_plus(now, (struct span){ -phase });
	if (name_schedule_count_of(w) > 0)
		name_schedule_seek(w, (uint64_t)(share * 0x1p64));
}

static void name_schedule_advance(struct name_schedule *w)
{
	size_t first =
	    name_set_at_place(w->params.name_set, 0 - w->turn) % name_schedule_count_of(w);

	w->next = (w->next + 1) % name_schedule_count_of(w);
	if (w->next == first)
		w->lap = instant_plus(w->lap, w->params.interval);
}

/* More than an interval late: those left behind have their turn in the next lap. */
static void skip_laps(struct name_schedule *w, struct instant now)
{
	while (span_between(time_of(w, w->next), now).ns > w->params.interval.ns)
		w->lap = instant_plus(w->lap, w->params.interval);
}

/* When the next may be asked so that a late walk is no storm. */
static struct instant paced(const struct name_schedule *w)
{
	int64_t even = w->params.interval.ns / (int64_t)name_schedule_count_of(w);

	return instant_plus(w->latest, (struct span){ even / HURRY });
}

struct span name_schedule_behind(const struct name_schedule *w, struct instant now)
{
	struct span late = { 0 };

	if (!w->params.once && !w->paused && name_schedule_count_of(w) > 0)
		late = span_between(time_of(w, w->next), now);
	return late.ns > 0 ? late : (struct span){ 0 };
}

/* --- those to be asked again -------------------------------------------------------------- */

static bool has_retry(const struct name_schedule *w)
{
	return w->retry_first < w->retry_end;
}

/* Room at both ends. False: out of memory; the name then waits for its place. */
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

/* Before all others: it was taken, and nothing came of it. */
static void retry_return(struct name_schedule *w, uint32_t number, struct instant now)
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

/* Unless its place comes sooner. */
static void ask_again(struct name_schedule *w, uint32_t number, struct instant now)
{
	struct instant soon = instant_plus(now, w->params.retry_interval);
	struct instant regular = time_of(w, number);

	if (w->params.once)
		return;
	while (!instant_before(now, regular))
		regular = instant_plus(regular, w->params.interval);
	if (instant_before(soon, regular))
		retry_put(w, number, soon);
}

/* --- life --------------------------------------------------------------------------------- */

static void take_params(struct name_schedule *w, const struct name_schedule_terms *t)
{
	w->params = *t;
	name_set_hold(t->name_set);
	w->turn = t->hash;
}

void name_schedule_init(struct name_schedule *w, const struct name_schedule_terms *t,
			struct instant now, struct moment today)
{
	*w = (struct name_schedule){ .fallback_due = now, .latest = { INT64_MIN / 2 } };
	take_params(w, t);
	w->left = name_schedule_count_of(w);
	name_schedule_place(w, now, today);
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

void name_schedule_change(struct name_schedule *w, const struct name_schedule_terms *t,
			  struct instant now, struct moment today)
{
	struct name_set *older = w->params.name_set;
	bool same_pace =
	    w->params.interval.ns == t->interval.ns && name_schedule_count_of(w) > 0;
	uint64_t at = same_pace ? turned(w, w->next) : 0;

	take_params(w, t);
	if (older != t->name_set)
		retries_move(w, older);
	name_set_release(older);
	if (!same_pace)
		name_schedule_place(w, now, today);
	else if (name_schedule_count_of(w) > 0)
		name_schedule_seek(w, at);
}

/* --- steps -------------------------------------------------------------------------------- */

static struct name_schedule_step step_of(struct name_schedule *w,
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
	return step_of(w, NAME_SCHEDULE_NAME, retry_take(w));
}

static struct name_schedule_step take_next(struct name_schedule *w, struct instant now)
{
	uint32_t number = (uint32_t)w->next;

	w->latest = now;
	if (w->left > 0)
		w->left--;
	name_schedule_advance(w);
	return step_of(w, NAME_SCHEDULE_NAME, number);
}

/* By turns a name that it cannot know, which some servers hang up on, and one that it should. */
static struct name_schedule_step knock(struct name_schedule *w, struct instant now)
{
	bool by_name = w->trial_by_name && (has_retry(w) || !w->params.once || w->left > 0);
	struct name_schedule_step step;

	if (w->trial_under_way)
		return wait_until(NAME_SCHEDULE_NEVER);
	if (instant_before(now, w->trial_at))
		return wait_until(w->trial_at);
	if (!by_name)
		step = step_of(w, NAME_SCHEDULE_FALLBACK, 0);
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

/* When the fall-back is to be asked for again. While it is, that time is over and the answer is
 * waited for instead. */
static struct instant fallback_time(const struct name_schedule *w)
{
	return w->fallback_under_way ? NAME_SCHEDULE_NEVER : w->fallback_due;
}

static struct name_schedule_step next_name(struct name_schedule *w, struct instant now)
{
	struct instant at = paced(w), due;

	skip_laps(w, now);
	due = time_of(w, w->next);
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
		return knock(w, now);
	if (!w->fallback_under_way && !instant_before(now, w->fallback_due))
		return step_of(w, NAME_SCHEDULE_FALLBACK, 0);
	if (!w->fallback_tried)
		return wait_until(NAME_SCHEDULE_NEVER);
	if (w->params.once)
		return next_once(w, now);
	if (name_schedule_count_of(w) == 0)
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
	/* Do not hold the names up for one that the server may hang up on for ever. */
	w->fallback_tried = true;
}

static void pause_walk(struct name_schedule *w, struct instant now)
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

/* Once: what was not asked stays unknown. */
static void name_schedule_give_up(struct name_schedule *w)
{
	w->paused = false;
	w->given_up = true;
	w->fallback_tried = true;
	w->fallback_due = NAME_SCHEDULE_NEVER;
	w->left = 0;
	w->retry_first = w->retry_end = 0;
}

/* Some servers hang up on it: do not pause for it again and again. */
static void put_off_fallback(struct name_schedule *w, struct instant now)
{
	unsigned times = w->fallback_failures < 16 ? w->fallback_failures++ : 16;
	struct span wait = { w->params.retry_interval.ns << times };

	if (wait.ns > w->params.interval.ns || w->params.once)
		wait = w->params.interval;
	w->fallback_due = instant_plus(now, wait);
}

static void heard_away(struct name_schedule *w, const struct name_schedule_step *step,
		       struct instant now)
{
	bool second = step->trial && !w->trial_by_name;

	if (w->given_up)
		return;
	if (step->kind == NAME_SCHEDULE_FALLBACK)
		put_off_fallback(w, now);
	if (step->kind == NAME_SCHEDULE_NAME)
		retry_return(w, step->number, now);
	/* Those that were under way together fail together. */
	if (!w->paused || step->trial)
		pause_walk(w, now);
	if (w->params.once && (second || w->pauses > PAUSES))
		name_schedule_give_up(w);
}

void name_schedule_heard(struct name_schedule *w, const struct name_schedule_step *step,
			 enum name_schedule_answer answer, struct instant now)
{
	w->under_way--;
	if (step->trial)
		w->trial_under_way = false;
	if (step->kind == NAME_SCHEDULE_FALLBACK)
		w->fallback_under_way = false;
	if (answer == NAME_SCHEDULE_LOST)
		return;
	if (answer == NAME_SCHEDULE_AWAY) {
		heard_away(w, step, now);
		return;
	}
	if (step->kind == NAME_SCHEDULE_FALLBACK) {
		w->fallback_tried = true;
		w->fallback_failures = 0;
		w->fallback_due = w->params.once ? NAME_SCHEDULE_NEVER
						 : instant_plus(now, w->params.interval);
	}
	name_schedule_resume(w);
	if (answer == NAME_SCHEDULE_AGAIN && step->kind == NAME_SCHEDULE_NAME)
		ask_again(w, step->number, now);
}

void name_schedule_doubt_fallback(struct name_schedule *w, struct instant now)
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
