/* test_override.c - the most exact row counts, wherever it stands; certificates included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "verdict.h"

#include <string.h>

static const struct service smtp = { "smtp", &smtp_protocol, 25,
				     .tls = TLS_MODE_OPPORTUNISTIC };
static const struct service imaps = { "imaps", &imap_protocol, 993,
				      .tls = TLS_MODE_IMPLICIT };

enum { ROWS = 6 };
static const struct override rows[ROWS] = {
	{ FAULT_TEMPFAIL, PHASE_COUNT, NULL, STATE_OK },
	{ FAULT_TEMPFAIL, PHASE_AUTH, NULL, STATE_UNKNOWN },
	{ FAULT_TEMPFAIL, PHASE_COUNT, "smtp", STATE_CRITICAL },
	{ FAULT_TEMPFAIL, PHASE_AUTH, "smtp", STATE_WARNING },
	{ FAULT_CERT_NAME, PHASE_TLS, NULL, STATE_WARNING },
	{ FAULT_CERT_NAME, PHASE_COUNT, "imaps", STATE_OK },
};

static const struct {
	enum fault fault;
	enum phase phase;
	const struct service *service;
	enum state state;
	int row; /* -1: none */
} cases[] = {
	{ FAULT_TEMPFAIL, PHASE_GREETING, &imaps, STATE_OK, 0 },
	{ FAULT_TEMPFAIL, PHASE_AUTH, &imaps, STATE_UNKNOWN, 1 },
	{ FAULT_TEMPFAIL, PHASE_GREETING, &smtp, STATE_CRITICAL, 2 },
	{ FAULT_TEMPFAIL, PHASE_AUTH, &smtp, STATE_WARNING, 3 },
	{ FAULT_CERT_NAME, PHASE_TLS, &smtp, STATE_WARNING, 4 },
	{ FAULT_CERT_NAME, PHASE_TLS, &imaps, STATE_OK, 5 },
	{ FAULT_CLOSED, PHASE_AUTH, &smtp, STATE_OK, -1 },
};

/* The n-th of all orders of the rows. */
static void permute(unsigned n, struct override list[ROWS])
{
	memcpy(list, rows, sizeof(rows));
	for (unsigned left = ROWS; left > 1; n /= left, left--) {
		struct override last = list[left - 1];

		list[left - 1] = list[n % left];
		list[n % left] = last;
	}
}

static void the_most_exact_counts_in_every_order(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 720; n++) {
		struct override list[ROWS];
		const struct overrides all = { list, ROWS };

		permute(n, list);
		for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
			const struct override *o = overrides_find(
			    &all, cases[i].fault, cases[i].phase, cases[i].service->name);

			assert_int_equal(o == NULL, cases[i].row < 0);
			if (o != NULL)
				assert_true(override_same(o, &rows[cases[i].row]));
			if (o != NULL)
				assert_int_equal(o->state, cases[i].state);
		}
	}
}

static enum state decided(struct result *r, const struct service *service,
			  const struct overrides *all, const struct overrides *own)
{
	struct policy policy;

	policy_init(&policy);
	if (all != NULL)
		policy.overrides = *all;
	verdict_decide(r, service, &policy, own);
	return r->state;
}

static struct result found(enum fault fault, enum phase phase, unsigned cert_faults)
{
	struct result r;

	result_init(&r, (struct moment){ 1700000000000 });
	r.dialogue_fault = fault;
	r.dialogue_phase = phase;
	r.cert_faults = cert_faults;
	return r;
}

static void a_finding_that_is_allowed_hides_no_other(void **state)
{
	const struct overrides all = { rows, ROWS };
	const unsigned name = CERT_FAULT_BIT(FAULT_CERT_NAME);
	const unsigned both = name | CERT_FAULT_BIT(FAULT_CERT_EXPIRED);
	struct result r = found(FAULT_TEMPFAIL, PHASE_MAILBOX, name);

	(void)state;
	assert_int_equal(decided(&r, &imaps, &all, NULL), STATE_OK);
	assert_int_equal(r.fault, FAULT_TEMPFAIL);
	r = found(FAULT_TEMPFAIL, PHASE_MAILBOX, both);
	assert_int_equal(decided(&r, &imaps, &all, NULL), STATE_CRITICAL);
	assert_int_equal(r.fault, FAULT_CERT_EXPIRED);
	r = found(FAULT_OK, PHASE_QUIT, name);
	assert_int_equal(decided(&r, &imaps, &all, NULL), STATE_OK);
	assert_int_equal(r.fault, FAULT_OK);
	assert_int_equal(r.cert_faults, name);
	r = found(FAULT_OK, PHASE_QUIT, name);
	assert_int_equal(decided(&r, &smtp, &all, NULL), STATE_WARNING);
}

static void a_server_of_its_own_goes_before_all(void **state)
{
	const struct override mine = { FAULT_TEMPFAIL, PHASE_COUNT, NULL, STATE_UNKNOWN };
	const struct overrides all = { rows, ROWS }, own = { &mine, 1 };
	struct result r = found(FAULT_TEMPFAIL, PHASE_AUTH, 0);

	(void)state;
	assert_int_equal(decided(&r, &smtp, &all, &own), STATE_UNKNOWN);
	r = found(FAULT_CERT_NAME, PHASE_TLS, CERT_FAULT_BIT(FAULT_CERT_NAME));
	assert_int_equal(decided(&r, &imaps, &all, &own), STATE_OK);
}

static void a_row_for_expiring_replaces_both_of_its_states(void **state)
{
	const struct override row = { FAULT_CERT_EXPIRING, PHASE_COUNT, NULL, STATE_OK };
	const struct overrides all = { &row, 1 };
	struct certificate leaf = { .subject = "CN=a",
				    .not_before = { 1700000000000 - 89 * 86400000LL },
				    .not_after = { 1700000000000 + 3600000 } };
	struct result r = found(FAULT_OK, PHASE_QUIT, 0);

	(void)state;
	r.certificate = &leaf;
	assert_int_equal(decided(&r, &imaps, NULL, NULL), STATE_CRITICAL);
	assert_int_equal(decided(&r, &imaps, &all, NULL), STATE_OK);
	assert_int_equal(r.cert_faults, CERT_FAULT_BIT(FAULT_CERT_EXPIRING));
}

static void rows_that_mean_nothing_are_known(void **state)
{
	struct override o = { FAULT_OK, PHASE_COUNT, NULL, STATE_CRITICAL };

	(void)state;
	assert_non_null(override_mistake(&o));
	o.fault = FAULT_CERT_WEAK;
	assert_null(override_mistake(&o));
	o.phase = PHASE_TLS;
	assert_null(override_mistake(&o));
	o.phase = PHASE_AUTH;
	assert_non_null(override_mistake(&o));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_exact_counts_in_every_order),
		cmocka_unit_test(a_finding_that_is_allowed_hides_no_other),
		cmocka_unit_test(a_server_of_its_own_goes_before_all),
		cmocka_unit_test(a_row_for_expiring_replaces_both_of_its_states),
		cmocka_unit_test(rows_that_mean_nothing_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
