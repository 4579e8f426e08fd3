#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "page.h"

#include "base64.h"
#include "exporter_plan.h"
#include "page_detail.h"
#include "page_script.h"
#include "page_style.h"
#include "target_counts.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct page_params params_of(struct plan *plan)
{
	return (struct page_params){ .plan = plan,
				     .health = exporter_plan_health,
				     .metrics = "metrics",
				     .now = { probed_at.ms + 90000 } };
}

static char *text_of(struct text_stream *answer)
{
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

static char *ask(const struct page_params *params, const char *text, const char *state,
		 const char *server, const char *page)
{
	struct page_query query;

	page_query_init(&query, text, state, server, page);
	return text_of(page_new(params, &query));
}

static char *render(struct plan *plan)
{
	struct page_params params = params_of(plan);

	return ask(&params, NULL, NULL, NULL, NULL);
}

static void shows(const char *text, const char *part)
{
	if (!text || !strstr(text, part))
		fail_msg("missing: %s", part);
}

static void hides(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("should not be there: %s", part);
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part)) != NULL) {
		text += strlen(part);
		n++;
	}
	return n;
}

static void tells_what_is_broken_first(void **state)
{
	struct plan *plan = exporter_plan_new();
	char *text = render(plan);
	const char *problem, *table;

	(void)state;
	shows(text, "<title>1 CRITICAL \xc2\xb7 mailvane</title>");
	shows(text, "<h1>1 CRITICAL</h1><p>4 targets on 2 servers</p>");
	shows(text, "PENDING</span> 1</a>");
	problem = strstr(text, "<article class=\"critical\">");
	table = strstr(text, "<table class=\"rows\">");
	assert_true(problem != NULL && table != NULL && problem < table);
	assert_null(strstr(problem + 1, "<article"));
	shows(problem, "<bdi>mx&#38;co</bdi> <span class=\"sep\">/</span> <bdi>smtp</bdi> "
		       "<small>2001:db8::1</small></a>");
	shows(problem, "href=\"target?server=mx%26co&amp;service=smtp\"");
	shows(problem, "for 1m 30s</span>");
	shows(problem, "<span>phase</span> greeting</li>");
	shows(problem, "<span>since</span> 2026-11-21T12:00:00Z</li>");
	shows(problem, "<bdi>mx.example.com</bdi>:25");
	free(text);
	plan_release(plan);
}

static void lists_every_server(void **state)
{
	struct plan *plan = exporter_plan_new();
	char *text = render(plan), *table = strstr(text, "<table class=\"rows\">");

	(void)state;
	assert_non_null(table);
	shows(table, "<bdi>a&#60;b</bdi> <small><bdi>imap.example.com</bdi></small> <small "
		     "class=\"label\"><bdi>site=fra1</bdi></small></th>");
	/* The chain ends 11 days before the certificate, and counts. */
	shows(table, "title=\"2027-01-03T18:13:20Z\">43 days left</time>");
	shows(table, "not probed yet");
	shows(table, "<bdi>smtp</bdi></a> <small>192.0.2.1</small></td>");
	shows(table, ">1m 30s ago</time>");
	shows(table, "aria-label=\"dns 1.0 ms, tls 20 ms\"");
	shows(table, "</table>");
	shows(table, "mailvane 1.2.3");
	free(text);
	plan_release(plan);
}

static void strangers_words_are_text(void **state)
{
	struct plan *plan = exporter_plan_new();
	char *text = render(plan);

	(void)state;
	assert_int_equal(count(text, "<script"), 1);
	hides(text, "a<b");
	hides(text, "mx&co");
	shows(text,
	      "rejected by the server: <samp><bdi>554 &#60;script&#62;alert(&#39;&#34;"
	      "&#38;&#39;)&#60;/script&#62;</bdi></samp>");
	free(text);
	plan_release(plan);
}

static void has_hash(const char *text, const char *begin, const char *end, const char *hash)
{
	const char *from = strstr(text, begin) + strlen(begin);
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char storage[100];
	struct buffer b;

	SHA256((const unsigned char *)from, (size_t)(strstr(from, end) - from), digest);
	buffer_init(&b, storage, sizeof(storage));
	buffer_text(&b, "sha256-");
	base64_encode(&b, (struct view){ (const char *)digest, sizeof(digest) });
	assert_string_equal(hash, buffer_string(&b));
}

/* Else browsers would show the page without its style, and not run its script. */
static void the_policy_knows_style_and_script(void **state)
{
	struct plan *plan = plan_new();
	char *text = render(plan);

	(void)state;
	has_hash(text, "<style>", "</style></head>", PAGE_STYLE_HASH);
	has_hash(text, "<script>", "</script>\n</body>", PAGE_SCRIPT_HASH);
	free(text);
	plan_release(plan);
}

