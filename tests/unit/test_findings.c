#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "findings.h"

#include <string.h>

static const struct service submission = { "submission", &smtp_protocol, 587,
					   .tls = TLS_MODE_STARTTLS };
static const struct service submissions = { "submissions", &smtp_protocol, 465,
					    .tls = TLS_MODE_IMPLICIT };
static const struct service smtp = { "smtp", &smtp_protocol, 25,
				     .tls = TLS_MODE_OPPORTUNISTIC };

static const struct target targets[] = {
	{ .host = "h", .service = &smtp },
	{ .host = "h", .service = &submission },
	{ .host = "h", .service = &submissions },
};

static void add(struct findings *f, const struct target *t, enum fault fault,
		const char *address)
{
	struct result r;

	result_init(&r, (struct moment){ 1700000000000 });
	r.fault = r.dialogue_fault = fault;
	r.phase = fault == FAULT_OK ? PHASE_QUIT : PHASE_CONNECT;
	r.state = fault == FAULT_OK ? STATE_OK : STATE_CRITICAL;
	if (address != NULL)
		assert_true(address_parse(view_of(address), 25, &r.address));
	findings_add(f, t, &r);
}

static void a_closed_port_is_fine_when_its_twin_works(void **state)
{
	struct findings f = { 0 };
	struct check_mail_options o = { .address_state = STATE_WARNING };

	(void)state;
	add(&f, &targets[2], FAULT_OK, NULL);
	add(&f, &targets[1], FAULT_REFUSED, NULL);
	add(&f, &targets[0], FAULT_REFUSED, NULL);
	findings_judge(&f, &o);
	assert_ptr_equal(f.list[0].target, &targets[0]);
	assert_int_equal(f.list[0].result.state, STATE_CRITICAL); /* smtp has no twin */
	assert_int_equal(f.list[1].result.state, STATE_OK);
	assert_non_null(strstr(f.list[1].remark, "submissions works"));
	findings_fini(&f);
}

static void it_is_not_fine_when_asked_for_or_without_twin(void **state)
{
	struct findings f = { 0 };
	struct check_mail_options o = { .service_count = 2 };

	(void)state;
	add(&f, &targets[1], FAULT_REFUSED, NULL);
	add(&f, &targets[2], FAULT_OK, NULL);
	findings_judge(&f, &o);
	assert_int_equal(f.list[0].result.state, STATE_CRITICAL);
	findings_fini(&f);
	o.service_count = 0;
	add(&f, &targets[1], FAULT_REFUSED, NULL);
	add(&f, &targets[2], FAULT_TIMEOUT, NULL);
	findings_judge(&f, &o);
	assert_int_equal(f.list[0].result.state, STATE_CRITICAL);
	findings_fini(&f);
}

static void some_bad_addresses_are_the_operators_state(void **state)
{
	struct target each = { .host = "h",
			       .service = &smtp,
			       .addresses = ADDRESS_EACH,
			       .flags = TARGET_FLAGS & target_some_bad_flags(STATE_OK) };
	struct findings f = { 0 };
	struct check_mail_options o = { .service_count = 1 };

	(void)state;
	add(&f, &each, FAULT_REFUSED, "192.0.2.2");
	add(&f, &each, FAULT_OK, "192.0.2.1");
	findings_judge(&f, &o);
	assert_int_equal(f.list[0].result.state, STATE_OK);
	assert_int_equal(f.list[1].result.state, STATE_OK);
	assert_non_null(strstr(f.list[1].remark, "1 of 2 addresses bad, 192.0.2.2: "));
	findings_fini(&f);
	each.flags = 0;
	add(&f, &each, FAULT_REFUSED, "192.0.2.2");
	add(&f, &each, FAULT_OK, "192.0.2.1");
	add(&f, &each, FAULT_DNS_FAILURE, NULL);
	findings_judge(&f, &o);
	assert_int_equal(f.list[0].result.state, STATE_WARNING);
	assert_int_equal(f.list[1].result.state, STATE_OK);
	assert_int_equal(f.list[2].result.state, STATE_WARNING);
	assert_non_null(strstr(f.list[0].remark, "2 of 3 addresses bad: name lookup"));
	findings_fini(&f);
	add(&f, &each, FAULT_REFUSED, "192.0.2.2");
	add(&f, &each, FAULT_REFUSED, "192.0.2.1");
	findings_judge(&f, &o);
	assert_int_equal(f.list[0].result.state, STATE_CRITICAL);
	assert_int_equal(f.list[1].result.state, STATE_CRITICAL);
	findings_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_closed_port_is_fine_when_its_twin_works),
		cmocka_unit_test(it_is_not_fine_when_asked_for_or_without_twin),
		cmocka_unit_test(some_bad_addresses_are_the_operators_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
