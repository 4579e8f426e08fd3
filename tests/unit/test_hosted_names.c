/* test_hosted_names.c - /api/v1/names: filters, pages, what is known of a name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hosted_names.h"
#include "name_check_plan.h"
#include "status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *whole(struct text_stream *answer)
{
	struct strbuf d;

	strbuf_init(&d);
	while (answer->more(answer, &d))
		;
	strbuf_put(&d, (struct view){ "", 1 });
	assert_false(d.failed);
	answer->free(answer);
	return d.p;
}

static char *answer_to(struct hosted_names_request wish)
{
	struct plan *plan = name_check_plan_new();
	struct text_stream *answer = hosted_names_new(plan, &wish);

	plan_release(plan);
	return whole(answer);
}

static size_t count_of(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)) != NULL; text++)
		n++;
	return n;
}

static void counts(struct hosted_names_request wish, size_t shown, size_t total)
{
	char *text, end[100];

	if (wish.limit == 0)
		wish.limit = HOSTED_LIMIT;
	text = answer_to(wish);
	snprintf(end, sizeof(end), "],\"total\":%zu,\"offset\":%zu,\"limit\":%zu}\n", total,
		 wish.offset, wish.limit);
	assert_int_equal(count_of(text, "{\"server\":"), shown);
	assert_non_null(strstr(text, end));
	free(text);
}

static void picks(void **state)
{
	(void)state;
	counts((struct hosted_names_request){ 0 }, 100, 301);
	counts((struct hosted_names_request){ .limit = 1000 }, 301, 301);
	counts((struct hosted_names_request){ .server = "plain" }, 1, 1);
	counts((struct hosted_names_request){ .server = "shared7", .limit = 1000 }, 300,
	       300);
	counts((struct hosted_names_request){ .server = "shared7", .service = "imaps" },
	       100, 150);
	counts((struct hosted_names_request){ .service = "submissions", .part = "C00" }, 10,
	       10);
	counts((struct hosted_names_request){ .part = "nobody" }, 0, 0);
	counts((struct hosted_names_request){ .states = NAME_RESULTS_WRONG, .limit = 1000 },
	       122, 122);
	counts((struct hosted_names_request){ .states = NAME_RESULTS_STATE(STATE_OK) }, 2,
	       2);
	counts((struct hosted_names_request){ .states = NAME_RESULTS_STATE(STATE_COUNT),
					      .limit = 1000 },
	       28 + 149, 28 + 149);
	counts(
	    (struct hosted_names_request){ .states = NAME_RESULTS_WRONG, .part = "9.test" },
	    12, 12);
}

static void pages_follow_each_other(void **state)
{
	static const size_t limits[] = { 1, 7, 64, 65, 100, 150, 301, 1000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		char *all = answer_to((struct hosted_names_request){ .limit = 1000 });
		const char *at = all;

		for (size_t offset = 0; offset < 301; offset += limits[i]) {
			char *page = answer_to((struct hosted_names_request){
			    .offset = offset, .limit = limits[i] });
			const char *body = strchr(page, '\n');
			size_t n = (size_t)(strstr(page, "],\"total\":301") - body);

			at = strchr(at, '\n');
			assert_non_null(at);
			assert_memory_equal(at, body, n);
			at += n;
			free(page);
		}
		assert_int_equal(strncmp(at, "],\"total\"", 9), 0);
		free(all);
	}
	counts((struct hosted_names_request){ .offset = 301 }, 0, 301);
	counts((struct hosted_names_request){ .offset = 5000 }, 0, 301);
	counts((struct hosted_names_request){ .offset = 295 }, 6, 301);
	counts((struct hosted_names_request){ .states = NAME_RESULTS_WRONG, .offset = 100 },
	       22, 122);
}

static void tells_what_is_known(void **state)
{
	static const char *const parts[] = {
		"{\"server\":\"shared7\",\"service\":\"imaps\",\"name\":\"c001.test\","
		"\"state\":\"CRITICAL\",\"confirmed_state\":\"CRITICAL\",\"fault\":"
		"\"cert_name\",\"faults\":[\"cert_name\"],\"without_own_certificate\":true,"
		"\"text\":\"no certificate of its own: the server shows its fall-back "
		"CN=shared7.example\",\"not_after\":null,\"asked\":1795262401.000",
		"\"name\":\"c000.test\",\"state\":\"CRITICAL\",\"confirmed_state\":null",
		"\"name\":\"c121.test\",\"state\":\"OK\",\"confirmed_state\":\"OK\","
		"\"fault\":"
		"\"ok\",\"faults\":[],\"without_own_certificate\":false,\"text\":\"\","
		"\"not_after\":1796000000.000",
		"\"name\":\"c149.test\",\"state\":null,\"confirmed_state\":null,",
		"\"confirmed_state\":null,\"fault\":null,",
		"\"certificate\":null}",
		"\"certificate\":{\"subject\":\"CN=<b>customer\"",
	};
	char *text = answer_to((struct hosted_names_request){ .limit = 1000 });

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (!strstr(text, parts[i]))
			fail_msg("missing: %s", parts[i]);
	free(text);
}

static void the_status_has_the_counts(void **state)
{
	static const struct health health = { .version = "1" };
	struct plan *plan = name_check_plan_new();
	char *text = whole(status_new(
	    plan, &health, &(struct status_request){ NULL, STATUS_ANY }, hosted_asked_at));

	(void)state;
	assert_int_equal(count_of(text, "\"names\":null"), 1);
	assert_non_null(strstr(
	    text,
	    "\"names\":{\"total\":150,\"asked\":122,\"confirmed\":{\"ok\":1,"
	    "\"warning\":1,\"critical\":120,\"unknown\":0},\"faults\":{"
	    "\"cert_expired\":60,\"cert_expiring\":1,\"cert_name\":60},"
	    "\"without_own_certificate\":60,\"earliest_not_after\":1796000000.000,"
	    "\"earliest_name\":\"c121.test\",\"oldest_asked\":1795262400.000,"
	    "\"interval\":3600.000000,\"behind\":1.500000,\"paused_since\":null,"
	    "\"paused_fault\":null,\"fallback\":{\"subject\":\"CN=shared7.example\""));
	free(text);
	plan_release(plan);
}

static void states_are_words(void **state)
{
	unsigned states;

	(void)state;
	assert_true(hosted_states("problem", &states));
	assert_int_equal(states, NAME_RESULTS_WRONG);
	assert_true(hosted_states("pending", &states));
	assert_int_equal(states, NAME_RESULTS_STATE(STATE_COUNT));
	assert_true(hosted_states("OK", &states));
	assert_int_equal(states, NAME_RESULTS_STATE(STATE_OK));
	assert_false(hosted_states("fine", &states));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(picks),
		cmocka_unit_test(pages_follow_each_other),
		cmocka_unit_test(tells_what_is_known),
		cmocka_unit_test(the_status_has_the_counts),
		cmocka_unit_test(states_are_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
