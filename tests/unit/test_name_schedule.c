/* test_name_schedule.c - the order of names in time; the clock is a number here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "name_schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES = 1000, HOUR_MS = 3600000 };

static struct instant at_ms(int64_t ms)
{
	return (struct instant){ ms * 1000000 };
}

static int64_t ms_of(struct instant at)
{
	return at.ns / 1000000;
}

static struct name_set *name_set_of(unsigned first, unsigned count)
{
	const char **names = calloc(count + 1, sizeof(*names));
	char(*texts)[32] = calloc(count + 1, sizeof(*texts));
	struct name_set *name_set;

	for (unsigned i = 0; i < count; i++) {
		snprintf(texts[i], sizeof(texts[i]), "customer%u.example", first + i);
		names[i] = texts[i];
	}
	name_set = name_set_new(names, count);
	free(names);
	free(texts);
	assert_non_null(name_set);
	return name_set;
}

static struct name_schedule_params params_of(struct name_set *name_set)
{
	return (struct name_schedule_params){
		.name_set = name_set,
		.hash = 0x123456789abcdef0U,
		.interval = span_of_ms(HOUR_MS),
		.retry_interval = span_of_ms(15000),
		.trial_interval = span_of_ms(60000),
		.max = 3,
	};
}

/* A walk that knows the fall-back, at this moment. */
static void begin(struct name_schedule *w, const struct name_schedule_params *t,
		  int64_t now_ms)
{
	struct name_schedule_step step;

	name_schedule_init(w, t, at_ms(now_ms), (struct moment){ now_ms });
	step = name_schedule_next(w, at_ms(now_ms));
	assert_int_equal(step.kind, NAME_SCHEDULE_FALLBACK);
	assert_int_equal(name_schedule_next(w, at_ms(now_ms)).kind, NAME_SCHEDULE_WAIT);
	name_schedule_step_done(w, &step, NAME_SCHEDULE_ANSWERED, at_ms(now_ms));
}

/* The next name, asked when it is due and answered at once; *now_ms moves on. */
static struct name_schedule_step next(struct name_schedule *w, int64_t *now_ms,
				      enum name_schedule_answer answer)
{
	struct name_schedule_step step;

	for (;;) {
		step = name_schedule_next(w, at_ms(*now_ms));
		if (step.kind == NAME_SCHEDULE_NAME)
			break;
		if (step.kind == NAME_SCHEDULE_FALLBACK) {
			name_schedule_step_done(w, &step, NAME_SCHEDULE_ANSWERED,
						at_ms(*now_ms));
			continue;
		}
		assert_int_equal(step.kind, NAME_SCHEDULE_WAIT);
		assert_true(step.at.ns < INT64_MAX);
		*now_ms = ms_of(step.at) + 1;
	}
	name_schedule_step_done(w, &step, answer, at_ms(*now_ms));
	return step;
}

/* A time to wait until that is over already would keep the engine's thread busy for ever. */
static void assert_waits(struct name_schedule *w, int64_t now_ms)
{
	struct name_schedule_step step = name_schedule_next(w, at_ms(now_ms));

	assert_int_equal(step.kind, NAME_SCHEDULE_WAIT);
	assert_true(ms_of(step.at) > now_ms);
}

static void a_fallback_under_way_is_not_waited_for_by_its_time(void **state)
{
	const int64_t began = INT64_C(1700000000000);

	(void)state;
	for (unsigned count = 0; count < 2; count++) {
		struct name_set *name_set = name_set_of(0, count);
		const struct name_schedule_params t = params_of(name_set);
		struct name_schedule_step step;
		struct name_schedule w;
		int64_t now = began + HOUR_MS;

		begin(&w, &t, began);
		while ((step = name_schedule_next(&w, at_ms(now))).kind ==
		       NAME_SCHEDULE_NAME)
			name_schedule_step_done(&w, &step, NAME_SCHEDULE_ANSWERED,
						at_ms(now));
		assert_int_equal(step.kind, NAME_SCHEDULE_FALLBACK);
		/* The names that are due meanwhile are asked for all the same. */
		for (struct name_schedule_step name;
		     (name = name_schedule_next(&w, at_ms(now))).kind ==
		     NAME_SCHEDULE_NAME;)
			name_schedule_step_done(&w, &name, NAME_SCHEDULE_ANSWERED,
						at_ms(now));
		assert_waits(&w, now);
		assert_waits(&w, now + 1000);
		name_schedule_step_done(&w, &step, NAME_SCHEDULE_ANSWERED,
					at_ms(now + 1000));
		assert_waits(&w, now + 1000);
		name_schedule_fini(&w);
		name_set_release(name_set);
	}
}

