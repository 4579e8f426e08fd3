#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plain_output.h"
#include "report.h"

#include <stdio.h>
#include <string.h>

static const struct service imaps = { "imaps", &imap_protocol, 993,
				      .tls = TLS_MODE_IMPLICIT };
static const struct service smtp = { "smtp", &smtp_protocol, 25,
				     .tls = TLS_MODE_OPPORTUNISTIC };

static const struct target targets[] = {
	{ .host = "mail.example.com", .service = &imaps },
	{ .host = "mail.example.com", .service = &smtp },
};

static struct result well(void)
{
	struct result r;

	result_init(&r, (struct moment){ 1700000000000 });
	r.took = span_of_ms(23);
	r.phases[PHASE_CONNECT] = span_of_ms(1);
	return r;
}

static struct result rejected(void)
{
	struct result r = well();

	r.state = STATE_CRITICAL;
	r.fault = r.dialogue_fault = FAULT_REJECTED;
	r.phase = r.dialogue_phase = PHASE_GREETING;
	r.code = 554;
	strcpy(r.text, "no|time=9;;; entry");
	return r;
}

static const char *write_report(const struct result *results, size_t count,
				enum state expected)
{
	static char text[8192];
	struct finding findings[2] = { 0 };
	struct buffer b;

	for (size_t i = 0; i < count; i++) {
		findings[i].target = &targets[i];
		findings[i].result = results[i];
	}

	buffer_init(&b, text, sizeof(text));
	assert_int_equal(report_write(&b, findings, count, NULL), expected);
	return buffer_string(&b);
}

static void one_service_is_a_summary_and_a_line(void **state)
{
	struct result r = well();
	const char *text = write_report(&r, 1, STATE_OK);

	(void)state;
	assert_memory_equal(text, "MAIL OK - mail.example.com imaps: works", 39);
	assert_non_null(strstr(text, " [ok/quit] | imaps_time=0.023000s;;;0 "));
	assert_non_null(strstr(text, " imaps_connect=0.001000s;;;0 "));
	assert_non_null(strstr(text, " imaps_tls=U "));
	assert_non_null(strstr(text, " imaps_cert_days=U\n"));
	assert_non_null(strstr(text, "\nimaps (port 993): OK - works"));
}

static void the_worst_is_named_first(void **state)
{
	struct result r[] = { well(), rejected() };
	const char *text = write_report(r, 2, STATE_CRITICAL);

	(void)state;
	assert_memory_equal(
	    text, "MAIL CRITICAL - 1 of 2 services well, mail.example.com smtp: rejected",
	    68);
	assert_non_null(strstr(text, "[rejected/greeting] |"));
	assert_non_null(strstr(text, "\nsmtp (port 25): CRITICAL - rejected"));
}

static void a_server_cannot_write_performance_values(void **state)
{
	struct result r = rejected();
	const char *text = write_report(&r, 1, STATE_CRITICAL);
	const char *bar = strchr(text, '|');

	(void)state;
	assert_non_null(bar);
	assert_memory_equal(bar, "| imaps_time=", 13);
	assert_null(strchr(bar + 1, '|'));
}

static void unknown_is_worse_than_ok_only(void **state)
{
	struct result r[] = { well(), well() };

	(void)state;
	r[0].state = STATE_UNKNOWN;
	write_report(r, 2, STATE_UNKNOWN);
	r[1].state = STATE_WARNING;
	write_report(r, 2, STATE_WARNING);
}

static void a_dead_host_is_one_story(void **state)
{
	struct result both[] = { rejected(), rejected() };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		both[i].fault = both[i].dialogue_fault = FAULT_UNREACHABLE;
		both[i].phase = both[i].dialogue_phase = PHASE_CONNECT;
		both[i].code = 0;
		strcpy(both[i].text, "no route to host");
	}
	assert_non_null(
	    strstr(write_report(both, 2, STATE_CRITICAL),
		   "MAIL CRITICAL - mail.example.com: host unreachable, none of "
		   "2 services reached: host unreachable: no route to host "
		   "[unreachable/connect] |"));
	assert_null(strstr(write_report(both, 1, STATE_CRITICAL), "none of"));
	both[1].fault = both[1].dialogue_fault = FAULT_REFUSED;
	assert_non_null(strstr(write_report(both, 2, STATE_CRITICAL), "none of"));
	both[1] = both[0];
	both[1].phase = both[0].phase = PHASE_GREETING;
	assert_null(strstr(write_report(both, 2, STATE_CRITICAL), "none of"));
	both[1] = well();
	both[0].phase = PHASE_CONNECT;
	assert_null(strstr(write_report(both, 2, STATE_CRITICAL), "none of"));
}

enum { MANY = 60 };

/* A name of its own for each, all at one host. */
static struct service many_services[MANY];
static struct target many_targets[MANY];
static struct finding many[MANY];

static void fill_many(void)
{
	static char names[MANY][16];

	for (size_t i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "imap-%02zu", i);
		many_services[i] = imaps;
		many_services[i].name = names[i];
		many_targets[i] = (struct target){ .host = "mail.example.com",
						   .service = &many_services[i] };
		many[i] = (struct finding){ .target = &many_targets[i], .result = well() };
	}
}

static const char *report_many(size_t count, enum state expected)
{
	static char text[REPORT_MAX + 1];
	struct buffer b;

	buffer_init(&b, text, REPORT_MAX);
	assert_int_equal(report_write(&b, many, count, NULL), expected);
	assert_false(b.full);
	text[b.n] = '\0';
	assert_null(plain_output_fault(view_of(text)));
	return text;
}

