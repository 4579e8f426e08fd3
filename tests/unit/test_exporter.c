#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "folder.h"
#include "names_log.h"
#include "running_exporter.h"
#include "state_log.h"

#include <poll.h>
#include <string.h>

static struct running x;

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		n++;
	}
	return n;
}

static struct health health(void)
{
	struct health h;

	store_health(x.store, &h);
	return h;
}

static void takes_a_good_configuration(void **state)
{
	struct moment before = health().loaded;
	const char *lines;

	(void)state;
	running_probed(&x, STATE_OK);
	running_configure("timeout = \"7s\";\n");
	exporter_reload(x.exporter, RELOAD_REQUESTED);
	lines = running_log(&x);
	assert_non_null(strstr(lines, "level=info msg=\"configuration loaded\""));
	assert_non_null(strstr(lines, "targets=1\n"));
	assert_true(health().reload_ok);
	assert_true(health().loaded.ms >= before.ms);
}

static void unchanged_targets_keep_their_results(void **state)
{
	struct record record;
	struct plan *plan;

	(void)state;
	running_probed(&x, STATE_CRITICAL);
	running_configure("ehlo_names = 1;\n"); /* refused first */
	exporter_reload(x.exporter, RELOAD_REQUESTED);
	running_configure("per_address_max = 3;\n");
	exporter_reload(x.exporter, RELOAD_REQUESTED);
	plan = store_plan(x.store);
	assert_int_equal(plan->settings.per_address_max, 3);
	assert_int_equal(slot_copy(plan->targets[0].slot, &record, 1), 1);
	assert_int_equal(record.last.state, STATE_CRITICAL);
	slot_record_fini(&record);
	plan_release(plan);
}

static void a_bad_configuration_changes_nothing(void **state)
{
	const char *lines;

	(void)state;
	running_configure("intervall = \"5s\";\nthreads = \"many\";\n");
	exporter_reload(x.exporter, RELOAD_REQUESTED);
	lines = running_log(&x);
	assert_non_null(strstr(lines, "mailvane.conf:4 hint=\"did you mean"));
	assert_non_null(strstr(lines, "mailvane.conf:5"));
	assert_non_null(strstr(
	    lines,
	    "level=error msg=\"configuration not loaded: the previous one stays in use\""));
	assert_non_null(strstr(lines, "errors=2\n"));
	assert_false(health().reload_ok);
	assert_int_equal(health().targets, 1);
}

static void the_same_errors_are_said_once_unless_asked_for(void **state)
{
	static const char refused[] = "configuration not loaded";

	(void)state;
	running_configure("x = 1;\n");
	exporter_reload(x.exporter, RELOAD_CHANGED);
	assert_int_equal(count(running_log(&x), refused), 1);
	exporter_reload(x.exporter, RELOAD_CHANGED);
	exporter_reload(x.exporter, RELOAD_CHANGED);
	assert_string_equal(running_log(&x), "");
	exporter_reload(x.exporter, RELOAD_REQUESTED);
	assert_int_equal(count(running_log(&x), refused), 1);
	running_configure("y = 1;\n");
	exporter_reload(x.exporter, RELOAD_CHANGED);
	assert_int_equal(count(running_log(&x), refused), 1);
	running_configure("");
	exporter_reload(x.exporter, RELOAD_CHANGED);
	assert_non_null(strstr(running_log(&x), "configuration loaded"));
	assert_true(health().reload_ok);
	running_configure("y = 1;\n");
	exporter_reload(x.exporter, RELOAD_CHANGED);
	assert_int_equal(count(running_log(&x), refused), 1);
}

static void files_that_stay_are_not_read_again(void **state)
{
	(void)state;
	exporter_reload(x.exporter, RELOAD_CHANGED);
	assert_string_equal(running_log(&x), "");
	exporter_reload(x.exporter, RELOAD_REQUESTED);
	assert_non_null(strstr(running_log(&x), "configuration loaded"));
}

/* What the parser accepts, the engine may still be unable to use. */
static void what_the_engine_refuses_is_said_too(void **state)
{
	(void)state;
	running_configure("ca_file = \"mailvane.conf\";\n");
	exporter_reload(x.exporter, RELOAD_REQUESTED);
	assert_non_null(strstr(running_log(&x), "ca_file"));
	assert_false(health().reload_ok);
	exporter_reload(x.exporter, RELOAD_CHANGED);
	assert_string_equal(running_log(&x), "");
}

static void is_ready_when_each_target_had_its_turn(void **state)
{
	(void)state;
	assert_int_equal(store_unprobed(x.store), 1);
	running_probed(&x, STATE_CRITICAL);
	assert_int_equal(store_unprobed(x.store), 0);
	/* A new target does not take readiness away. */
	running_configure("target_files = [ \"more.csv\" ];\n");
	folder_write("more.csv", 0644,
		     "name,host,services,account,labels\nmx2,127.0.0.1,far,,\n");
	exporter_reload(x.exporter, RELOAD_REQUESTED);
	assert_int_equal(health().targets, 2);
	assert_int_equal(store_unprobed(x.store), 0);
}

