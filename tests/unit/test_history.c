#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "history.h"

#include "sparkline.h"
#include "waterfall.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60000 };

static const struct moment noon = { 1795262400000 };
static const struct service smtp = { .name = "smtp" };
static struct target targets[3];

static struct moment after(int64_t ms)
{
	return (struct moment){ noon.ms + ms };
}

static struct plan *plan_of(size_t from, size_t to)
{
	static const char *const names[] = { "a", "b", "c" };
	struct plan *plan = plan_new();

	for (size_t i = 0; i < 3; i++)
		targets[i] = (struct target){
			.server = names[i], .host = "h", .tls_name = "h", .service = &smtp
		};
	assert_null(plan_set_targets(plan, targets + from, to - from));
	return plan;
}

static void put(struct history *h, const struct target *t, struct moment at,
		enum state state, int64_t ms, enum state before)
{
	struct result result;

	result_init(&result, at);
	result.state = state;
	result.fault = state == STATE_OK ? FAULT_OK : FAULT_REFUSED;
	result.phase = PHASE_CONNECT;
	result.took = span_of_ms(ms);
	history_put(h, t, &result, before);
}

static void classes_grow_with_the_time(void **state)
{
	unsigned last = 0;

	(void)state;
	assert_int_equal(history_class(span_of_ms(-1)), 1);
	assert_int_equal(history_class(span_of_ms(1)), 1);
	assert_int_equal(history_class(span_of_ms(100000000)), 63);
	for (int64_t ms = 1; ms < 40000; ms *= 2) {
		unsigned class = history_class(span_of_ms(ms));
		double back = span_seconds(history_class_span(class)) * 1000;

		assert_true(class > last);
		assert_true(back > (double)ms * 0.8 && back < (double)ms * 1.2);
		last = class;
	}
}

static void a_sample_is_state_and_time(void **state)
{
	(void)state;
	for (unsigned s = 0; s < STATE_COUNT; s++) {
		uint8_t sample = history_sample((enum state)s, span_of_ms(100));

		assert_int_not_equal(sample, 0);
		assert_int_equal(history_sample_state(sample), s);
		assert_int_equal(history_sample_class(sample),
				 history_class(span_of_ms(100)));
	}
}

static void keeps_the_worst_of_each_minute(void **state)
{
	struct history *h = history_new();
	struct plan *plan = plan_of(0, 3);
	const struct target *t = &plan->targets[1];
	struct target_history c;

	(void)state;
	history_load(h, plan);
	history_copy(h, t->slot, noon, &c);
	assert_int_equal(c.count, 0);
	put(h, t, noon, STATE_OK, 50, STATE_COUNT);
	put(h, t, after(10000), STATE_WARNING, 10, STATE_OK);
	put(h, t, after(20000), STATE_OK, 800, STATE_WARNING);
	put(h, t, after(2 * MINUTE), STATE_CRITICAL, 20, STATE_OK);
	history_copy(h, t->slot, after(3 * MINUTE), &c);
	assert_int_equal(c.count, 60);
	assert_int_equal(c.minutes, 1);
	assert_int_equal(c.samples[59], 0);
	assert_int_equal(history_sample_state(c.samples[58]), STATE_CRITICAL);
	assert_int_equal(c.samples[57], 0);
	assert_int_equal(c.samples[56], history_sample(STATE_WARNING, span_of_ms(800)));
	assert_int_equal(c.samples[55], 0);
	/* The other targets know nothing of it. */
	history_copy(h, plan->targets[0].slot, noon, &c);
	assert_int_equal(c.count, 0);
	history_free(h);
	plan_release(plan);
}