static void says_when_all_is_well_or_nothing_is_there(void **state)
{
	struct plan *plan = plan_new();
	struct page_params params = params_of(plan);
	char *text = ask(&params, NULL, NULL, NULL, NULL);

	(void)state;
	shows(text, "<title>Nothing to probe");
	hides(text, "<table");
	hides(text, "class=\"note\"");
	free(text);
	params.health.reload_ok = false;
	params.health.engine.lag = span_of_ms(80);
	text = ask(&params, NULL, NULL, NULL, NULL);
	shows(text, "The configuration has errors and was not loaded: the one of "
		    "2026-11-18T11:06:41Z is still in use.");
	shows(text, "probing is 80ms behind");
	free(text);
	plan_release(plan);
}

static void finds_what_is_asked_for(void **state)
{
	static const struct {
		const char *text, *state, *server;
		size_t rows;
	} cases[] = {
		{ "imap.EXAMPLE", NULL, NULL, 2 }, /* host, whatever the case */
		{ "fra1", NULL, NULL, 1 },         /* a label */
		{ "mx smtp", NULL, NULL, 2 },      /* all the words */
		{ "mx imaps", NULL, NULL, 0 },
		{ "db8::", NULL, NULL, 1 },    /* an address */
		{ "rejected", NULL, NULL, 1 }, /* a fault */
		{ "alert(", NULL, NULL, 2 },   /* what the server said */
		{ NULL, "critical", NULL, 1 },
		{ NULL, "problem", NULL, 1 },
		{ NULL, "pending", NULL, 1 },
		{ "smtp", "ok", NULL, 1 },
		{ NULL, NULL, "a<b", 2 },
		{ NULL, NULL, "a", 0 },
		{ NULL, "nonsense", NULL, 4 },
	};
	struct plan *plan = exporter_plan_new();
	struct page_params params = params_of(plan);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *text =
		    ask(&params, cases[i].text, cases[i].state, cases[i].server, NULL);

		if (count(text, "<td class=\"no service\">") != cases[i].rows)
			fail_msg("case %zu: %zu rows", i,
				 count(text, "<td class=\"no service\">"));
		/* Whatever is looked at, the title tells of the whole. */
		shows(text, "<title>1 CRITICAL");
		free(text);
	}
	plan_release(plan);
}

static void the_question_stays_in_the_page(void **state)
{
	struct plan *plan = exporter_plan_new();
	struct page_params params = params_of(plan);
	char *text = ask(&params, "\"><b>&", "ok", NULL, NULL);

	(void)state;
	shows(text, "value=\"&#34;&#62;&#60;b&#62;&#38;\"");
	shows(text, "href=\"./?q=%22%3E%3Cb%3E%26&amp;state=ok\"");
	shows(text, "0 found for \xe2\x80\x9c<bdi>&#34;&#62;&#60;b&#62;&#38;</bdi>");
	hides(text, "<b>");
	hides(text, "<article");
	free(text);
	plan_release(plan);
}

/* --- many targets --------------------------------------------------------------------------- */

enum { MANY = 1050 };

static struct plan *many_new(void)
{
	static struct target targets[MANY];
	static char names[MANY][8];
	static const struct service service = { .name = "smtp" };
	struct plan *plan = plan_new();
	struct result bad;

	for (size_t i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "s%04zu", i);
		targets[i] = (struct target){ .server = names[i],
					      .host = names[i],
					      .service = &service };
	}
	assert_null(plan_set_targets(plan, targets, MANY));
	result_init(&bad, probed_at);
	bad.state = STATE_CRITICAL;
	bad.fault = FAULT_REFUSED;
	bad.phase = PHASE_CONNECT;
	for (size_t i = 0; i < TARGET_COUNTS_PROBLEMS_MAX + 210; i++) {
		bad.at.ms++;
		slot_publish(plan->targets[i].slot, &bad, false, 1);
	}
	return plan;
}

static void many_targets_are_a_small_page(void **state)
{
	struct plan *plan = many_new();
	char *text = render(plan);

	(void)state;
	assert_int_equal(count(text, "<article"), TARGET_COUNTS_PROBLEMS_MAX);
	shows(text, "210 more problems: <a href=\"./?state=problem\">");
	/* The newest first. */
	assert_true(strstr(text, "<bdi>s0259</bdi>") < strstr(text, "<bdi>s0258</bdi>"));
	hides(strstr(text, "<section class=\"problems\">"), "<table class=\"rows\">");
	assert_int_equal(count(text, "<th scope=\"row\">"), PAGE_SERVERS_MAX);
	shows(text, "<a href=\"./?server=s0000\"><bdi>s0000</bdi></a>");
	shows(text, "page 1 of 11");
	shows(text, "<a href=\"./?page=2\">next");
	assert_true(strlen(text) < 128 * 1024);
	free(text);
	plan_release(plan);
}

static void pages_lead_to_the_end(void **state)
{
	struct plan *plan = many_new();
	struct page_params params = params_of(plan);
	char *text = ask(&params, NULL, NULL, NULL, "11");

	(void)state;
	assert_int_equal(count(text, "<th scope=\"row\">"), 50);
	shows(text, "<bdi>s1049</bdi>");
	hides(text, "<article");
	shows(text, "<a href=\"./?page=10\">");
	hides(text, "next ");
	free(text);
	text = ask(&params, NULL, NULL, NULL, "12");
	shows(text, "There is nothing on this page.");
	free(text);
	text = ask(&params, "s", "critical", NULL, "2");
	assert_int_equal(count(text, "<td class=\"no service\">"), 60);
	shows(text, "260 found");
	shows(text, "<a href=\"./?q=s&amp;state=critical\">\xe2\x86\x90 before</a>");
	free(text);
	plan_release(plan);
}

