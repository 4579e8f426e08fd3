/* test_hosted_verdict.c - what check_mailvane hears of customers' names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "name_check_plan.h"
#include "verdicts.h"

#include <string.h>

static struct plan *plan;
static struct strbuf out;

static const char *answer(const char *server, const char *service, int64_t later_s,
			  bool found)
{
	struct moment now = { hosted_asked_at.ms + later_s * 1000 };

	strbuf_clear(&out);
	assert_int_equal(verdicts_answer(&out, plan, server, service, now), found);
	assert_false(out.failed);
	strbuf_put(&out, (struct view){ "", 1 });
	return out.p;
}

static void shows(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("missing '%s' in '%s'", part, text);
}

static void publish(const char *server, enum fault fault)
{
	for (size_t i = 0; i < plan->target_count; i++) {
		struct result r;

		if (strcmp(plan->targets[i].server, server) != 0)
			continue;
		result_init(&r, hosted_asked_at);
		r.fault = r.dialogue_fault = fault;
		r.state = fault == FAULT_OK ? STATE_OK : STATE_CRITICAL;
		r.phase = r.dialogue_phase = fault == FAULT_OK ? PHASE_QUIT : PHASE_CONNECT;
		slot_publish(plan->targets[i].slot, &r, false, 1);
		result_fini(&r);
	}
}

static void bad_names_are_the_servers(void **state)
{
	const char *text;

	(void)state;
	publish("shared7", FAULT_OK);
	text = answer("shared7", NULL, 60, true);
	shows(text, "mailvane verdict 1\nstate 2\n");
	shows(text,
	      "\nMAIL CRITICAL - 2 of 3 services well, 192.0.2.7 names: 121 of 300 names "
	      "bad: c000.test cert_expired at imaps, c001.test cert_name at imaps, "
	      "c002.test cert_expired at imaps [cert_expired/tls] |");
	shows(text, "\nnames: CRITICAL - 121 of 300 names bad");
	shows(text, "\nresult 0 3600000 names\n");
}

static void they_can_be_asked_for_alone_or_left_out(void **state)
{
	const char *text = answer("shared7", "names", 60, true);

	(void)state;
	shows(text,
	      "mailvane verdict 1\nstate 2\nresult 0 3600000 names\n\nMAIL CRITICAL - ");
	text = answer("shared7", "imaps", 60, true);
	shows(text, "\nstate 0\n");
	assert_null(strstr(text, "names"));
	answer("other", "names", 60, false);
	shows(out.p, "there is no service of this server 'names'");
}

static void good_names_say_so(void **state)
{
	(void)state;
	shows(answer("plain", "names", 60, true),
	      "\nMAIL OK - 192.0.2.8 names: 1 names probed, 0 not yet, none bad "
	      "[ok/tls] |");
}

/* They are due an hour after they were asked. */
static void their_age_is_how_late_they_are(void **state)
{
	(void)state;
	shows(answer("plain", "names", 3600, true), "\nresult 0 3600000 names\n");
	shows(answer("plain", "names", 3600 + 90, true), "\nresult 90000 3600000 names\n");
}

static void a_dead_host_is_one_story(void **state)
{
	const char *text;

	(void)state;
	publish("shared7", FAULT_REFUSED);
	text = answer("shared7", NULL, 60, true);
	shows(text, "192.0.2.7: host unreachable, none of 2 services reached: "
		    "connection refused");
	assert_null(strstr(text, "names"));
}

static int make(void **state)
{
	(void)state;
	strbuf_init(&out);
	plan = name_check_plan_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	plan_release(plan);
	strbuf_fini(&out);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_names_are_the_servers),
		cmocka_unit_test(they_can_be_asked_for_alone_or_left_out),
		cmocka_unit_test(good_names_say_so),
		cmocka_unit_test(their_age_is_how_late_they_are),
		cmocka_unit_test(a_dead_host_is_one_story),
	};

	return cmocka_run_group_tests(tests, make, end);
}
