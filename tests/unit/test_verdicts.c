#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exporter_plan.h"
#include "verdicts.h"

static struct plan *plan;
static struct strbuf out;

static const char *answer(const char *server, const char *service, int64_t later_ms,
			  bool found)
{
	struct moment now = { probed_at.ms + later_ms };

	strbuf_clear(&out);
	assert_int_equal(verdicts_answer(&out, plan, server, service, now), found);
	assert_false(out.failed);
	strbuf_put(&out, (struct view){ "", 1 });
	return out.p;
}

static void begins(const char *text, const char *start)
{
	if (strncmp(text, start, strlen(start)) != 0)
		fail_msg("'%s' does not begin with '%s'", text, start);
}

static void a_server_is_all_its_services(void **state)
{
	const char *text = answer("a<b", NULL, 1500, true);

	(void)state;
	begins(text,
	       "mailvane verdict 1\nstate 0\npending smtp\nresult 1500 60000 imaps\n\n"
	       "MAIL OK - imap.example.com imaps: ");
	assert_non_null(strstr(text, " imaps_time=0.250000s;"));
	assert_non_null(strstr(text, "\nimaps (port 993"));
}

static void each_address_is_a_result(void **state)
{
	const char *text = answer("mx&co", "smtp", 0, true);

	(void)state;
	begins(text,
	       "mailvane verdict 1\nstate 1\nresult 0 30500 smtp\nresult 0 30500 smtp\n\n"
	       "MAIL WARNING - ");
	assert_non_null(strstr(text, "1 of 2 addresses bad, 2001:db8::1: rejected"));
}

static void what_was_never_probed_is_pending(void **state)
{
	(void)state;
	assert_string_equal(answer("a<b", "smtp", 0, true),
			    "mailvane verdict 1\nstate 3\npending smtp\n\n");
}

static void a_clock_set_back_makes_no_age_negative(void **state)
{
	(void)state;
	assert_non_null(strstr(answer("a<b", "imaps", -5000, true), "\nresult 0 60000 "));
}

static void unknown_names_are_answered_with_the_nearest(void **state)
{
	(void)state;
	assert_string_equal(
	    answer("mx&com", NULL, 0, false),
	    "there is no server 'mx&com' in the configuration: did you mean 'mx&co'?\n");
	assert_string_equal(answer("zzzzzz\n", NULL, 0, false),
			    "there is no server 'zzzzzz' in the configuration\n");
	assert_string_equal(answer("a<b", "imap", 0, false),
			    "there is no service of this server 'imap' in the "
			    "configuration: did you mean 'imaps'?\n");
	begins(answer("", NULL, 0, false), "there is no server ''");
	begins(answer("a", NULL, 0, false), "there is no server 'a'");
	begins(answer("zz", NULL, 0, false), "there is no server 'zz'");
}

static int set_up(void **state)
{
	(void)state;
	plan = exporter_plan_new();
	strbuf_init(&out);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	strbuf_fini(&out);
	plan_release(plan);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_is_all_its_services),
		cmocka_unit_test(each_address_is_a_result),
		cmocka_unit_test(what_was_never_probed_is_pending),
		cmocka_unit_test(a_clock_set_back_makes_no_age_negative),
		cmocka_unit_test(unknown_names_are_answered_with_the_nearest),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
