#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "outage.h"
#include "verdict.h"

#include <string.h>

struct bench {
	struct plan *plan;
	struct outages *outages;
	size_t services;
};

static const struct service services[] = { { .name = "a", .port = 25 },
					   { .name = "b", .port = 26 },
					   { .name = "c", .port = 27 } };

static void set_up(struct bench *b, size_t count)
{
	struct target targets[ARRAY_SIZE(services)] = { 0 };

	for (size_t i = 0; i < count; i++) {
		targets[i].server = targets[i].host = targets[i].tls_name = "host";
		targets[i].service = &services[i];
		targets[i].confirm = 2;
	}
	b->plan = plan_new();
	assert_null(plan_set_targets(b->plan, targets, count));
	b->outages = outages_new();
	b->services = 0;
}

static void tear_down(struct bench *b)
{
	outages_free(b->outages);
	outages_free(NULL);
	plan_release(b->plan);
}

static enum outage_change hear(struct bench *b, size_t which, enum fault fault,
			       enum phase phase)
{
	const struct target *t = &b->plan->targets[which];
	struct published p;
	struct result r;

	result_init(&r, moment_now());
	r.state = fault == FAULT_OK ? STATE_OK : STATE_CRITICAL;
	r.fault = r.dialogue_fault = fault;
	r.phase = r.dialogue_phase = phase;
	p = slot_publish(t->slot, &r, false, 2);
	return outages_update(b->outages, b->plan, t, &r, &p, &b->services);
}

static enum outage_change refused(struct bench *b, size_t which)
{
	return hear(b, which, FAULT_REFUSED, PHASE_CONNECT);
}

static enum outage_change well(struct bench *b, size_t which)
{
	return hear(b, which, FAULT_OK, PHASE_QUIT);
}

static void all_well(struct bench *b)
{
	for (size_t i = 0; i < b->plan->target_count; i++)
		assert_int_equal(well(b, i), OUTAGE_NONE);
}

static void a_dead_host_is_told_once(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, 3);
	all_well(&b);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(refused(&b, i), OUTAGE_NONE); /* not confirmed */
	assert_int_equal(refused(&b, 0), OUTAGE_SUPPRESSED);
	assert_int_equal(refused(&b, 1), OUTAGE_SUPPRESSED);
	assert_int_equal(outages_services(b.outages, "host"), 0);
	assert_int_equal(refused(&b, 2), OUTAGE_STARTED);
	assert_int_equal(b.services, 3);
	assert_int_equal(outages_services(b.outages, "host"), 3);
	assert_int_equal(outages_services(b.outages, "other"), 0);
	assert_int_equal(refused(&b, 0), OUTAGE_NONE); /* nothing new */
	outages_retain(b.outages, b.plan);
	assert_int_equal(well(&b, 1), OUTAGE_ENDED);
	assert_int_equal(outages_services(b.outages, "host"), 0);
	assert_int_equal(well(&b, 0), OUTAGE_NONE);
	tear_down(&b);
}

/* What was held is owed. */
static void a_host_that_lives_after_all(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, 2);
	all_well(&b);
	refused(&b, 0);
	refused(&b, 1);
	assert_int_equal(refused(&b, 0), OUTAGE_SUPPRESSED);
	assert_int_equal(well(&b, 1), OUTAGE_REVOKED);
	assert_int_equal(refused(&b, 0), OUTAGE_NONE);
	tear_down(&b);
}

static void services_alone_are_told_of(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, 2);
	all_well(&b);
	refused(&b, 0);
	assert_int_equal(refused(&b, 0), OUTAGE_NONE); /* the other one works */
	hear(&b, 1, FAULT_CLOSED, PHASE_GREETING);
	assert_int_equal(hear(&b, 1, FAULT_CLOSED, PHASE_GREETING), OUTAGE_NONE);
	tear_down(&b);
	set_up(&b, 1);
	refused(&b, 0);
	assert_int_equal(refused(&b, 0), OUTAGE_NONE); /* it has one only */
	tear_down(&b);
}

static void servers_that_are_gone_are_forgotten(void **state)
{
	struct plan *empty = plan_new();
	struct bench b;

	(void)state;
	plan_set_targets(empty, NULL, 0);
	set_up(&b, 2);
	for (size_t i = 0; i < 4; i++)
		refused(&b, i % 2);
	assert_int_equal(outages_services(b.outages, "host"), 2);
	outages_retain(b.outages, empty);
	assert_int_equal(outages_services(b.outages, "host"), 0);
	plan_release(empty);
	tear_down(&b);
}

static void our_own_trouble_is_no_outage(void **state)
{
	(void)state;
	assert_true(outage_is_unreachable(STATE_CRITICAL, FAULT_DNS_FAILURE, PHASE_DNS));
	assert_true(outage_is_unreachable(STATE_CRITICAL, FAULT_TIMEOUT, PHASE_CONNECT));
	assert_false(outage_is_unreachable(STATE_UNKNOWN, FAULT_INTERNAL, PHASE_CONNECT));
	assert_false(outage_is_unreachable(STATE_CRITICAL, FAULT_TIMEOUT, PHASE_GREETING));
	assert_false(outage_is_unreachable(STATE_WARNING, FAULT_REFUSED, PHASE_CONNECT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dead_host_is_told_once),
		cmocka_unit_test(a_host_that_lives_after_all),
		cmocka_unit_test(services_alone_are_told_of),
		cmocka_unit_test(servers_that_are_gone_are_forgotten),
		cmocka_unit_test(our_own_trouble_is_no_outage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
