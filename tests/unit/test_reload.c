/* test_reload.c - an engine of several threads goes over to other plans: who is in the plan is
 * probed, who is not is not. Nobody listens where they probe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SERVERS = 60, THREADS = 3, INTERVAL_MS = 100 };

static const struct service closed = { "smtp", &smtp_protocol, 1, .tls = TLS_MODE_NONE };
static char names[SERVERS][16], hosts[SERVERS][16];
static atomic_uint counts[SERVERS];

static void probed(void *user, const struct target *target, const struct result *result,
		   const struct published *published)
{
	(void)user, (void)result, (void)published;
	atomic_fetch_add(&counts[atoi(target->server + 1)], 1);
}

static struct target target_of(unsigned i)
{
	return (struct target){ .server = names[i],
				.host = hosts[i],
				.tls_name = hosts[i],
				.service = &closed,
				.interval = span_of_ms(INTERVAL_MS),
				.retry_interval = span_of_ms(INTERVAL_MS),
				.timeout = span_of_ms(5000) };
}

/* Those for which `has` is true; with another timeout those that changed. */
static struct plan *plan_of(const bool has[SERVERS], const bool changed[SERVERS])
{
	struct target targets[SERVERS];
	struct plan *p = plan_new();
	size_t n = 0;

	for (unsigned i = 0; i < SERVERS; i++) {
		if (!has[i])
			continue;
		targets[n] = target_of(i);
		targets[n++].timeout.ns += changed[i];
	}
	p->settings.threads = THREADS;
	assert_null(plan_set_targets(p, targets, n));
	return p;
}

static void load(struct engine *e, struct plan *next)
{
	struct plan *older = engine_plan(e);
	char why[200] = "";

	plan_inherit(next, older);
	plan_release(older);
	if (!engine_load(e, next, why, sizeof(why)))
		fail_msg("%s", why);
	plan_release(next);
}

/* All that are in it are probed again; after that, nobody else is. */
static void probes_only(const bool has[SERVERS])
{
	unsigned before[SERVERS];

	for (unsigned i = 0; i < SERVERS; i++)
		before[i] = atomic_load(&counts[i]);
	for (unsigned i = 0; i < SERVERS; i++)
		for (int tries = 0; has[i] && atomic_load(&counts[i]) < before[i] + 2;
		     tries++) {
			assert_true(tries < 1000);
			usleep(10000);
		}
	for (unsigned i = 0; i < SERVERS; i++)
		before[i] = atomic_load(&counts[i]);
	usleep(3 * INTERVAL_MS * 1000);
	for (unsigned i = 0; i < SERVERS; i++)
		if (!has[i] && atomic_load(&counts[i]) != before[i])
			fail_msg("%s is still probed", names[i]);
}

static void any(bool flags[SERVERS], unsigned of_ten)
{
	for (unsigned i = 0; i < SERVERS; i++)
		flags[i] = (unsigned)rand() % 10 < of_ten;
}

static void who_is_in_the_plan_is_probed(void **state)
{
	const struct engine_hooks hooks = { .probed = probed, .user = NULL };
	bool has[SERVERS], changed[SERVERS] = { false };
	struct engine *e;
	struct plan *plan;
	char why[200] = "";

	(void)state;
	srand(7);
	for (unsigned i = 0; i < SERVERS; i++) {
		snprintf(names[i], sizeof(names[i]), "s%02u", i);
		snprintf(hosts[i], sizeof(hosts[i]), "127.0.0.%u", i + 1);
	}
	any(has, 7);
	plan = plan_of(has, changed);
	e = engine_new(plan, &hooks, why, sizeof(why));
	plan_release(plan);
	if (e == NULL)
		fail_msg("%s", why);
	for (int round = 0; round < 4; round++) {
		/* Several in one go: those in between may never be taken. */
		for (int more = 0; more <= round; more++) {
			any(has, 7);
			any(changed, 2);
			load(e, plan_of(has, changed));
		}
		probes_only(has);
	}
	engine_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_in_the_plan_is_probed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
