/* test_page_names.c - customers' names on the page: noted, listed at their target, found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "name_check_plan.h"
#include "page.h"
#include "page_detail.h"

#include <stdlib.h>
#include <string.h>

static char *text_of(struct text_stream *answer)
{
	struct strbuf strbuf;

	strbuf_init(&strbuf);
	while (answer->more(answer, &strbuf))
		;
	assert_false(strbuf.failed);
	answer->free(answer);
	strbuf_put(&strbuf, (struct view){ "", 1 });
	return strbuf.p;
}

static struct page_params params_of(struct plan *plan)
{
	return (struct page_params){ .plan = plan,
				     .health = { .version = "1", .reload_ok = true },
				     .metrics = "metrics",
				     .now = { hosted_asked_at.ms + 600000 } };
}

static char *ask(const char *text, const char *state, const char *server)
{
	struct plan *plan = name_check_plan_new();
	struct page_params params = params_of(plan);
	struct page_query query;
	struct text_stream *answer;

	page_query_init(&query, text, state, server, NULL);
	answer = page_new(&params, &query);
	plan_release(plan);
	return text_of(answer);
}

static char *detail(const char *server, const char *service)
{
	struct plan *plan = name_check_plan_new();
	struct page_params params = params_of(plan);
	struct text_stream *answer =
	    page_detail_new(&params, page_detail_target(plan, server, service));

	plan_release(plan);
	return text_of(answer);
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)) != NULL; text++)
		n++;
	return n;
}

static void shows(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("missing: %s", part);
}

#define ROW "<th scope=\"row\"><bdi>c"

static void bad_names_are_noted_first(void **state)
{
	char *text = ask(NULL, NULL, NULL);

	(void)state;
	shows(text, "names without a good certificate: 121 at <a "
		    "href=\"target?server=shared7&amp;service=imaps\">");
	assert_int_equal(count(text, "id=\"names\""), 0);
	free(text);
}

static void any_name_is_found_by_search(void **state)
{
	char *text = ask("C121", NULL, NULL);

	(void)state;
	assert_int_equal(count(text, ROW "121.test</bdi>"), 2);
	assert_int_equal(count(text, ROW), 2);
	shows(text, "has a good certificate");
	shows(text, ">2026-11-30</time>");
	shows(text, "not probed yet");
	free(text);

	text = ask("c00", "critical", NULL);
	assert_int_equal(count(text, ROW), 11);
	shows(text, "shows its fall-back CN=shared7.example");
	shows(text, "not confirmed yet");
	free(text);

	text = ask("nothing", NULL, NULL);
	shows(text, "names</h2>\n<p class=\"soft\">None.</p>");
	free(text);
}

static void a_long_list_is_cut_and_says_so(void **state)
{
	char *text = ask(".test", NULL, NULL);

	(void)state;
	assert_int_equal(count(text, ROW), 50);
	shows(text, "<p class=\"more\">and 251 more: <a "
		    "href=\"api/v1/names?q=.test&amp;limit=1000\">as JSON</a></p>");
	free(text);
}

static void a_server_shows_its_bad_names(void **state)
{
	char *text = ask(NULL, NULL, "shared7");

	(void)state;
	shows(text, "names without a good certificate</h2>");
	assert_int_equal(count(text, ROW), 50);
	shows(text, "and 72 more: <a href=\"api/v1/names?server=shared7&amp;state=problem"
		    "&amp;limit=1000\">");
	free(text);
	text = ask(NULL, NULL, "plain");
	shows(text, "<p class=\"soft\">None.</p>");
	free(text);
}

static void a_target_has_a_card_for_them(void **state)
{
	char *text = detail("shared7", "imaps");

	(void)state;
	shows(text, "150 names, each probed every 1h; 28 not yet, 121 bad, 60 without a "
		    "certificate of their own; the earliest end in 8d ");
	shows(text, ": <bdi>c121.test</bdi>; for names it does not know the server shows "
		    "<bdi>CN=shared7.example</bdi>.</p>");
	assert_int_equal(count(text, ROW), 50);
	shows(text, "and 71 more: <a href=\"api/v1/names?server=shared7&amp;service=imaps"
		    "&amp;state=problem&amp;limit=1000\">");
	free(text);
	text = detail("other", "imaps");
	assert_null(strstr(text, "id=\"names\""));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_names_are_noted_first),
		cmocka_unit_test(any_name_is_found_by_search),
		cmocka_unit_test(a_long_list_is_cut_and_says_so),
		cmocka_unit_test(a_server_shows_its_bad_names),
		cmocka_unit_test(a_target_has_a_card_for_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
