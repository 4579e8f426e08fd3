/* walk.c - laps over a roll, and a queue of those to be asked again. */
#include "walk.h"

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

static uint64_t turned(const struct walk *w, size_t number)
{
	return roll_place(w->terms.roll, number) + w->turn;
}

static size_t count_of(const struct walk *w)
{
	return roll_count(w->terms.roll);
}

/* In the lap of the next name. */
static struct instant time_of(const struct walk *w, size_t number)
{
	return instant_plus(w->lap, share_of(turned(w, number), w->terms.interval));
}

/* The first name whose turned place is not before this one; the lap is moved on when it is one
 * of the next. */
static void seek(struct walk *w, uint64_t place)
{
	w->next = roll_at_place(w->terms.roll, place - w->turn);
	if (w->next == count_of(w))
		w->next = 0;
	if (turned(w, w->next) < place)
		w->lap = instant_plus(w->lap, w->terms.interval);
}

/* Where the calendar says that it should be. */
static void place(struct walk *w, struct instant now, struct moment today)
{
	int64_t interval_ms = w->terms.interval.ns / 1000000;
	int64_t phase = today.ms % (interval_ms > 0 ? interval_ms : 1) * 1000000;
	double share = (double)phase / (double)w->terms.interval.ns;

	w->lap = instant_plus(now, (struct span){ -phase });
	if (count_of(w) > 0)
		seek(w, (uint64_t)(share * 0x1p64));
}

static void advance(struct walk *w)
{
	size_t first = roll_at_place(w->terms.roll, 0 - w->turn) % count_of(w);

	w->next = (w->next + 1) % count_of(w);
	if (w->next == first)
		w->lap = instant_plus(w->lap, w->terms.interval);
}

/* More than an interval late: those left behind have their turn in the next lap. */
static void skip_laps(struct walk *w, struct instant now)
{
	while (span_between(time_of(w, w->next), now).ns > w->terms.interval.ns)
		w->lap = instant_plus(w->lap, w->terms.interval);
}

/* When the next may be asked so that a late walk is no storm. */
static struct instant paced(const struct walk *w)
{
	int64_t even = w->terms.interval.ns / (int64_t)count_of(w);

	return instant_plus(w->latest, (struct span){ even / HURRY });
}

struct span walk_behind(const struct walk *w, struct instant now)
{
	struct span late = { 0 };

	if (!w->terms.once && !w->paused && count_of(w) > 0)
		late = span_between(time_of(w, w->next), now);
	return late.ns > 0 ? late : (struct span){ 0 };
}

/* --- those to be asked again -------------------------------------------------------------- */

static bool has_retry(const struct walk *w)
{
	return w->retry_first < w->retry_end;
}

