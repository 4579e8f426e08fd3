#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan.h"

#include <string.h>

static struct target target_of(const char *server, const char *service)
{
	return (struct target){
		.server = server,
		.host = server,
		.tls_name = server,
		.service =
		    service_find(builtin_services, builtin_service_count, view_of(service)),
		.interval = span_of_seconds(60),
		.retry_interval = span_of_seconds(10),
		.timeout = span_of_seconds(10),
	};
}

static void sorts_and_finds_what_comes_twice(void **state)
{
	struct target targets[] = { target_of("b", "smtp"), target_of("a", "imaps"),
				    target_of("a", "imap") };
	struct plan *p = plan_new();

	(void)state;
	assert_null(plan_set_targets(p, targets, 3));
	assert_string_equal(p->targets[0].service->name, "imap");
	assert_string_equal(p->targets[2].server, "b");
	plan_release(p);

	targets[0] = targets[2];
	p = plan_new();
	assert_string_equal(plan_set_targets(p, targets, 3)->service->name, "imap");
	plan_release(p);
}

static void only_unchanged_targets_keep_their_slots(void **state)
{
	struct target old_targets[] = { target_of("a", "imap"), target_of("b", "smtp"),
					target_of("c", "smtp"), target_of("d", "smtp"),
					target_of("e", "smtp"), target_of("f", "smtp") };
	struct target new_targets[] = { target_of("a", "imap"), target_of("bb", "smtp"),
					target_of("c", "smtp"), target_of("d", "smtp"),
					target_of("e", "smtp"), target_of("f", "smtp") };
	const struct pin pin = { { 1 } };
	const struct pins pins = { 1, &pin };
	struct account before = { "x", "u", "p", MECHANISM_BEST, false };
	struct account after = { "x", "v", "p", MECHANISM_BEST, false };
	struct account renewed = { "x", "u", "q", MECHANISM_BEST, false };
	struct plan *older = plan_new(), *newer = plan_new();

	(void)state;
	old_targets[3].account = &before;
	new_targets[3].account = &after;
	old_targets[2].account = &before;
	new_targets[2].account = &renewed;
	new_targets[4].interval = span_of_seconds(61);
	plan_set_targets(older, old_targets, 6);
	new_targets[5].pins = &pins;
	plan_set_targets(newer, new_targets, 6);
	plan_inherit(newer, older);
	assert_ptr_equal(newer->targets[0].slot, older->targets[0].slot);
	assert_ptr_equal(newer->targets[2].slot, older->targets[2].slot);
	for (size_t i = 1; i < 6; i++)
		if (i != 2)
			assert_ptr_not_equal(newer->targets[i].slot,
					     older->targets[i].slot);
	plan_release(older);
	plan_release(newer);
}

static void every_builtin_service_is_as_the_table_of_ports(void **state)
{
	(void)state;
	assert_int_equal(builtin_service_count, 10);
	assert_int_equal(target_of("a", "submissions").service->tls, TLS_MODE_IMPLICIT);
	assert_int_equal(target_of("a", "submissions").service->port, 465);
	assert_int_equal(target_of("a", "smtp").service->tls, TLS_MODE_OPPORTUNISTIC);
	assert_int_equal(target_of("a", "pop3").service->tls, TLS_MODE_STARTTLS);
	assert_ptr_equal(target_of("a", "lmtp").service->protocol, &lmtp_protocol);
	assert_null(target_of("a", "smtps").service);
}

/* A plan of the server "a" at imap and smtp (with STARTTLS), with these names at imap. */
static struct plan *name_check_plan(const struct target *imap, const char *const *names,
				    size_t count)
{
	struct target targets[] = { *imap, target_of("a", "smtp") };
	struct name_set *name_set = name_set_new(names, count);
	const struct name_check_options wishes[] = {
		{ "a", "imap", name_set, NULL, { 1000 } },
		{ "a", "pop3", name_set, NULL, { 1000 } },
		{ "b", "imap", name_set, NULL, { 1000 } }
	};
	struct plan *p = plan_new();

	assert_null(plan_set_targets(p, targets, 2));
	plan_set_name_checks(p, wishes, 3);
	name_set_release(name_set);
	return p;
}

static void name_results_stay_with_their_host(void **state)
{
	static const char *const names[] = { "x.example", "y.example", "z.example" };
	const struct pin pin = { { 1 } };
	const struct pins pins = { 1, &pin };
	struct target imap = target_of("a", "imap"), other = imap;
	struct service moved = *imap.service;
	struct plan *older = name_check_plan(&imap, names, 2), *newer;
	struct name_results_summary s;
	struct name_result name;

	(void)state;
	assert_int_equal(older->name_check_count, 1);
	assert_ptr_equal(plan_find_name_check(older, &older->targets[0]),
			 &older->name_checks[0]);
	assert_null(plan_find_name_check(older, &older->targets[1]));

	/* How often it is probed makes no difference, nor do other names. */
	other.interval = span_of_seconds(5);
	newer = name_check_plan(&other, names + 1, 2);
	plan_inherit(newer, older);
	assert_ptr_equal(newer->name_checks[0].name_results,
			 older->name_checks[0].name_results);
	name_results_summary(newer->name_checks[0].name_results, &s);
	assert_int_equal(s.total, 2);
	assert_false(name_results_get(newer->name_checks[0].name_results,
				      view_of("z.example"), &name));
	plan_load_name_results(newer);
	assert_true(name_results_get(newer->name_checks[0].name_results,
				     view_of("z.example"), &name));
	plan_release(newer);

	/* Another machine, port or pin does. */
	moved.port = 1143;
	for (unsigned i = 0; i < 3; i++) {
		other = imap;
		if (i == 0)
			other.host = "elsewhere";
		else if (i == 1)
			other.service = &moved;
		else
			other.pins = &pins;
		newer = name_check_plan(&other, names, 2);
		plan_inherit(newer, older);
		assert_ptr_not_equal(newer->name_checks[0].name_results,
				     older->name_checks[0].name_results);
		plan_release(newer);
	}
	plan_release(older);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_and_finds_what_comes_twice),
		cmocka_unit_test(only_unchanged_targets_keep_their_slots),
		cmocka_unit_test(every_builtin_service_is_as_the_table_of_ports),
		cmocka_unit_test(name_results_stay_with_their_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