static size_t count_of(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part)) != NULL) {
		text += strlen(part);
		n++;
	}
	return n;
}

/* Whoever is paged reads what is bad, not what happens to stand in front. */
static void every_bad_service_is_named_however_many_are_good(void **state)
{
	const char *text, *tail;

	(void)state;
	fill_many();
	many[57].result = rejected();
	many[59].result = rejected();
	many[58].result.state = STATE_WARNING;
	text = report_many(MANY, STATE_CRITICAL);
	assert_non_null(strstr(text, "57 of 60 services well, mail.example.com imap-57: "));
	assert_non_null(strstr(text, "; also bad: imap-58 WARNING, imap-59 CRITICAL [rej"));
	tail = strchr(text, '\n') + 1;
	assert_memory_equal(tail, "imap-57 (port 993): CRITICAL", 28);
	assert_true(strstr(text, "\nimap-59 (") < strstr(text, "\nimap-58 ("));
	assert_non_null(strstr(text, " more, all OK; the values of "));
}

static void how_many_more_are_bad_is_said(void **state)
{
	const char *text;

	(void)state;
	fill_many();
	for (size_t i = 0; i < MANY; i++)
		many[i].result = rejected();
	text = report_many(MANY, STATE_CRITICAL);
	assert_non_null(strstr(text, " CRITICAL and 51 more [rejected/greeting] |"));
	assert_non_null(strstr(text, " of them bad; the values of "));
	assert_true(count_of(text, "_time=") > 5);
}

/* Two values of one service, or a value cut in two, would be others. */
static void values_are_whole_or_not_there(void **state)
{
	(void)state;
	for (size_t count = 1; count <= MANY; count++) {
		const char *text;

		fill_many();
		text = report_many(count, STATE_OK);
		assert_int_equal(count_of(text, "_time="), count_of(text, "_cert_days="));
		if (count <= 14)
			assert_int_equal(count_of(text, "_time="), count);
		assert_int_equal(count_of(text, "... and ") == 0,
				 count_of(text, "\nimap-") == count &&
				     count_of(text, "_time=") == count);
	}
}

static void what_a_check_cannot_have_has_no_value(void **state)
{
	static const struct service plain = { "plain", &smtp_protocol, 25,
					      .tls = TLS_MODE_NONE };
	static const struct account account = { .name = "a" };
	struct report_limits limits = { .envelope = true };
	struct result r = well();
	struct finding f = { .result = r };
	struct target t = { .host = "192.0.2.1", .service = &plain };
	char text[REPORT_MAX];
	struct buffer b;

	(void)state;
	f.target = &t;
	buffer_init(&b, text, sizeof(text));
	report_write(&b, &f, 1, NULL);
	assert_non_null(strstr(buffer_string(&b),
			       " | plain_time=0.023000s;;;0 plain_connect=0.001000s;;;0 "
			       "plain_greeting=U plain_capability=U plain_quit=U\n"));
	t.host = "mail.example.com";
	t.account = &account;
	t.service = &smtp;
	buffer_clear(&b);
	report_write(&b, &f, 1, NULL);
	assert_non_null(strstr(buffer_string(&b),
			       " smtp_dns=U smtp_connect=0.001000s;;;0 smtp_greeting=U "
			       "smtp_capability=U smtp_starttls=U smtp_tls=U smtp_auth=U "
			       "smtp_mailbox=U smtp_quit=U smtp_cert_days=U\n"));
	t.account = NULL;
	t.service = &imaps;
	buffer_clear(&b);
	report_write(&b, &f, 1, &limits);
	assert_null(strstr(buffer_string(&b), "imaps_starttls"));
	assert_null(strstr(buffer_string(&b), "imaps_auth"));
	assert_non_null(strstr(buffer_string(&b), " imaps_mailbox=U "));
	/* What has been seen is shown, whatever was to be expected. */
	f.result.phases[PHASE_STARTTLS] = span_of_ms(2);
	buffer_clear(&b);
	report_write(&b, &f, 1, NULL);
	assert_non_null(strstr(buffer_string(&b), " imaps_starttls=0.002000s;;;0 "));
}

/* Hosts and words of servers come from anybody. */
static void nothing_of_others_breaks_a_line(void **state)
{
	struct result r = rejected();
	struct target t = { .host = "a\n|evil=1<b>\xc2\x9b", .service = &smtp };
	struct finding f = { .target = &t, .result = r };
	char text[REPORT_MAX];
	struct buffer b;

	(void)state;
	strcpy(f.result.text, "<script>&\xff|x=1");
	strcpy(f.remark, "");
	buffer_init(&b, text, sizeof(text));
	report_write(&b, &f, 1, NULL);
	assert_null(plain_output_fault(buffer_view(&b)));
	assert_memory_equal(buffer_string(&b), "MAIL CRITICAL - a /evil=1(b)", 28);
	assert_int_equal(count_of(buffer_string(&b), "|"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_service_is_a_summary_and_a_line),
		cmocka_unit_test(the_worst_is_named_first),
		cmocka_unit_test(a_server_cannot_write_performance_values),
		cmocka_unit_test(a_dead_host_is_one_story),
		cmocka_unit_test(every_bad_service_is_named_however_many_are_good),
		cmocka_unit_test(how_many_more_are_bad_is_said),
		cmocka_unit_test(values_are_whole_or_not_there),
		cmocka_unit_test(what_a_check_cannot_have_has_no_value),
		cmocka_unit_test(nothing_of_others_breaks_a_line),
		cmocka_unit_test(unknown_is_worse_than_ok_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