/* A result of that state, with what was announced before and is now. */
static void probed(enum state now, enum state before, enum state after)
{
	static const struct service service = { .name = "smtp" };
	static const struct target target = { .server = "mx \"1\"", .service = &service };
	const struct published published = {
		.before = before,
		.announced_before = before,
		.announced_since = { 1795262000000 },
		.announced = after,
	};
	struct result result;

	result_init(&result, (struct moment){ 1795262400000 });
	result.state = now;
	if (now != STATE_OK) {
		result.fault = FAULT_REJECTED;
		result.phase = PHASE_GREETING;
		result.code = 554;
	}
	state_log_result(x.log, &(struct filed_result){ .target = &target,
							.result = &result,
							.published = &published });
	result_fini(&result);
}

static void a_line_for_each_change_and_none_for_a_probe(void **state)
{
	const char *line;

	(void)state;
	probed(STATE_OK, STATE_COUNT, STATE_OK);
	probed(STATE_OK, STATE_OK, STATE_OK);
	probed(STATE_CRITICAL, STATE_CRITICAL, STATE_CRITICAL);
	probed(STATE_CRITICAL, STATE_COUNT, STATE_COUNT);
	probed(STATE_CRITICAL, STATE_OK, STATE_OK);
	probed(STATE_OK, STATE_CRITICAL, STATE_CRITICAL);
	assert_string_equal(running_log(&x), "");

	probed(STATE_CRITICAL, STATE_OK, STATE_CRITICAL);
	line = running_log(&x);
	assert_int_equal(count(line, "\n"), 1);
	assert_non_null(strstr(line,
			       " level=error msg=\"state changed\" server=\"mx \\\"1\\\"\" "
			       "service=smtp state=CRITICAL before=OK "
			       "lasted=\"6m 40s\" fault=rejected phase=greeting reason="));
	probed(STATE_OK, STATE_CRITICAL, STATE_OK);
	line = running_log(&x);
	assert_non_null(strstr(line, " level=info msg=\"state changed\""));
	assert_null(strstr(line, "fault="));
	probed(STATE_WARNING, STATE_COUNT, STATE_WARNING);
	line = running_log(&x);
	assert_non_null(strstr(line, " level=warn msg=\"first result\""));
	assert_null(strstr(line, "before="));
}

static void a_line_for_each_name_that_changed(void **state)
{
	const struct target target = { .server = "shared7",
				       .service = &builtin_services[0] };
	struct name_result name = { .name = "shop.example",
				    .announced = STATE_CRITICAL,
				    .fault = FAULT_CERT_NAME,
				    .announced_since = { 1795262400000 },
				    .detail = "no certificate of its own" };
	struct name_results_change change = { .known = true,
					      .announced_before = STATE_OK,
					      .announced = STATE_CRITICAL,
					      .announced_since = { 1795262000000 } };
	const char *line;

	(void)state;
	names_log_changed(x.log, &target, &name, &change);
	line = running_log(&x);
	assert_int_equal(count(line, "\n"), 1);
	assert_non_null(
	    strstr(line, " level=error msg=\"state of a name changed\" server=shared7 "
			 "service=smtp name=shop.example state=CRITICAL before=OK "
			 "lasted=\"6m 40s\" fault=cert_name "
			 "reason=\"no certificate of its own\""));
	change.announced_before = STATE_COUNT;
	name.announced = STATE_WARNING;
	names_log_changed(x.log, &target, &name, &change);
	line = running_log(&x);
	assert_non_null(strstr(line, " level=warn msg=\"first result of a name\""));
	assert_null(strstr(line, "before="));
	names_log_skipped(x.log, 4711);
	line = running_log(&x);
	assert_non_null(strstr(
	    line, " msg=\"more names changed their state in this minute\" names=4711"));
}

static int start(void **state)
{
	(void)state;
	running_start(&x);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	running_stop(&x);
	return 0;
}

#define RUNNING_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

static unsigned told;

static void reload_is_answered(struct reload_waiter *waiter, bool ok, const char *said)
{
	(void)waiter, (void)said;
	told += ok;
}

static bool is_awake(void)
{
	struct pollfd fd = { .fd = reload_queue_fd(&x.store->reload_queue),
			     .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

/* Whatever the level of the log is: a line that nobody writes wakes nobody. */
static void who_asks_for_a_reload_wakes_the_main_thread(void **state)
{
	struct reload_waiter first = { .answered = reload_is_answered };
	struct reload_waiter second = { .answered = reload_is_answered };

	(void)state;
	running_probed(&x, STATE_OK);
	assert_false(is_awake());
	reload_queue_join(&x.store->reload_queue, &first);
	reload_queue_join(&x.store->reload_queue, &second);
	assert_true(is_awake());
	assert_true(reload_queue_waits(&x.store->reload_queue));
	told = 0;
	exporter_reload(x.exporter, RELOAD_REQUESTED);
	assert_int_equal(told, 2);
	assert_false(is_awake());
	assert_false(reload_queue_waits(&x.store->reload_queue));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUNNING_TEST(takes_a_good_configuration),
		RUNNING_TEST(unchanged_targets_keep_their_results),
		RUNNING_TEST(a_bad_configuration_changes_nothing),
		RUNNING_TEST(the_same_errors_are_said_once_unless_asked_for),
		RUNNING_TEST(files_that_stay_are_not_read_again),
		RUNNING_TEST(what_the_engine_refuses_is_said_too),
		RUNNING_TEST(who_asks_for_a_reload_wakes_the_main_thread),
		RUNNING_TEST(is_ready_when_each_target_had_its_turn),
		RUNNING_TEST(a_line_for_each_change_and_none_for_a_probe),
		RUNNING_TEST(a_line_for_each_name_that_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