static void each_name_once_in_the_interval_evenly(void **state)
{
	struct name_set *name_set = name_set_of(0, NAMES);
	const struct name_schedule_params t = params_of(name_set);
	unsigned seen[NAMES] = { 0 }, minutes[60] = { 0 };
	int64_t began = INT64_C(1700000000000), now = began, before;
	struct name_schedule w;

	(void)state;
	begin(&w, &t, began);
	for (unsigned i = 0; i < NAMES; i++) {
		before = now;
		seen[next(&w, &now, NAME_SCHEDULE_ANSWERED).number]++;
		/* Even where two places fall together, there is a gap. */
		if (i > 0)
			assert_true(now - before >= HOUR_MS / NAMES / 4 - 1);
		assert_true(now - began <= HOUR_MS + 20000);
		minutes[(now - began) / 60000 % 60]++;
	}
	for (unsigned i = 0; i < NAMES; i++)
		assert_int_equal(seen[i], 1);
	/* 16.7 a minute; more than three times the standard deviation off is no chance. */
	for (unsigned i = 0; i < 60; i++)
		assert_in_range(minutes[i], 3, 32);
	/* And the next lap is the same an hour later. */
	before = now;
	for (unsigned i = 0; i < NAMES; i++)
		seen[next(&w, &now, NAME_SCHEDULE_ANSWERED).number]++;
	for (unsigned i = 0; i < NAMES; i++)
		assert_int_equal(seen[i], 2);
	assert_in_range(now - before, HOUR_MS - 1000, HOUR_MS + 20000);
	name_schedule_fini(&w);
	name_set_release(name_set);
}

/* When a name of the roll is asked first, within an hour of `now`. */
static int64_t time_of(const struct name_schedule_params *t, int64_t now, const char *name)
{
	struct name_schedule_step step;
	struct name_schedule w;

	begin(&w, t, now);
	do
		step = next(&w, &now, NAME_SCHEDULE_ANSWERED);
	while (strcmp(name_set_name(t->name_set, step.number), name) != 0);
	name_schedule_fini(&w);
	return now;
}

static void a_restart_moves_nothing(void **state)
{
	struct name_set *name_set = name_set_of(0, 200), *more = name_set_of(0, 230);
	struct name_schedule_params t = params_of(name_set);
	int64_t began = INT64_C(1700000000000), first, again;

	(void)state;
	for (unsigned i = 0; i < 200; i += 37) {
		char name[32];

		snprintf(name, sizeof(name), "customer%u.example", i);
		t.name_set = name_set;
		first = time_of(&t, began, name);
		/* Another moment of the day, another boot, and more customers. */
		again = time_of(&t, began + 7 * 86400000 + 1234567, name);
		assert_in_range((again - first + 10000) % HOUR_MS, 0, 20000);
		t.name_set = more;
		again = time_of(&t, began + 999999, name);
		assert_in_range((again - first + 10000) % HOUR_MS, 0, 20000);
	}
	name_set_release(name_set);
	name_set_release(more);
}

static void a_failure_is_asked_again_soon(void **state)
{
	struct name_set *name_set = name_set_of(0, 10);
	const struct name_schedule_params t = params_of(name_set);
	int64_t now = INT64_C(1700000000000), failed;
	struct name_schedule_step step, again;
	struct name_schedule w;

	(void)state;
	begin(&w, &t, now);
	step = next(&w, &now, NAME_SCHEDULE_RECHECK);
	failed = now;
	do
		again = next(&w, &now, NAME_SCHEDULE_ANSWERED);
	while (again.number != step.number);
	assert_in_range(now - failed, 15000, 15000 + HOUR_MS / 10 / 4 + 2);
	/* Not a third time before its place comes round. */
	for (unsigned i = 0; i < 9; i++)
		assert_int_not_equal(next(&w, &now, NAME_SCHEDULE_ANSWERED).number,
				     step.number);
	name_schedule_fini(&w);
	name_set_release(name_set);
}

