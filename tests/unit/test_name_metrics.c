/* test_name_metrics.c - thousands of names, few series. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exposition.h"
#include "name_check_plan.h"
#include "name_verdict.h"

#include <stdlib.h>
#include <string.h>

static char *render(struct plan *plan)
{
	static const struct health health = { .version = "1" };
	struct text_stream *answer = exposition_new(plan, &health, TEXT_PROMETHEUS);
	struct strbuf strbuf;
	char *text;

	strbuf_init(&strbuf);
	while (answer->more(answer, &strbuf))
		;
	assert_false(strbuf.failed);
	answer->free(answer);
	strbuf_put(&strbuf, (struct view){ "", 1 });
	text = strdup(strbuf.p);
	strbuf_fini(&strbuf);
	return text;
}

static size_t count_of(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)) != NULL; text++)
		n++;
	return n;
}

#define IMAPS       "{server=\"shared7\",service=\"imaps\",site=\"fra1\""
#define SUBMISSIONS "{server=\"shared7\",service=\"submissions\",site=\"fra1\""

static void says_what_is_known_of_the_names(void **state)
{
	static const char *const there[] = {
		"\nmailvane_names" IMAPS "} 150\n",
		"\nmailvane_names{server=\"plain\",service=\"imaps\"} 1\n",
		"\nmailvane_names_asked" IMAPS "} 122\n",
		"\nmailvane_names_asked" SUBMISSIONS "} 1\n",
		"\nmailvane_names_confirmed" IMAPS ",state=\"ok\"} 1\n",
		"\nmailvane_names_confirmed" IMAPS ",state=\"warning\"} 1\n",
		"\nmailvane_names_confirmed" IMAPS ",state=\"critical\"} 120\n",
		"\nmailvane_names_confirmed" IMAPS ",state=\"unknown\"} 0\n",
		"\nmailvane_names_confirmed" SUBMISSIONS ",state=\"critical\"} 0\n",
		"\nmailvane_names_faults" IMAPS ",fault=\"cert_expired\"} 60\n",
		"\nmailvane_names_faults" IMAPS ",fault=\"cert_name\"} 60\n",
		"\nmailvane_names_faults" IMAPS ",fault=\"cert_expiring\"} 1\n",
		"\nmailvane_names_faults" IMAPS ",fault=\"tls_handshake\"} 0\n",
		"\nmailvane_names_faults" SUBMISSIONS ",fault=\"cert_expired\"} 1\n",
		"\nmailvane_names_without_own_certificate" IMAPS "} 60\n",
		"\nmailvane_names_earliest_not_after_timestamp_seconds" IMAPS
		"} 1796000000\n",
		"\nmailvane_names_oldest_asked_timestamp_seconds" IMAPS "} 1795262400\n",
		"\nmailvane_names_oldest_asked_timestamp_seconds" SUBMISSIONS
		"} 1795262405\n",
		"\nmailvane_names_interval_seconds" IMAPS "} 3600\n",
		"\nmailvane_names_behind_seconds" IMAPS "} 1.5\n",
		"\nmailvane_names_paused" IMAPS "} 0\n",
		"\nmailvane_names_asks_total" IMAPS "} 123\n",
		"\nmailvane_name_state" IMAPS
		",name=\"c000.test\",fault=\"cert_expired\"} 2\n",
		"\nmailvane_name_state" IMAPS
		",name=\"c001.test\",fault=\"cert_name\"} 2\n",
	};
	struct plan *plan = name_check_plan_new();
	char *text = render(plan);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(there); i++)
		if (!strstr(text, there[i]))
			fail_msg("missing: %s", there[i]);
	assert_null(strstr(text, "mailvane_names{server=\"other\""));
	free(text);
	plan_release(plan);
}

static void a_server_has_a_hundred_series_of_names_at_most(void **state)
{
	struct plan *plan = name_check_plan_new();
	struct result r;
	size_t number;
	char *text;

	(void)state;
	/* Now it is confirmed at the second service, too. */
	assert_true(
	    name_set_find(plan->name_checks[2].name_set, view_of("c000.test"), &number));
	result_init(&r, hosted_asked_at);
	r.state = STATE_CRITICAL;
	r.fault = FAULT_CERT_EXPIRED;
	name_verdict_store(plan->name_checks[2].name_results, plan->name_checks[2].name_set,
			   number, &r, false, 2);
	text = render(plan);
	assert_int_equal(count_of(text, "\nmailvane_name_state{"), 100);
	assert_int_equal(count_of(text, "\nmailvane_name_state" SUBMISSIONS), 0);
	assert_non_null(strstr(text, "\nmailvane_names_hidden" IMAPS "} 21\n"));
	assert_non_null(strstr(text, "\nmailvane_names_hidden" SUBMISSIONS "} 1\n"));
	assert_non_null(strstr(text, "\nmailvane_names_hidden{server=\"plain\","
				     "service=\"imaps\"} 0\n"));
	assert_int_equal(count_of(text, "\nmailvane_names_hidden{"), 3);
	free(text);
	plan_release(plan);
}

static void what_is_not_confirmed_has_no_series(void **state)
{
	struct plan *plan = name_check_plan_new();
	char *text = render(plan);

	(void)state;
	assert_null(strstr(text, "\nmailvane_name_state" SUBMISSIONS));
	assert_null(strstr(text, "\nmailvane_name_state{server=\"plain\""));
	name_results_set_paused(plan->name_checks[2].name_results, FAULT_REFUSED,
				PHASE_CONNECT, hosted_asked_at);
	free(text);
	text = render(plan);
	assert_non_null(strstr(text, "\nmailvane_names_paused" SUBMISSIONS "} 1\n"));
	free(text);
	plan_release(plan);
}

static void without_names_there_is_nothing(void **state)
{
	struct plan *plan = plan_new();
	char *text = render(plan);

	(void)state;
	assert_null(strstr(text, "mailvane_name"));
	free(text);
	plan_release(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_known_of_the_names),
		cmocka_unit_test(a_server_has_a_hundred_series_of_names_at_most),
		cmocka_unit_test(what_is_not_confirmed_has_no_series),
		cmocka_unit_test(without_names_there_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
