#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exposition.h"

#include "exporter_plan.h"
#include "metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *render_as(struct plan *plan, const struct health *health,
		       enum text_format format)
{
	struct text_stream *answer = exposition_new(plan, health, format);
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

static char *render(struct plan *plan, const struct health *health)
{
	return render_as(plan, health, TEXT_PROMETHEUS);
}

#define A_IMAPS "{server=\"a<b\",service=\"imaps\",site=\"fra1\""
#define A_SMTP  "{server=\"a<b\",service=\"smtp\""
#define MX_4    "{server=\"mx&co\",service=\"smtp\",address=\"192.0.2.1\""
#define MX_6    "{server=\"mx&co\",service=\"smtp\",address=\"2001:db8::1\""

static void says_what_is_known_and_nothing_else(void **state)
{
	static const char *const there[] = {
		"mailvane_probe_success" A_IMAPS "} 1\n",
		"mailvane_probe_success" MX_4 "} 1\n",
		"mailvane_probe_success" MX_6 "} 0\n",
		"mailvane_probe_state" MX_6 "} 2\n",
		"mailvane_probe_state_since_timestamp_seconds" A_IMAPS "} 1795262400.5\n",
		"mailvane_probe_fault" MX_6 ",fault=\"rejected\",phase=\"greeting\"} 1\n",
		"mailvane_probes_total" A_IMAPS "} 1\n",
		"mailvane_probes_total" A_SMTP "} 0\n",
		"mailvane_probe_failures_total" A_SMTP "} 0\n",
		"mailvane_probe_failures_total" MX_6 "} 1\n",
		"mailvane_probe_duration_seconds" A_IMAPS "} 0.25\n",
		"mailvane_probe_phase_duration_seconds" A_IMAPS ",phase=\"dns\"} 0.001\n",
		"mailvane_probe_phase_duration_seconds" A_IMAPS ",phase=\"tls\"} 0.02\n",
		"mailvane_probe_last_run_timestamp_seconds" A_IMAPS "} 1795262400.5\n",
		"mailvane_probe_last_success_timestamp_seconds" A_IMAPS "} 1795262400.5\n",
		"mailvane_probe_last_success_timestamp_seconds" MX_6 "} 0\n",
		"mailvane_probe_interval_seconds" A_SMTP "} 60\n",
		"mailvane_probe_interval_seconds{server=\"mx&co\",service=\"smtp\"} 30.5\n",
		"mailvane_reply_code" MX_6 "} 554\n",
		"mailvane_tls_info" A_IMAPS
		",version=\"TLSv1.3\",cipher=\"TLS_AES_256_GCM_SHA384\"} 1\n",
		"mailvane_tls_certificate_not_before_timestamp_seconds" A_IMAPS
		"} 1790000000\n",
		"mailvane_tls_certificate_not_after_timestamp_seconds" A_IMAPS
		"} 1800000000\n",
		"mailvane_tls_chain_not_after_timestamp_seconds" A_IMAPS "} 1799000000\n",
		"mailvane_tls_certificate_fault" A_IMAPS ",fault=\"cert_expired\"} 0\n",
		"mailvane_tls_certificate_fault" A_IMAPS ",fault=\"cert_weak\"} 1\n",
		"mailvane_tls_certificate_info" A_IMAPS
		",subject=\"CN=mail.example.com,O=\\\"A\\\\B\\\"\",issuer=\"CN=Test CA\","
		"serial=\"0a1b\",fingerprint_sha256=\"00ff\"} 1\n",
		"mailvane_mailbox_messages" A_IMAPS "} 42\n",
		"mailvane_auth_suspended_until_timestamp_seconds" A_IMAPS "} 1795262460\n",
		"mailvane_config_last_reload_successful 1\n",
		"mailvane_config_last_reload_success_timestamp_seconds 1795000001\n",
		"mailvane_targets 3\n",
		"mailvane_probes_in_flight 4\n",
		"mailvane_probes_late_total 2\n",
		"mailvane_probes_skipped_total{reason=\"overrun\"} 3\n",
		"process_start_time_seconds 1795000000\n",
	};
	static const char *const absent[] = {
		"mailvane_probe_success" A_SMTP,
		"mailvane_probe_fault" A_IMAPS,
		"mailvane_probe_fault" MX_4,
		"mailvane_probe_last_run_timestamp_seconds" A_SMTP,
		"phase=\"connect\"",
		"mailvane_reply_code" A_IMAPS,
		"mailvane_tls_info" MX_4,
		"mailvane_mailbox_messages" MX_4,
		"mailvane_auth_suspended_until_timestamp_seconds" MX_4,
		"mailvane_probes_total{server=\"mx&co\",service=\"smtp\"}",
	};
	struct plan *plan = exporter_plan_new();
	char *text = render(plan, &exporter_plan_health);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(there); i++)
		if (!strstr(text, there[i]))
			fail_msg("missing: %s", there[i]);
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		if (strstr(text, absent[i]))
			fail_msg("unexpected: %s", absent[i]);
	free(text);
	plan_release(plan);
}

