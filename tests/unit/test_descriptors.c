/* test_descriptors.c - the limit of open files, and an engine that meets it. Nobody listens where
 * it probes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "descriptors.h"
#include "engine.h"

#include <limits.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <unistd.h>

enum { INTERVAL_MS = 50, TURNS = 4 };

static void connections_fit_below_the_limit(void **state)
{
	(void)state;
	assert_int_equal(descriptors_fit(1000, UINT_MAX, 32), 1000);
	assert_int_equal(descriptors_fit(1000, 64, 32), 24);
	assert_int_equal(descriptors_fit(10, 64, 32), 10);
	assert_int_equal(descriptors_fit(1000, 1024, 32), 744);
	assert_int_equal(descriptors_fit(1000, 10, 32), 1);
	assert_int_equal(descriptors_fit(0, 1024, 32), 1);
}

static void set_soft_limit(rlim_t soft)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = soft;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void the_soft_limit_is_raised(void **state)
{
	struct rlimit before;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	set_soft_limit(20);
	assert_int_equal(descriptors_limit(), 20);
	assert_true(descriptors_raise() >= before.rlim_cur);
	assert_true(descriptors_left());
	set_soft_limit(before.rlim_cur);
}

static atomic_uint refused, by_ourselves;

static void probed(void *user, const struct target *target, const struct result *result,
		   const struct published *published)
{
	(void)user, (void)target, (void)published;
	atomic_fetch_add(result->fault == FAULT_INTERNAL ? &by_ourselves : &refused, 1);
}

static struct engine *engine_of_one(void)
{
	static const struct service closed = { "smtp", &smtp_protocol, 1,
					       .tls = TLS_MODE_NONE };
	const struct target target = { .server = "mx",
				       .host = "127.0.0.1",
				       .tls_name = "127.0.0.1",
				       .service = &closed,
				       .interval = span_of_ms(INTERVAL_MS),
				       .retry_interval = span_of_ms(INTERVAL_MS),
				       .timeout = span_of_seconds(60) };
	const struct engine_hooks hooks = { .probed = probed };
	struct plan *plan = plan_new();
	struct engine *e;
	char why[200] = "";

	assert_null(plan_set_targets(plan, &target, 1));
	e = engine_new(plan, &hooks, why, sizeof(why));
	plan_release(plan);
	if (e == NULL)
		fail_msg("%s", why);
	return e;
}

/* Refused that often again, within a time that only a hang exceeds. */
static void goes_on(void)
{
	unsigned before = atomic_load(&refused);

	for (int tries = 0; atomic_load(&refused) < before + TURNS; tries++) {
		assert_true(tries < 3000);
		usleep(10000);
	}
}

/* A probe waits for a descriptor; nobody is blamed, and the engine goes on by itself. */
static void without_descriptors_probes_wait(void **state)
{
	rlim_t before = descriptors_limit();
	struct engine *e = engine_of_one();
	unsigned count;

	(void)state;
	goes_on();
	set_soft_limit(3);
	assert_false(descriptors_left());
	usleep(2 * INTERVAL_MS * 1000); /* one that has its socket already ends */
	count = atomic_load(&refused);
	usleep(4 * INTERVAL_MS * 1000);
	assert_int_equal(atomic_load(&refused), count);
	assert_int_equal(atomic_load(&by_ourselves), 0);
	set_soft_limit(before);
	goes_on();
	assert_int_equal(atomic_load(&by_ourselves), 0);
	engine_free(e);
}

/* Nothing is left behind by one that still waits. */
static void an_engine_ends_while_probes_wait(void **state)
{
	rlim_t before = descriptors_limit();
	struct engine *e = engine_of_one();

	(void)state;
	goes_on();
	set_soft_limit(3);
	usleep(4 * INTERVAL_MS * 1000);
	engine_free(e);
	set_soft_limit(before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections_fit_below_the_limit),
		cmocka_unit_test(the_soft_limit_is_raised),
		cmocka_unit_test(without_descriptors_probes_wait),
		cmocka_unit_test(an_engine_ends_while_probes_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
