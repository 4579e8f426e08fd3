#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "page.h"

#include "base64.h"
#include "exporter_plan.h"
#include "page_style.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *render(struct plan *plan, const struct health *health)
{
	struct moment now = { probed_at.ms + 90000 };
	struct answer *answer = page_new(plan, health, now);
	struct draft draft;
	char *text;

	draft_init(&draft);
	while (answer->more(answer, &draft))
		;
	assert_false(draft.failed);
	answer->free(answer);
	draft_put(&draft, (struct view){ "", 1 });
	text = strdup(draft.p);
	draft_fini(&draft);
	return text;
}

static void shows(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("missing: %s", part);
}

static void tells_what_is_broken_first(void **state)
{
	struct plan *plan = exporter_plan_new();
	char *text = render(plan, &exporter_plan_health);
	const char *problem, *table;

	(void)state;
	shows(text, "<title>CRITICAL: 1 of 4 \xc2\xb7 mailvane</title>");
	shows(text, "<li class=\"pending\"><span class=\"state\">PENDING</span> 1</li>");
	problem = strstr(text, "<article class=\"critical\">");
	table = strstr(text, "<table>");
	assert_true(problem != NULL && table != NULL && problem < table);
	assert_null(strstr(problem + 1, "<article"));
	shows(problem,
	      "<span>mx&#38;co</span> <span>smtp <small>2001:db8::1</small></span>");
	shows(problem, "for 1m 30s, since 2026-11-21T12:00:00Z</span>");
	shows(problem, "phase greeting</span> <span>fault rejected");
	shows(problem, "mx.example.com:25");
	free(text);
	plan_release(plan);
}

static void lists_every_server(void **state)
{
	struct plan *plan = exporter_plan_new();
	char *text = render(plan, &exporter_plan_health), *table = strstr(text, "<table>");

	(void)state;
	assert_non_null(table);
	shows(table,
	      "a&#60;b <small>imap.example.com</small> <small>site=fra1</small></th>");
	shows(table, "<td>imaps</td>");
	/* The chain ends 11 days before the certificate, and counts. */
	shows(table, "title=\"2027-01-03T18:13:20Z\">43 days left</time>");
	shows(table, "<td>smtp</td><td></td><td>not probed yet</td>");
	shows(table, "<td>smtp <small>192.0.2.1</small></td>");
	shows(table, ">1m 30s ago</time>");
	shows(table, "</table>");
	shows(table, "mailvane 1.2.3");
	free(text);
	plan_release(plan);
}

static void strangers_words_are_text(void **state)
{
	struct plan *plan = exporter_plan_new();
	char *text = render(plan, &exporter_plan_health);

	(void)state;
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "a<b"));
	assert_null(strstr(text, "mx&co"));
	shows(text, "&#60;script&#62;alert(&#39;&#34;&#38;&#39;)&#60;/script&#62;");
	free(text);
	plan_release(plan);
}

/* Else browsers would show the page without its style. */
static void the_policy_knows_the_style(void **state)
{
	struct plan *plan = plan_new();
	char *text = render(plan, &exporter_plan_health);
	const char *begin = strstr(text, "<style>") + strlen("<style>");
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char storage[100];
	struct buffer hash;

	(void)state;
	SHA256((const unsigned char *)begin, (size_t)(strstr(begin, "</style>") - begin),
	       digest);
	buffer_init(&hash, storage, sizeof(storage));
	buffer_text(&hash, "sha256-");
	base64_encode(&hash, (struct view){ (const char *)digest, sizeof(digest) });
	assert_string_equal(PAGE_STYLE_HASH, buffer_string(&hash));
	free(text);
	plan_release(plan);
}

static void says_when_all_is_well_or_nothing_is_there(void **state)
{
	struct plan *plan = plan_new();
	struct health health = exporter_plan_health;
	char *text = render(plan, &health);

	(void)state;
	shows(text, "<title>Nothing to probe");
	assert_null(strstr(text, "<table>"));
	assert_null(strstr(text, "class=\"note\""));
	free(text);
	health.reload_ok = false;
	health.engine.lag = span_of_ms(80);
	text = render(plan, &health);
	shows(text, "The configuration has errors and was not taken: the one read at "
		    "2026-11-18T11:06:41Z is still in use.");
	shows(text, "probing is 80ms behind");
	free(text);
	plan_release(plan);
}

static void a_long_list_ends_with_what_is_left_out(void **state)
{
	enum { MANY = PAGE_TARGETS_MAX + 7 };
	static struct target targets[MANY];
	static char names[MANY][8];
	static const struct service service = { .name = "smtp" };
	struct plan *plan = plan_new();
	struct result bad;
	struct moment since;
	char *text;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "s%zu", i);
		targets[i] = (struct target){ .server = names[i],
					      .host = names[i],
					      .service = &service };
	}
	assert_null(plan_set_targets(plan, targets, MANY));
	result_init(&bad, probed_at);
	bad.state = STATE_CRITICAL;
	bad.fault = FAULT_REFUSED;
	for (size_t i = 0; i < PAGE_PROBLEMS_MAX + 3; i++)
		slot_publish(plan->targets[i].slot, &bad, false, &since);
	text = render(plan, &exporter_plan_health);
	shows(text, "<p>3 more problems are not shown;");
	shows(text, "<p>7 more targets are not shown;");
	free(text);
	plan_release(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_is_broken_first),
		cmocka_unit_test(lists_every_server),
		cmocka_unit_test(strangers_words_are_text),
		cmocka_unit_test(the_policy_knows_the_style),
		cmocka_unit_test(says_when_all_is_well_or_nothing_is_there),
		cmocka_unit_test(a_long_list_ends_with_what_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