static void histograms_are_of_services_and_of_who_wants_one(void **state)
{
	static const struct service smtp = { .name = "smtp" };
	const struct target targets[] = {
		{ .server = "a", .host = "h", .service = &smtp },
		{ .server = "b", .host = "h", .service = &smtp, .flags = TARGET_HISTOGRAM },
	};
	struct health health = exporter_plan_health;
	struct plan *plan = plan_new();
	char *text;

	(void)state;
	assert_null(plan_set_targets(plan, targets, ARRAY_SIZE(targets)));
	health.durations = durations_new();
	durations_load(health.durations, plan);
	durations_put(health.durations, &targets[1], span_of_ms(700));
	text = render(plan, &health);
	assert_non_null(strstr(text, "\nmailvane_service_probe_duration_seconds_bucket"
				     "{service=\"smtp\",le=\"0.5\"} 0\n"));
	assert_non_null(strstr(text, "\nmailvane_service_probe_duration_seconds_bucket"
				     "{service=\"smtp\",le=\"1.0\"} 1\n"));
	assert_non_null(strstr(text, "\nmailvane_target_probe_duration_seconds_sum"
				     "{server=\"b\",service=\"smtp\"} 0.7\n"));
	assert_null(strstr(text, "duration_seconds_sum{server=\"a\""));
	free(text);
	durations_free(health.durations);
	plan_release(plan);
}

static const struct service services[] = { { .name = "imap" },
					   { .name = "pop3" },
					   { .name = "smtp" } };

static void publish(const struct target *t, enum fault fault, enum phase phase,
		    unsigned confirm)
{
	struct result r;

	result_init(&r, probed_at);
	r.state = fault == FAULT_OK ? STATE_OK : STATE_CRITICAL;
	r.fault = fault;
	r.phase = phase;
	slot_publish(t->slot, &r, t->addresses == ADDRESS_EACH, confirm);
	result_fini(&r);
}

#define UNREACHABLE "\nmailvane_server_unreachable{"