static void a_regular_turn_that_comes_sooner_is_enough(void **state)
{
	struct name_set *name_set = name_set_of(0, 3);
	struct name_schedule_params t = params_of(name_set);
	int64_t now = INT64_C(1700000000000), began = now;
	unsigned asked = 0;
	struct name_schedule w;

	(void)state;
	t.interval = span_of_ms(10000);
	begin(&w, &t, now);
	while (now - began < 100000) {
		next(&w, &now, NAME_SCHEDULE_RECHECK);
		asked++;
	}
	assert_in_range(asked, 29, 32);
	name_schedule_fini(&w);
	name_set_release(name_set);
}

static void so_many_at_once_and_no_more(void **state)
{
	struct name_set *name_set = name_set_of(0, 100);
	struct name_schedule_params t = params_of(name_set);
	struct name_schedule_step steps[3], step;
	int64_t now = INT64_C(1700000000000);
	struct name_schedule w;

	(void)state;
	begin(&w, &t, now);
	/* Late by a quarter of an hour, so that many are due: but with a gap. */
	now += HOUR_MS / 4;
	for (unsigned i = 0; i < 3; i++) {
		steps[i] = name_schedule_next(&w, at_ms(now));
		assert_int_equal(steps[i].kind, NAME_SCHEDULE_NAME);
		assert_int_equal(name_schedule_next(&w, at_ms(now)).kind,
				 NAME_SCHEDULE_WAIT);
		now += HOUR_MS / 100 / 4 + 1;
	}
	assert_true(name_schedule_next(&w, at_ms(now)).at.ns == INT64_MAX);
	assert_in_range(name_schedule_lateness(&w, at_ms(now)).ns / 1000000, HOUR_MS / 8,
			HOUR_MS / 4);
	name_schedule_step_done(&w, &steps[1], NAME_SCHEDULE_GIVEN_UP, at_ms(now));
	assert_int_equal(name_schedule_next(&w, at_ms(now)).kind, NAME_SCHEDULE_NAME);
	/* Days late, it does not ask each name for each day. */
	now += 2 * 86400000;
	name_schedule_step_done(&w, &steps[0], NAME_SCHEDULE_ANSWERED, at_ms(now));
	step = name_schedule_next(&w, at_ms(now));
	assert_int_equal(step.kind, NAME_SCHEDULE_FALLBACK);
	name_schedule_step_done(&w, &step, NAME_SCHEDULE_ANSWERED, at_ms(now));
	step = name_schedule_next(&w, at_ms(now));
	assert_int_equal(step.kind, NAME_SCHEDULE_NAME);
	assert_in_range(name_schedule_lateness(&w, at_ms(now)).ns, 0, w.params.interval.ns);
	name_schedule_fini(&w);
	name_set_release(name_set);
}

static void a_server_that_is_away_makes_it_pause(void **state)
{
	struct name_set *name_set = name_set_of(0, 100);
	const struct name_schedule_params t = params_of(name_set);
	int64_t now = INT64_C(1700000000000), waits[4];
	struct name_schedule_step first, second, step;
	struct name_schedule w;

	(void)state;
	begin(&w, &t, now);
	now += HOUR_MS / 4;
	first = name_schedule_next(&w, at_ms(now));
	now += HOUR_MS / 100;
	second = name_schedule_next(&w, at_ms(now));
	assert_int_equal(second.kind, NAME_SCHEDULE_NAME);
	name_schedule_step_done(&w, &first, NAME_SCHEDULE_NO_ANSWER, at_ms(now));
	assert_true(w.paused);
	name_schedule_step_done(&w, &second, NAME_SCHEDULE_NO_ANSWER, at_ms(now));
	/* One trial at a time, later and later, by turns for both kinds of names. */
	for (unsigned i = 0; i < 4; i++) {
		step = name_schedule_next(&w, at_ms(now));
		assert_int_equal(step.kind, NAME_SCHEDULE_WAIT);
		waits[i] = ms_of(step.at) - now;
		now = ms_of(step.at);
		step = name_schedule_next(&w, at_ms(now));
		assert_int_equal(step.kind,
				 i % 2 == 0 ? NAME_SCHEDULE_FALLBACK : NAME_SCHEDULE_NAME);
		assert_true(step.trial);
		assert_true(name_schedule_next(&w, at_ms(now)).at.ns == INT64_MAX);
		name_schedule_step_done(&w, &step, NAME_SCHEDULE_NO_ANSWER, at_ms(now));
	}
	assert_int_equal(waits[0], 15000);
	assert_int_equal(waits[1], 30000);
	assert_int_equal(waits[2], 60000);
	assert_int_equal(waits[3], 60000);
	/* Others find it there again: those that got no answer go first. */
	name_schedule_resume(&w);
	for (unsigned i = 0; i < 2; i++) {
		now += HOUR_MS / 100;
		step = name_schedule_next(&w, at_ms(now));
		if (step.kind == NAME_SCHEDULE_FALLBACK) {
			name_schedule_step_done(&w, &step, NAME_SCHEDULE_ANSWERED,
						at_ms(now));
			step = name_schedule_next(&w, at_ms(now));
		}
		assert_true(step.number == first.number || step.number == second.number);
		name_schedule_step_done(&w, &step, NAME_SCHEDULE_ANSWERED, at_ms(now));
	}
	name_schedule_fini(&w);
	name_set_release(name_set);
}

