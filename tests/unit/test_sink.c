#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sink.h"

#include <stdio.h>
#include <string.h>

/* Each call of a listener as a word: its user's name, what it was told. */
static char told[512];

static void tell(const char *user, const char *what)
{
	size_t n = strlen(told);

	assert_true(n + strlen(user) + strlen(what) + 3 < sizeof(told));
	snprintf(told + n, sizeof(told) - n, "%s%s %s", n > 0 ? ", " : "", user, what);
}

static void on_result(void *user, const struct filed_result *filed)
{
	assert_string_equal(filed->target->server, "mx");
	tell(user, filed->in_outage ? "held" : "result");
}

static void on_server(void *user, const struct server_change *change)
{
	static const char *const words[] = { [OUTAGE_STARTED] = "server away",
					     [OUTAGE_ENDED] = "server back",
					     [OUTAGE_REVOKED] = "server was not away" };

	assert_string_equal(change->target->server, "mx");
	tell(user, words[change->change]);
}

static void on_resolver(void *user, const struct resolver_report *report)
{
	tell(user,
	     report->change == RESOLVER_OUTAGE_STARTED ? "resolver away" : "resolver back");
}

static void on_name(void *user, const struct target *target, const struct name_result *name,
		    const struct name_results_change *change)
{
	(void)target, (void)change;
	tell(user, name->name);
}

static void on_skipped(void *user, uint64_t count)
{
	assert_int_equal(count, 7);
	tell(user, "skipped");
}

static const struct listener_calls all = { on_result, on_server, on_resolver, on_name,
					   on_skipped };
static const struct listener_calls only_results = { .result = on_result };

/* A store with what a sink needs of it, and two listeners. */
static struct config config;
static struct store store;
static struct sink sink;

static int start(void **state)
{
	static char first[] = "a", second[] = "b";
	const struct listener table[] = { { &all, first }, { &only_results, second } };
	struct target targets[2] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		targets[i].server = targets[i].tls_name = "mx";
		targets[i].host = "mx.example.com";
		targets[i].service = &builtin_services[i];
	}
	config = (struct config){ .plan = plan_new() };
	store = (struct store){ .config = &config, .outages = outages_new() };
	pthread_mutex_init(&store.lock, NULL);
	told[0] = '\0';
	sink_init(&sink, &store, table, ARRAY_SIZE(table));
	return plan_set_targets(config.plan, targets, 2) ? -1 : 0;
}

static int stop(void **state)
{
	(void)state;
	outages_free(store.outages);
	pthread_mutex_destroy(&store.lock);
	plan_release(config.plan);
	return 0;
}

/* One result is enough to announce a state. Returns what the listeners were told. */
static const char *probed(size_t which, enum state now, enum fault fault, enum phase phase)
{
	const struct target *target = &config.plan->targets[which];
	struct published published;
	struct result result;

	told[0] = '\0';
	result_init(&result, moment_now());
	result.state = now;
	result.fault = result.dialogue_fault = fault;
	result.phase = result.dialogue_phase = phase;
	published = slot_publish(target->slot, &result, false, 1);
	sink_result(&sink, target, &result, &published);
	result_fini(&result);
	return told;
}

static const char *is_well(size_t which)
{
	return probed(which, STATE_OK, FAULT_OK, PHASE_QUIT);
}

static const char *is_refused(size_t which)
{
	return probed(which, STATE_CRITICAL, FAULT_REFUSED, PHASE_CONNECT);
}

static const char *is_not_resolved(size_t which)
{
	return probed(which, STATE_UNKNOWN, FAULT_RESOLVER_UNAVAILABLE, PHASE_DNS);
}

static void a_result_is_told_to_all_in_their_order(void **state)
{
	(void)state;
	assert_string_equal(is_well(0), "a result, b result");
	assert_string_equal(is_refused(0), "a result, b result");
}

static void an_outage_of_a_server_is_told_before_its_result(void **state)
{
	(void)state;
	is_well(0);
	is_well(1);
	assert_string_equal(is_refused(0), "a result, b result");
	assert_string_equal(is_refused(1), "a server away, a held, b held");
	assert_string_equal(is_refused(0), "a result, b result"); /* nothing new */
	assert_string_equal(is_well(1), "a server back, a result, b result");
}

static void an_outage_of_our_name_servers_is_told_once(void **state)
{
	(void)state;
	is_well(0);
	is_well(1);
	assert_string_equal(is_not_resolved(0), "a resolver away, a held, b held");
	assert_string_equal(is_not_resolved(1), "a held, b held");
	assert_string_equal(is_well(0), "a resolver back, a held, b held");
	assert_string_equal(is_well(1), "a held, b held");
	assert_string_equal(is_well(1), "a result, b result");
}

static void names_are_told_to_who_wants_them(void **state)
{
	const struct name_result name = { .name = "shop.example" };
	const struct name_results_change change = { .known = true };

	(void)state;
	sink_name(&sink, &config.plan->targets[0], &name, &change);
	sink_names_skipped(&sink, 7);
	assert_string_equal(told, "a shop.example, a skipped");
}

static void hooks_lead_to_the_sink(void **state)
{
	struct engine_hooks hooks = sink_hooks(&sink);

	(void)state;
	hooks.name_changes_dropped(hooks.user, 7);
	assert_string_equal(told, "a skipped");
}

static void more_listeners_than_there_is_room_are_left_out(void **state)
{
	struct listener many[SINK_LISTENERS_MAX + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = (struct listener){ &only_results, "x" };
	sink_init(&sink, &store, many, ARRAY_SIZE(many));
	assert_int_equal(sink.count, SINK_LISTENERS_MAX);
}

#define SINK_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SINK_TEST(a_result_is_told_to_all_in_their_order),
		SINK_TEST(an_outage_of_a_server_is_told_before_its_result),
		SINK_TEST(an_outage_of_our_name_servers_is_told_once),
		SINK_TEST(names_are_told_to_who_wants_them),
		SINK_TEST(hooks_lead_to_the_sink),
		SINK_TEST(more_listeners_than_there_is_room_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