static void a_server_is_unreachable_when_all_of_it_is(void **state)
{
	static const struct {
		enum fault fault;
		enum phase phase;
		unsigned confirm;
		bool unreachable;
	} cases[] = {
		{ FAULT_REFUSED, PHASE_CONNECT, 1, true },
		{ FAULT_TIMEOUT, PHASE_DNS, 1, true },
		{ FAULT_REFUSED, PHASE_CONNECT, 2, false }, /* not confirmed */
		{ FAULT_TIMEOUT, PHASE_GREETING, 1, false },
		{ FAULT_INTERNAL, PHASE_CONNECT, 1, false }, /* our own trouble */
		{ FAULT_OK, PHASE_QUIT, 1, false },
	};
	const struct label site = { "site", "fra1" };
	const struct target targets[] = {
		{ .server = "a", .host = "h", .service = &services[0] },
		{ .server = "b",
		  .service = &services[0],
		  .labels = &site,
		  .label_count = 1 },
		{ .server = "b",
		  .service = &services[1],
		  .labels = &site,
		  .label_count = 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct plan *plan = plan_new();
		char *text;

		assert_null(plan_set_targets(plan, targets, ARRAY_SIZE(targets)));
		publish(&plan->targets[0], FAULT_OK, PHASE_QUIT, 1);
		publish(&plan->targets[1], FAULT_REFUSED, PHASE_CONNECT, 1);
		text = render(plan, &exporter_plan_health);
		assert_null(strstr(text, UNREACHABLE)); /* one was not probed */
		free(text);
		publish(&plan->targets[2], cases[i].fault, cases[i].phase,
			cases[i].confirm);
		text = render(plan, &exporter_plan_health);
		assert_null(strstr(text, UNREACHABLE "server=\"a\""));
		assert_int_equal(
		    strstr(text, UNREACHABLE "server=\"b\",site=\"fra1\"} 1\n") != NULL,
		    cases[i].unreachable);
		/* The failure is over, though not announced, and so is this. */
		publish(&plan->targets[1], FAULT_OK, PHASE_CONNECT, 2);
		free(text);
		text = render(plan, &exporter_plan_health);
		assert_null(strstr(text, UNREACHABLE));
		free(text);
		plan_release(plan);
	}
}

/* Targets are looked at in pieces, which end in the midst of a server. */
static void servers_are_whole_in_pieces_of_targets(void **state)
{
	enum { SERVERS = 100, TARGETS = SERVERS * ARRAY_SIZE(services) };
	static struct target targets[TARGETS];
	static char names[SERVERS][8];
	struct plan *plan = plan_new();
	char *text, want[80];

	(void)state;
	for (size_t i = 0; i < TARGETS; i++) {
		size_t server = i / ARRAY_SIZE(services);

		snprintf(names[server], sizeof(names[0]), "s%02zu", server);
		targets[i] =
		    (struct target){ .server = names[server],
				     .service = &services[i % ARRAY_SIZE(services)] };
	}
	assert_null(plan_set_targets(plan, targets, TARGETS));
	/* Those of even number; of the others one service works, each time another one. */
	for (size_t i = 0; i < TARGETS; i++) {
		size_t server = i / ARRAY_SIZE(services);
		bool well = server % 2 == 1 &&
			    i % ARRAY_SIZE(services) == server / 2 % ARRAY_SIZE(services);

		publish(&plan->targets[i], well ? FAULT_OK : FAULT_REFUSED,
			well ? PHASE_QUIT : PHASE_CONNECT, 1);
	}
	text = render(plan, &exporter_plan_health);
	for (size_t i = 0; i < SERVERS; i++) {
		snprintf(want, sizeof(want), UNREACHABLE "server=\"s%02zu\"} 1\n", i);
		assert_int_equal(strstr(text, want) != NULL, i % 2 == 0);
	}
	free(text);
	plan_release(plan);
}

/* Beside what both formats have in common. */
static void says_the_same_in_openmetrics(void **state)
{
	static const char *const there[] = {
		"# TYPE mailvane_probes counter\n# HELP mailvane_probes Probes",
		"\nmailvane_probes_total" A_IMAPS "} 1\nmailvane_probes_created" A_IMAPS
		"} ",
		"# TYPE mailvane_probe_duration_seconds gauge\n"
		"# UNIT mailvane_probe_duration_seconds seconds\n# HELP",
		"# TYPE mailvane_tls info\n",
		"\nmailvane_tls_info" A_IMAPS ",version=\"TLSv1.3\"",
		"\nmailvane_probes_skipped_total{reason=\"overrun\"} 3\n"
		"mailvane_probes_skipped_created{reason=\"overrun\"} 1795000000\n",
	};
	static const char *const absent[] = {
		"_total counter",
		("mailvane_probes_created" MX_4), /* addresses come and go */
		"_info gauge",
	};
	struct plan *plan = exporter_plan_new();
	char *text = render_as(plan, &exporter_plan_health, TEXT_OPENMETRICS);
	size_t n = strlen(text);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(there); i++)
		if (!strstr(text, there[i]))
			fail_msg("missing: %s", there[i]);
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		if (strstr(text, absent[i]))
			fail_msg("unexpected: %s", absent[i]);
	assert_string_equal(text + n - 7, "\n# EOF\n");
	assert_ptr_equal(strstr(text, "# EOF"), text + n - 6);
	free(text);
	plan_release(plan);
}