/* Some servers hang up on a name they do not know. */
static void a_fallback_that_is_never_told_does_not_hold_up(void **state)
{
	struct name_set *name_set = name_set_of(0, 100);
	const struct name_schedule_params t = params_of(name_set);
	int64_t began = INT64_C(1700000000000), now = began;
	unsigned asked = 0, hung_up = 0;
	struct name_schedule w;

	(void)state;
	name_schedule_init(&w, &t, at_ms(now), (struct moment){ now });
	while (now - began < 2 * HOUR_MS) {
		struct name_schedule_step step = name_schedule_next(&w, at_ms(now));

		if (step.kind == NAME_SCHEDULE_WAIT) {
			now = ms_of(step.at) + 1;
			continue;
		}
		asked += step.kind == NAME_SCHEDULE_NAME;
		hung_up += step.kind == NAME_SCHEDULE_FALLBACK;
		name_schedule_step_done(&w, &step,
					step.kind == NAME_SCHEDULE_NAME
					    ? NAME_SCHEDULE_ANSWERED
					    : NAME_SCHEDULE_NO_ANSWER,
					at_ms(now));
	}
	assert_in_range(asked, 190, 220);
	assert_in_range(hung_up, 5, 30);
	name_schedule_fini(&w);
	name_set_release(name_set);
}

static void other_names_keep_their_places(void **state)
{
	struct name_set *name_set = name_set_of(0, 100), *less = name_set_of(50, 100);
	struct name_schedule_params t = params_of(name_set);
	int64_t now = INT64_C(1700000000000), began;
	unsigned seen[100] = { 0 };
	struct name_schedule_step step;
	struct name_schedule w;

	(void)state;
	begin(&w, &t, now);
	for (unsigned i = 0; i < 30; i++)
		next(&w, &now, NAME_SCHEDULE_ANSWERED);
	step = next(&w, &now, NAME_SCHEDULE_RECHECK);
	began = now;
	t.name_set = less;
	name_schedule_change(&w, &t, at_ms(now), (struct moment){ now });
	while (now - began < HOUR_MS - 40000)
		seen[next(&w, &now, NAME_SCHEDULE_ANSWERED).number]++;
	for (unsigned i = 0; i < 100; i++) {
		bool awaited = strcmp(name_set_name(less, i),
				      name_set_name(name_set, step.number)) == 0;

		assert_in_range(seen[i], 0, awaited ? 2 : 1);
	}
	/* No name left at all, and back again. */
	t.name_set = name_set_of(0, 0);
	name_schedule_change(&w, &t, at_ms(now), (struct moment){ now });
	name_set_release(t.name_set);
	assert_int_not_equal(name_schedule_next(&w, at_ms(now)).kind, NAME_SCHEDULE_NAME);
	t.name_set = name_set;
	name_schedule_change(&w, &t, at_ms(now), (struct moment){ now });
	for (unsigned i = 0; i < 100; i++)
		next(&w, &now, NAME_SCHEDULE_ANSWERED);
	name_schedule_fini(&w);
	name_set_release(name_set);
	name_set_release(less);
}