static void an_hour_later_it_is_forgotten(void **state)
{
	struct history *h = history_new();
	struct plan *plan = plan_of(0, 1);
	const struct target *t = &plan->targets[0];
	struct target_history c;

	(void)state;
	history_load(h, plan);
	put(h, t, noon, STATE_OK, 50, STATE_OK);
	put(h, t, after(59 * MINUTE), STATE_OK, 50, STATE_OK);
	history_copy(h, t->slot, after(59 * MINUTE), &c);
	assert_int_not_equal(c.samples[0], 0);
	assert_int_not_equal(c.samples[59], 0);
	history_copy(h, t->slot, after(60 * MINUTE), &c);
	assert_int_equal(c.samples[59], 0);
	assert_int_not_equal(c.samples[58], 0);
	put(h, t, after(300 * MINUTE), STATE_OK, 50, STATE_OK);
	history_copy(h, t->slot, after(300 * MINUTE), &c);
	for (unsigned i = 0; i < 59; i++)
		assert_int_equal(c.samples[i], 0);
	assert_int_not_equal(c.samples[59], 0);
	history_copy(h, t->slot, after(500 * MINUTE), &c);
	assert_int_equal(c.samples[59], 0);
	/* A clock that goes back spoils nothing. */
	put(h, t, noon, STATE_CRITICAL, 50, STATE_OK);
	history_copy(h, t->slot, noon, &c);
	assert_int_equal(history_sample_state(c.samples[59]), STATE_CRITICAL);
	history_free(h);
	plan_release(plan);
}

static void changes_come_newest_first(void **state)
{
	struct history *h = history_new();
	struct plan *plan = plan_of(0, 1);
	const struct target *t = &plan->targets[0];
	struct target_history c;

	(void)state;
	history_load(h, plan);
	put(h, t, noon, STATE_OK, 1, STATE_COUNT);
	put(h, t, after(1), STATE_OK, 1, STATE_OK);
	history_copy(h, t->slot, noon, &c);
	assert_int_equal(c.change_count, 1);
	for (unsigned i = 0; i < 2 * HISTORY_CHANGES_MAX; i++)
		put(h, t, after(MINUTE + i), i % 2 ? STATE_OK : STATE_CRITICAL, 1,
		    i % 2 ? STATE_CRITICAL : STATE_OK);
	history_copy(h, t->slot, noon, &c);
	assert_int_equal(c.change_count, HISTORY_CHANGES_MAX);
	assert_int_equal(c.changes[0].at.ms,
			 noon.ms + MINUTE + 2 * HISTORY_CHANGES_MAX - 1);
	assert_int_equal(c.changes[0].before, STATE_CRITICAL);
	assert_int_equal(c.changes[0].after, STATE_OK);
	assert_int_equal(c.changes[1].fault, FAULT_REFUSED);
	assert_int_equal(c.changes[HISTORY_CHANGES_MAX - 1].at.ms,
			 noon.ms + MINUTE + HISTORY_CHANGES_MAX);
	history_free(h);
	plan_release(plan);
}

/* A reload: what is in both plans stays, the rest goes. */
static void follows_the_plan(void **state)
{
	struct history *h = history_new();
	struct plan *old = plan_of(0, 2), *new = plan_of(1, 3);
	const struct target *a = &old->targets[0], *b = &old->targets[1];
	struct target_history c;

	(void)state;
	history_load(h, old);
	put(h, a, noon, STATE_OK, 1, STATE_COUNT);
	put(h, b, noon, STATE_OK, 1, STATE_COUNT);
	plan_inherit(new, old);
	assert_ptr_equal(new->targets[0].slot, b->slot);
	history_load(h, new);
	history_copy(h, b->slot, noon, &c);
	assert_int_equal(c.count, 60);
	assert_int_equal(c.change_count, 1);
	put(h, a, noon, STATE_OK, 1, STATE_OK);
	history_copy(h, a->slot, noon, &c);
	assert_int_equal(c.count, 0);
	put(h, &new->targets[1], noon, STATE_OK, 1, STATE_COUNT);
	history_copy(h, new->targets[1].slot, noon, &c);
	assert_int_equal(c.count, 60);
	history_free(h);
	plan_release(old);
	plan_release(new);
}

static void many_targets_get_coarse_samples(void **state)
{
	enum { MANY = HISTORY_FINE_MAX + 1 };
	static struct target many[MANY];
	static char names[MANY][8];
	struct history *h = history_new();
	struct plan *plan = plan_new();
	struct target_history c;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "%zu", i);
		many[i] =
		    (struct target){ .server = names[i], .host = "", .service = &smtp };
	}
	assert_null(plan_set_targets(plan, many, MANY));
	history_load(h, plan);
	for (size_t i = 0; i < MANY; i += 100)
		put(h, &plan->targets[i], after(10 * MINUTE), STATE_OK, 5, STATE_OK);
	history_copy(h, plan->targets[MANY - 1].slot, after(15 * MINUTE), &c);
	assert_int_equal(c.count, 12);
	assert_int_equal(c.minutes, 5);
	assert_int_equal(c.samples[11], 0);
	assert_int_not_equal(c.samples[10], 0);
	assert_int_equal(c.samples[9], 0);
	history_free(h);
	plan_release(plan);
}

