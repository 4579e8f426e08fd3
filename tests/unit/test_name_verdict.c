/* test_name_verdict.c - what is the name's and what is the server's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "name_verdict.h"

#include <string.h>

static const struct service smtp = { "smtp", &smtp_protocol, 25,
				     .tls = TLS_MODE_OPPORTUNISTIC };
static const struct service imaps = { "imaps", &imap_protocol, 993,
				      .tls = TLS_MODE_IMPLICIT };

static struct certificate fallback = {
	.subject = "CN=shared|7.example",
	.fingerprint = "aa",
	.not_before = { 1700000000000 },
	.not_after = { 1700000000000 + 90 * 24LL * 3600 * 1000 },
};
static struct certificate another = {
	.subject = "CN=other.example",
	.fingerprint = "bb",
	.not_before = { 1700000000000 },
	.not_after = { 1700000000000 + 90 * 24LL * 3600 * 1000 },
};

static struct result found(struct certificate *c, enum fault fault, enum phase phase)
{
	struct result r;

	result_init(&r, another.not_before);
	r.certificate = c;
	r.dialogue_fault = fault;
	r.dialogue_phase = phase;
	return r;
}

static bool is_the_names(struct result *r, const struct service *service)
{
	struct policy policy;

	policy_init(&policy);
	verdict_decide(r, service, &policy, NULL);
	return name_verdict(r, service, &policy, NULL);
}

static void with_a_certificate_only_that_counts(void **state)
{
	struct result r = found(&another, FAULT_UNAVAILABLE, PHASE_CAPABILITY);

	(void)state;
	assert_true(is_the_names(&r, &imaps));
	assert_int_equal(r.state, STATE_OK);
	assert_int_equal(r.fault, FAULT_OK);

	r = found(&another, FAULT_UNAVAILABLE, PHASE_CAPABILITY);
	r.cert_faults = CERT_FAULT_BIT(FAULT_CERT_NAME);
	assert_true(is_the_names(&r, &imaps));
	assert_int_equal(r.state, STATE_CRITICAL);
	assert_int_equal(r.fault, FAULT_CERT_NAME);
	assert_int_equal(r.phase, PHASE_TLS);
}

static void what_is_found_of_the_server_is_not_the_names(void **state)
{
	struct result r = found(&another, FAULT_OK, PHASE_QUIT);

	(void)state;
	result_add_notice(&r, FAULT_TLS_OBSOLETE, "TLSv1.0");
	r.cert_faults = CERT_FAULT_BIT(FAULT_CERT_DANE);
	assert_true(is_the_names(&r, &smtp));
	assert_int_equal(r.state, STATE_OK);
}

static void without_a_certificate_it_is_the_server_that_did_not_answer(void **state)
{
	struct result r = found(NULL, FAULT_REFUSED, PHASE_CONNECT);

	(void)state;
	assert_false(is_the_names(&r, &imaps));
	assert_int_equal(r.fault, FAULT_REFUSED);
	assert_int_equal(r.state, STATE_CRITICAL);

	r = found(NULL, FAULT_RESET, PHASE_TLS);
	assert_false(is_the_names(&r, &imaps));

	r = found(NULL, FAULT_OK, PHASE_QUIT);
	assert_false(is_the_names(&r, &smtp));
	assert_int_equal(r.fault, FAULT_STARTTLS_UNAVAILABLE);
	assert_int_equal(r.state, STATE_WARNING);
}

static void a_handshake_refused_is_the_names(void **state)
{
	struct result r = found(NULL, FAULT_TLS_HANDSHAKE, PHASE_TLS);

	(void)state;
	assert_true(is_the_names(&r, &imaps));
	assert_int_equal(r.fault, FAULT_TLS_HANDSHAKE);
	assert_int_equal(r.state, STATE_CRITICAL);
}

static void what_is_wrong_with_the_fallback_is_not_the_names(void **state)
{
	struct result r = found(&fallback, FAULT_OK, PHASE_QUIT);
	struct policy policy;

	(void)state;
	policy_init(&policy);
	r.at.ms = fallback.not_after.ms + 1;
	r.cert_faults =
	    CERT_FAULT_BIT(FAULT_CERT_EXPIRED) | CERT_FAULT_BIT(FAULT_CERT_NAME);
	assert_true(is_the_names(&r, &imaps));
	assert_int_equal(r.fault, FAULT_CERT_EXPIRED);
	name_verdict_for_fallback(&r, &imaps, &policy, NULL);
	assert_int_equal(r.fault, FAULT_CERT_NAME);
	assert_int_equal(r.cert_faults, CERT_FAULT_BIT(FAULT_CERT_NAME));
	assert_int_equal(r.state, STATE_CRITICAL);
}

static void the_fallback_is_told(void **state)
{
	char sentence[VERDICT_SENTENCE_MAX];
	struct result r = found(&fallback, FAULT_OK, PHASE_QUIT);

	(void)state;
	assert_false(name_shows_fallback(&r, &fallback));
	r.cert_faults = CERT_FAULT_BIT(FAULT_CERT_NAME);
	assert_true(is_the_names(&r, &imaps));
	assert_true(name_shows_fallback(&r, &fallback));
	assert_false(name_shows_fallback(&r, &another));
	assert_false(name_shows_fallback(&r, NULL));
	assert_string_equal(name_sentence(&r, &fallback, sentence),
			    "no certificate of its own: the server shows its fall-back "
			    "CN=shared/7.example");
	assert_non_null(strstr(name_sentence(&r, &another, sentence), "for another name"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_a_certificate_only_that_counts),
		cmocka_unit_test(what_is_found_of_the_server_is_not_the_names),
		cmocka_unit_test(
		    without_a_certificate_it_is_the_server_that_did_not_answer),
		cmocka_unit_test(a_handshake_refused_is_the_names),
		cmocka_unit_test(what_is_wrong_with_the_fallback_is_not_the_names),
		cmocka_unit_test(the_fallback_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