static unsigned name_schedule_once(enum name_schedule_answer answer, unsigned away,
				   enum name_schedule_kind *ret_last)
{
	struct name_set *name_set = name_set_of(0, 50);
	struct name_schedule_params t = params_of(name_set);
	struct name_schedule_step step, under_way[3];
	unsigned asked = 0, count = 0, turns = 0;
	struct name_schedule w;

	t.once = true;
	name_schedule_init(&w, &t, at_ms(5), (struct moment){ 5 });
	for (; turns < 1000; turns++) {
		step = name_schedule_next(&w, at_ms(5));
		if (step.kind == NAME_SCHEDULE_NAME ||
		    step.kind == NAME_SCHEDULE_FALLBACK) {
			under_way[count++] = step;
			continue;
		}
		if (step.kind == NAME_SCHEDULE_DONE)
			break;
		assert_true(count > 0);
		step = under_way[--count];
		if (away > 0) {
			away--;
			name_schedule_step_done(&w, &step, NAME_SCHEDULE_NO_ANSWER,
						at_ms(5));
			continue;
		}
		asked += step.kind == NAME_SCHEDULE_NAME;
		name_schedule_step_done(&w, &step, answer, at_ms(5));
	}
	*ret_last = step.kind;
	name_schedule_fini(&w);
	name_set_release(name_set);
	return asked;
}

static void once_is_all_names_and_then_the_end(void **state)
{
	enum name_schedule_kind last;

	(void)state;
	assert_int_equal(name_schedule_once(NAME_SCHEDULE_ANSWERED, 0, &last), 50);
	assert_int_equal(last, NAME_SCHEDULE_DONE);
	assert_int_equal(name_schedule_once(NAME_SCHEDULE_RECHECK, 0, &last), 50);
	assert_int_equal(last, NAME_SCHEDULE_DONE);
	/* A slip is no reason to give up, a server that is away is. */
	assert_int_equal(name_schedule_once(NAME_SCHEDULE_ANSWERED, 1, &last), 50);
	assert_int_equal(last, NAME_SCHEDULE_DONE);
	assert_int_equal(name_schedule_once(NAME_SCHEDULE_ANSWERED, 1000, &last), 0);
	assert_int_equal(last, NAME_SCHEDULE_DONE);
}

static void a_doubtful_fallback_is_asked_again_but_not_all_the_time(void **state)
{
	struct name_set *name_set = name_set_of(0, 10);
	const struct name_schedule_params t = params_of(name_set);
	int64_t now = INT64_C(1700000000000);
	struct name_schedule_step step;
	struct name_schedule w;

	(void)state;
	begin(&w, &t, now);
	name_schedule_recheck_fallback(&w, at_ms(now + 1000));
	assert_true(name_schedule_next(&w, at_ms(now + 1000)).kind !=
		    NAME_SCHEDULE_FALLBACK);
	do {
		step = name_schedule_next(&w, at_ms(now + 15000));
		if (step.kind == NAME_SCHEDULE_NAME)
			name_schedule_step_done(&w, &step, NAME_SCHEDULE_ANSWERED,
						at_ms(now + 15000));
	} while (step.kind == NAME_SCHEDULE_NAME);
	assert_int_equal(step.kind, NAME_SCHEDULE_FALLBACK);
	name_schedule_fini(&w);
	name_set_release(name_set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_name_once_in_the_interval_evenly),
		cmocka_unit_test(a_restart_moves_nothing),
		cmocka_unit_test(a_failure_is_asked_again_soon),
		cmocka_unit_test(a_regular_turn_that_comes_sooner_is_enough),
		cmocka_unit_test(so_many_at_once_and_no_more),
		cmocka_unit_test(a_server_that_is_away_makes_it_pause),
		cmocka_unit_test(a_fallback_that_is_never_told_does_not_hold_up),
		cmocka_unit_test(other_names_keep_their_places),
		cmocka_unit_test(once_is_all_names_and_then_the_end),
		cmocka_unit_test(a_fallback_under_way_is_not_waited_for_by_its_time),
		cmocka_unit_test(a_doubtful_fallback_is_asked_again_but_not_all_the_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