static void nothing_is_known_without_a_history(void **state)
{
	struct target_history c = { .count = 7 };

	(void)state;
	history_copy(NULL, NULL, noon, &c);
	assert_int_equal(c.count, 0);
}

/* --- drawings ------------------------------------------------------------------------------- */

static void draws(const struct strbuf *d, const char *part)
{
	char *text = strndup(d->p ? d->p : "", d->n);

	if (!strstr(text, part))
		fail_msg("'%s' is not in '%s'", part, text);
	free(text);
}

static void a_failure_fills_the_height(void **state)
{
	struct target_history c = { .count = 60, .minutes = 1 };
	struct strbuf d;

	(void)state;
	strbuf_init(&d);
	sparkline_put(&d, &(struct target_history){ 0 });
	assert_int_equal(d.n, 0);
	c.samples[0] = history_sample(STATE_OK, span_of_ms(1));
	c.samples[58] = history_sample(STATE_OK, span_of_ms(1));
	c.samples[59] = history_sample(STATE_CRITICAL, span_of_ms(1));
	sparkline_put(&d, &c);
	draws(&d, "aria-label=\"last hour, 3 samples: 1 CRITICAL, 2 OK\"");
	draws(&d, "<path class=\"k0\" stroke-width=\"2\" d=\"M1 16v-2M117 16v-2\"/>");
	draws(&d, "<path class=\"k2\" stroke-width=\"2\" d=\"M119 16v-16\"/></svg>");
	strbuf_clear(&d);
	c.samples[59] = history_sample(STATE_WARNING, span_of_ms(1));
	sparkline_put(&d, &c);
	draws(&d, "<path class=\"k1\" stroke-width=\"2\" d=\"M119 16v-8\"/>");
	strbuf_clear(&d);
	sparkline_chart(&d, &c);
	draws(&d, "<title>1 min ago: OK, about 1.0 ms</title>");
	draws(&d, "<title>0 min ago: WARNING, about ");
	strbuf_fini(&d);
}

static void bars_fit_into_the_drawing(void **state)
{
	const struct service implicit = { .name = "smtps", .tls = TLS_MODE_IMPLICIT };
	struct target t = { .service = &smtp };
	struct result r;
	enum phase phases[PHASE_COUNT];
	struct strbuf d;

	(void)state;
	strbuf_init(&d);
	result_init(&r, noon);
	assert_int_equal(waterfall_order(&t, &r, phases), 0);
	waterfall_put(&d, &t, &r);
	assert_int_equal(d.n, 0);
	r.phases[PHASE_CONNECT] = span_of_ms(1);
	r.phases[PHASE_TLS] = span_of_ms(98);
	r.phases[PHASE_GREETING] = span_of_ms(1);
	r.fault = FAULT_TIMEOUT;
	r.phase = PHASE_GREETING;
	assert_int_equal(waterfall_order(&t, &r, phases), 3);
	assert_int_equal(phases[1], PHASE_GREETING);
	t.service = &implicit;
	assert_int_equal(waterfall_order(&t, &r, phases), 3);
	assert_int_equal(phases[1], PHASE_TLS);
	waterfall_put(&d, &t, &r);
	draws(&d, "aria-label=\"connect 1.0 ms, tls 98 ms, greeting 1.0 ms (failed)\"");
	draws(&d, "<rect class=\"p1\" x=\"0\" y=\"1\" width=\"3\" height=\"8\">");
	draws(&d, "<rect class=\"p2 broken\" x=\"116\" y=\"1\" width=\"3\" height=\"8\">");
	strbuf_fini(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_grow_with_the_time),
		cmocka_unit_test(a_sample_is_state_and_time),
		cmocka_unit_test(keeps_the_worst_of_each_minute),
		cmocka_unit_test(an_hour_later_it_is_forgotten),
		cmocka_unit_test(changes_come_newest_first),
		cmocka_unit_test(follows_the_plan),
		cmocka_unit_test(many_targets_get_coarse_samples),
		cmocka_unit_test(nothing_is_known_without_a_history),
		cmocka_unit_test(a_failure_fills_the_height),
		cmocka_unit_test(bars_fit_into_the_drawing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
