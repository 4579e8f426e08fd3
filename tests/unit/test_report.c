#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_service_is_a_summary_and_a_line),
		cmocka_unit_test(the_worst_is_named_first),
		cmocka_unit_test(a_server_cannot_write_performance_values),
		cmocka_unit_test(a_dead_host_is_one_story),
		cmocka_unit_test(unknown_is_worse_than_ok_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