/* Labels that are not the subject's are those the family names: the page tells them. */
static void labels_are_those_of_the_family(void **state)
{
	static const char *const of_subjects[] = { "server", "service", "address", "site" };
	struct plan *plan = exporter_plan_new();
	char *text = render(plan, &exporter_plan_health), *rest = text, *line;

	(void)state;
	while ((line = strsep(&rest, "\n")) && *line) {
		size_t name_n = strcspn(line, "{ ");

		if (*line == '#' || line[name_n] != '{')
			continue;
		for (char *label = line + name_n + 1; (label = strstr(label, "=\""));
		     label++) {
			char *from = label, word[40];
			const struct words *words;
			bool known = false;

			while (from[-1] != '{' && from[-1] != ',')
				from--;
			snprintf(word, sizeof(word), "%.*s", (int)(label - from), from);
			for (size_t k = 0; k < ARRAY_SIZE(of_subjects); k++)
				known = known || strcmp(of_subjects[k], word) == 0;
			for (size_t k = 0; !known && k < metric_count; k++) {
				words = metrics[k].family.words;
				known =
				    strlen(metrics[k].family.name) == name_n &&
				    strncmp(metrics[k].family.name, line, name_n) == 0 &&
				    words && strstr(words->label, word);
			}
			if (!known)
				fail_msg("%s in %.60s", word, line);
		}
	}
	free(text);
	plan_release(plan);
}

/* The name at the front of a line. */
static struct view name_of(const char *line)
{
	return (struct view){ line, strcspn(line, "{ ") };
}

static void families_are_contiguous(void **state)
{
	struct plan *plan = exporter_plan_new();
	char *text = render(plan, &exporter_plan_health), *line = text, *end;
	struct view family = { "", 0 };
	char heading[200];

	(void)state;
	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		if (strncmp(line, "# HELP ", 7) == 0) {
			family = name_of(line + 7);
			/* No second heading further down. */
			snprintf(heading, sizeof(heading), "\n# HELP %.*s ", (int)family.n,
				 family.p);
			assert_null(strstr(end + 1, heading));
		} else if (strncmp(line, "# TYPE ", 7) == 0) {
			assert_memory_equal(line + 7, family.p, family.n);
		} else {
			assert_int_equal(name_of(line).n, family.n);
			assert_memory_equal(line, family.p, family.n);
		}
	}
	assert_int_equal(*line, '\0');
	free(text);
	plan_release(plan);
}

static void figures_of_an_engine_that_does_not_run_are_absent(void **state)
{
	struct plan *plan = plan_new();
	struct health health = exporter_plan_health;
	char *text;

	(void)state;
	health.running = false;
	text = render(plan, &health);
	assert_null(strstr(text, "in_flight"));
	assert_null(strstr(text, "mailvane_dns"));
	assert_null(strstr(text, "mailvane_probe_"));
	assert_non_null(strstr(text, "mailvane_build_info{version=\"1.2.3\""));
	free(text);
	plan_release(plan);
}

/* Memory for an answer does not grow with it: pieces are small. */
static void pieces_are_small(void **state)
{
	enum { MANY = 5000 };
	static struct target targets[MANY];
	static char names[MANY][8];
	static const struct service service = { .name = "smtp" };
	struct plan *plan = plan_new();
	struct text_stream *answer;
	struct strbuf strbuf;
	size_t total = 0;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "s%zu", i);
		targets[i] =
		    (struct target){ .server = names[i], .host = "h", .service = &service };
	}
	assert_null(plan_set_targets(plan, targets, MANY));
	answer = exposition_new(plan, &exporter_plan_health, TEXT_PROMETHEUS);
	plan_release(plan);
	strbuf_init(&strbuf);
	while (answer->more(answer, &strbuf)) {
		assert_true(strbuf.n <= 16 * 1024);
		total += strbuf.n;
		strbuf_clear(&strbuf);
	}
	assert_true(total > MANY * 3 * 40);
	strbuf_fini(&strbuf);
	answer->free(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_known_and_nothing_else),
		cmocka_unit_test(histograms_are_of_services_and_of_who_wants_one),
		cmocka_unit_test(a_server_is_unreachable_when_all_of_it_is),
		cmocka_unit_test(servers_are_whole_in_pieces_of_targets),
		cmocka_unit_test(says_the_same_in_openmetrics),
		cmocka_unit_test(labels_are_those_of_the_family),
		cmocka_unit_test(families_are_contiguous),
		cmocka_unit_test(figures_of_an_engine_that_does_not_run_are_absent),
		cmocka_unit_test(pieces_are_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