/* --- one target ----------------------------------------------------------------------------- */

static void tells_all_of_one_target(void **state)
{
	struct plan *plan = exporter_plan_new();
	struct page_params params = params_of(plan);
	const struct target *target = page_detail_target(plan, "a<b", "imaps");
	struct history *history = history_new();
	struct result result;
	char *text;

	(void)state;
	assert_ptr_equal(target, &plan->targets[0]);
	result_init(&result, params.now);
	result.state = STATE_WARNING;
	result.fault = FAULT_TEMPFAIL;
	result.phase = PHASE_AUTH;
	result.took = span_of_ms(80);
	history_load(history, plan);
	history_put(history, target, &result, STATE_OK);
	params.history = history;
	text = text_of(page_detail_new(&params, target));
	shows(text, "<title>OK: a&#60;b/imaps \xc2\xb7 mailvane</title>");
	shows(text, "<h2>OK for 1m 30s</h2>");
	shows(text, "<tr><th scope=\"row\">tls</th><td class=\"no\">20 ms</td>");
	shows(text, "<th scope=\"row\">Subject</th><td><bdi>CN=mail.example.com,"
		    "O=&#34;A\\B&#34;</bdi></td>");
	shows(text, "<th scope=\"row\">Mailbox</th><td>42 messages</td>");
	shows(text, "<th scope=\"row\">Next login</th><td><bdi>2026-11-21T12:01:00Z");
	shows(text, "certificate is weak");
	shows(text, "<title>0 min ago: WARNING, about ");
	shows(text,
	      "WARNING</span></td><td>temporary failure <small>tempfail/auth</small>");
	shows(text, "<h2>Dialogue</h2>\n<p class=\"soft\">Not kept");
	free(text);
	history_free(history);
	plan_release(plan);
}

static void tells_each_address_of_one_target(void **state)
{
	struct plan *plan = exporter_plan_new();
	struct page_params params = params_of(plan);
	char *text =
	    text_of(page_detail_new(&params, page_detail_target(plan, "mx&co", "smtp")));

	(void)state;
	shows(text, "<title>CRITICAL: mx&#38;co/smtp");
	shows(text, "<h2>OK for 1m 30s <small>192.0.2.1</small></h2>");
	shows(text, "<h2>CRITICAL for 1m 30s <small>2001:db8::1</small></h2>");
	assert_int_equal(count(text, "<h2>Last hour</h2>"), 1);
	free(text);
	plan_release(plan);
}

static void says_that_there_is_no_such_target(void **state)
{
	struct plan *plan = exporter_plan_new();
	struct page_params params = params_of(plan);
	char *text;

	(void)state;
	assert_null(page_detail_target(plan, "a<b", "pop3"));
	assert_null(page_detail_target(plan, "a<b", NULL));
	assert_null(page_detail_target(plan, NULL, NULL));
	text = text_of(page_detail_new(&params, NULL));
	shows(text, "<title>No such target");
	free(text);
	plan_release(plan);
}

static void shows_what_was_said(void **state)
{
	struct plan *plan = exporter_plan_new();
	struct page_params params = params_of(plan);
	const struct target *target = &plan->targets[1];
	struct result result;
	char *text;

	(void)state;
	result_init(&result, probed_at);
	result.transcript = transcript_new();
	transcript_add(result.transcript, "S: ", view_of("220 <b>hi</b>"));
	transcript_add(result.transcript, "C: ", view_of("QUIT"));
	slot_publish(target->slot, &result, false, 1);
	text = text_of(page_detail_new(&params, target));
	shows(text,
	      "<span class=\"server\"><bdi>S: 220 &#60;b&#62;hi&#60;/b&#62;</bdi></span>\n"
	      "<span class=\"client\"><bdi>C: QUIT</bdi></span>\n</pre>");
	free(text);
	result_fini(&result);
	plan_release(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_is_broken_first),
		cmocka_unit_test(lists_every_server),
		cmocka_unit_test(strangers_words_are_text),
		cmocka_unit_test(the_policy_knows_style_and_script),
		cmocka_unit_test(says_when_all_is_well_or_nothing_is_there),
		cmocka_unit_test(finds_what_is_asked_for),
		cmocka_unit_test(the_question_stays_in_the_page),
		cmocka_unit_test(many_targets_are_a_small_page),
		cmocka_unit_test(pages_lead_to_the_end),
		cmocka_unit_test(tells_all_of_one_target),
		cmocka_unit_test(tells_each_address_of_one_target),
		cmocka_unit_test(says_that_there_is_no_such_target),
		cmocka_unit_test(shows_what_was_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
