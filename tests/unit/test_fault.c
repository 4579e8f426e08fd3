#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fault.h"
#include "tls_mode.h"

#include <string.h>

static void every_fault_has_its_own_word(void **state)
{
	enum fault found;

	(void)state;
	for (unsigned i = 0; i < FAULT_COUNT; i++) {
		assert_non_null(fault_name((enum fault)i));
		assert_true(fault_from_name(view_of(fault_name((enum fault)i)), &found));
		assert_int_equal(found, i);
		/* Words are metric label values and part of [fault=...]. */
		assert_int_equal(
		    strspn(fault_name((enum fault)i), "abcdefghijklmnopqrstuvwxyz_"),
		    strlen(fault_name((enum fault)i)));
	}
	found = FAULT_LIMIT;
	assert_false(fault_from_name(view_of("timeouts"), &found));
	assert_false(fault_from_name(view_of(""), &found));
	assert_int_equal(found, FAULT_LIMIT);
	assert_string_equal(fault_name(FAULT_CERT_NOT_YET_VALID), "cert_not_yet_valid");
}

static void every_phase_has_its_own_word(void **state)
{
	enum phase found;

	(void)state;
	for (unsigned i = 0; i < PHASE_COUNT; i++) {
		assert_non_null(phase_name((enum phase)i));
		assert_true(phase_from_name(view_of(phase_name((enum phase)i)), &found));
		assert_int_equal(found, i);
	}
	assert_false(phase_from_name(view_of("login"), &found));
	assert_string_equal(phase_name(PHASE_QUIT), "quit");
}

static void every_tls_mode_has_its_own_word(void **state)
{
	enum tls_mode found;

	(void)state;
	for (unsigned i = 0; i < TLS_MODE_COUNT; i++) {
		assert_true(
		    tls_mode_from_name(view_of(tls_mode_name((enum tls_mode)i)), &found));
		assert_int_equal(found, i);
	}
	assert_false(tls_mode_from_name(view_of("ssl"), &found));
}

static void certificate_faults_are_a_set(void **state)
{
	unsigned all = 0;

	(void)state;
	for (unsigned f = CERT_FAULT_FIRST; f <= CERT_FAULT_LAST; f++) {
		assert_int_equal(all & CERT_FAULT_BIT(f), 0);
		all |= CERT_FAULT_BIT(f);
		assert_memory_equal(fault_name((enum fault)f), "cert_", 5);
	}
	assert_int_equal(all, 0x1ff);
}

/* Eight fit into a record. */
static void notices_are_a_set(void **state)
{
	unsigned all = 0;

	(void)state;
	for (unsigned f = NOTICE_FIRST; f <= NOTICE_LAST; f++)
		all |= NOTICE_BIT(f);
	assert_int_equal(all, 0x7f);
	assert_int_equal(fault_phase(FAULT_CERT_NAME), PHASE_TLS);
	assert_int_equal(fault_phase(FAULT_CAPABILITY_CHANGED), PHASE_CAPABILITY);
	assert_int_equal(fault_phase(FAULT_ALERT), PHASE_AUTH);
	assert_int_equal(fault_phase(FAULT_DNS_PARTIAL), PHASE_DNS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_has_its_own_word),
		cmocka_unit_test(every_phase_has_its_own_word),
		cmocka_unit_test(every_tls_mode_has_its_own_word),
		cmocka_unit_test(certificate_faults_are_a_set),
		cmocka_unit_test(notices_are_a_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