/* Room at both ends. False: out of memory; the name then waits for its place. */
static bool retry_room(struct walk *w)
{
	size_t waiting = w->retry_end - w->retry_first, cap = 4 * waiting + 16;
	struct walk_retry *list;

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

static void retry_put(struct walk *w, uint32_t number, struct instant at)
{
	if (retry_room(w))
		w->retries[w->retry_end++] = (struct walk_retry){ at, number };
}

/* Before all others: it was taken, and nothing came of it. */
static void retry_return(struct walk *w, uint32_t number, struct instant now)
{
	if (retry_room(w))
		w->retries[--w->retry_first] = (struct walk_retry){ now, number };
}

static uint32_t retry_take(struct walk *w)
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
static void ask_again(struct walk *w, uint32_t number, struct instant now)
{
	struct instant soon = instant_plus(now, w->terms.retry_interval);
	struct instant regular = time_of(w, number);

	if (w->terms.once)
		return;
	while (!instant_before(now, regular))
		regular = instant_plus(regular, w->terms.interval);
	if (instant_before(soon, regular))
		retry_put(w, number, soon);
}

/* --- life --------------------------------------------------------------------------------- */

static void take_terms(struct walk *w, const struct walk_terms *t)
{
	w->terms = *t;
	roll_hold(t->roll);
	w->turn = t->hash;
}

void walk_init(struct walk *w, const struct walk_terms *t, struct instant now,
	       struct moment today)
{
	*w = (struct walk){ .fallback_due = now, .latest = { INT64_MIN / 2 } };
	take_terms(w, t);
	w->left = count_of(w);
	place(w, now, today);
}

void walk_fini(struct walk *w)
{
	free(w->retries);
	roll_release(w->terms.roll);
	*w = (struct walk){ 0 };
}

static void retries_move(struct walk *w, const struct roll *older)
{
	size_t n = w->retry_first, number;

	for (size_t i = w->retry_first; i < w->retry_end; i++) {
		const char *name = roll_name(older, w->retries[i].number);

		if (!roll_find(w->terms.roll, view_of(name), &number))
			continue;
		w->retries[n] = w->retries[i];
		w->retries[n++].number = (uint32_t)number;
	}
	w->retry_end = n;
}

void walk_change(struct walk *w, const struct walk_terms *t, struct instant now,
		 struct moment today)
{
	struct roll *older = w->terms.roll;
	bool same_pace = w->terms.interval.ns == t->interval.ns && count_of(w) > 0;
	uint64_t at = same_pace ? turned(w, w->next) : 0;

	take_terms(w, t);
	if (older != t->roll)
		retries_move(w, older);
	roll_release(older);
	if (!same_pace)
		place(w, now, today);
	else if (count_of(w) > 0)
		seek(w, at);
}

/* --- steps -------------------------------------------------------------------------------- */

static struct walk_step step_of(struct walk *w, enum walk_kind kind, uint32_t number)
{
	w->under_way++;
	if (kind == WALK_FALLBACK)
		w->fallback_under_way = true;
	return (struct walk_step){ kind, false, number, { 0 } };
}

static struct walk_step wait_until(struct instant at)
{
	return (struct walk_step){ WALK_WAIT, false, 0, at };
}

static struct walk_step take_retry(struct walk *w, struct instant now)
{
	w->latest = now;
	return step_of(w, WALK_NAME, retry_take(w));
}

static struct walk_step take_next(struct walk *w, struct instant now)
{
	uint32_t number = (uint32_t)w->next;

	w->latest = now;
	if (w->left > 0)
		w->left--;
	advance(w);
	return step_of(w, WALK_NAME, number);
}

/* By turns a name that it cannot know, which some servers hang up on, and one that it should. */
static struct walk_step knock(struct walk *w, struct instant now)
{
	bool by_name = w->trial_by_name && (has_retry(w) || !w->terms.once || w->left > 0);
	struct walk_step step;

	if (w->trial_under_way)
		return wait_until(WALK_NEVER);
	if (instant_before(now, w->trial_at))
		return wait_until(w->trial_at);
	if (!by_name)
		step = step_of(w, WALK_FALLBACK, 0);
	else
		step = has_retry(w) ? take_retry(w, now) : take_next(w, now);
	step.trial = w->trial_under_way = true;
	w->trial_by_name = !w->trial_by_name;
	return step;
}

static struct walk_step next_once(struct walk *w, struct instant now)
{
	if (has_retry(w))
		return take_retry(w, now);
	if (w->left > 0)
		return take_next(w, now);
	if (w->under_way > 0)
		return wait_until(WALK_NEVER);
	return (struct walk_step){ .kind = WALK_DONE };
}

static struct instant earlier(struct instant a, struct instant b)
{
	return instant_before(a, b) ? a : b;
}

/* When the fall-back is to be asked for again. While it is, that time is over and the answer is
 * waited for instead. */
static struct instant fallback_time(const struct walk *w)
{
	return w->fallback_under_way ? WALK_NEVER : w->fallback_due;
}

static struct walk_step next_name(struct walk *w, struct instant now)
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

struct walk_step walk_next(struct walk *w, struct instant now)
{
	if (w->under_way >= w->terms.max)
		return wait_until(WALK_NEVER);
	if (w->paused)
		return knock(w, now);
	if (!w->fallback_under_way && !instant_before(now, w->fallback_due))
		return step_of(w, WALK_FALLBACK, 0);
	if (!w->fallback_tried)
		return wait_until(WALK_NEVER);
	if (w->terms.once)
		return next_once(w, now);
	if (count_of(w) == 0)
		return wait_until(fallback_time(w));
	return next_name(w, now);
}

/* --- answers ------------------------------------------------------------------------------ */

void walk_resume(struct walk *w)
{
	if (!w->paused)
		return;
	w->paused = false;
	w->trial_by_name = false;
	/* Do not hold the names up for one that the server may hang up on for ever. */
	w->fallback_tried = true;
}

static void pause_walk(struct walk *w, struct instant now)
{
	struct span longest = w->terms.trial_interval;

	if (!w->paused) {
		w->paused = true;
		w->pauses++;
		w->trial_wait = w->terms.retry_interval;
		w->trial_by_name = false;
	} else {
		w->trial_wait.ns *= 2;
	}
	if (w->trial_wait.ns > longest.ns)
		w->trial_wait = longest;
	w->trial_at = w->terms.once ? now : instant_plus(now, w->trial_wait);
}

/* Once: what was not asked stays unknown. */
static void give_up(struct walk *w)
{
	w->paused = false;
	w->given_up = true;
	w->fallback_tried = true;
	w->fallback_due = WALK_NEVER;
	w->left = 0;
	w->retry_first = w->retry_end = 0;
}

/* Some servers hang up on it: do not pause for it again and again. */
static void put_off_fallback(struct walk *w, struct instant now)
{
	unsigned times = w->fallback_failures < 16 ? w->fallback_failures++ : 16;
	struct span wait = { w->terms.retry_interval.ns << times };

	if (wait.ns > w->terms.interval.ns || w->terms.once)
		wait = w->terms.interval;
	w->fallback_due = instant_plus(now, wait);
}

static void heard_away(struct walk *w, const struct walk_step *step, struct instant now)
{
	bool second = step->trial && !w->trial_by_name;

	if (w->given_up)
		return;
	if (step->kind == WALK_FALLBACK)
		put_off_fallback(w, now);
	if (step->kind == WALK_NAME)
		retry_return(w, step->number, now);
	/* Those that were under way together fail together. */
	if (!w->paused || step->trial)
		pause_walk(w, now);
	if (w->terms.once && (second || w->pauses > PAUSES))
		give_up(w);
}

void walk_heard(struct walk *w, const struct walk_step *step, enum walk_answer answer,
		struct instant now)
{
	w->under_way--;
	if (step->trial)
		w->trial_under_way = false;
	if (step->kind == WALK_FALLBACK)
		w->fallback_under_way = false;
	if (answer == WALK_LOST)
		return;
	if (answer == WALK_AWAY) {
		heard_away(w, step, now);
		return;
	}
	if (step->kind == WALK_FALLBACK) {
		w->fallback_tried = true;
		w->fallback_failures = 0;
		w->fallback_due =
		    w->terms.once ? WALK_NEVER : instant_plus(now, w->terms.interval);
	}
	walk_resume(w);
	if (answer == WALK_AGAIN && step->kind == WALK_NAME)
		ask_again(w, step->number, now);
}

void walk_doubt_fallback(struct walk *w, struct instant now)
{
	struct instant asked =
	    instant_plus(w->fallback_due, (struct span){ -w->terms.interval.ns });
	struct instant soon = instant_plus(asked, w->terms.retry_interval);

	if (w->terms.once || w->fallback_under_way)
		return;
	if (instant_before(soon, now))
		soon = now;
	if (instant_before(soon, w->fallback_due))
		w->fallback_due = soon;
}
