#include "driver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_names(void **state)
{
	const char *const *names;
	size_t count;

	(void)state;
	names = protocol_names(&count);
	assert_int_equal(count, 5);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(protocol_name(protocol_from_name(view_of(names[i]))),
				    names[i]);
	assert_ptr_equal(protocol_from_name(view_of("IMAP")), &imap_protocol);
	assert_null(protocol_from_name(view_of("smtps")));
	assert_null(protocol_from_name(view_of("")));
}

/* What the runner relies on: one farewell, the last step, without a guard; a judge and a way
 * on for every other step; the phases in order, but that capabilities come again. */
static void table_holds(const struct step *steps, size_t step_count)
{
	const struct step *last = &steps[step_count - 1], *mark = NULL;

	assert_int_equal(steps[0].phase, PHASE_GREETING);
	assert_null(steps[0].command);
	assert_int_equal(last->flags, STEP_LAST);
	assert_null(last->when);
	assert_non_null(last->command);
	for (const struct step *s = steps; s < last; s++) {
		assert_true(s->judge != NULL || s->flags & (STEP_PAUSE | STEP_BACK));
		assert_false(s->flags & STEP_LAST);
		assert_true(s[1].phase >= s->phase || s[1].phase == PHASE_CAPABILITY);
		if (s->flags & STEP_DEAD_END)
			assert_true(s->command == NULL && s->when != NULL);
		if (s->flags & STEP_MARK)
			mark = s;
		/* Each turn of a loop asks something, and so waits for the server. */
		if (s->flags & STEP_BACK)
			assert_true(mark != NULL && mark->when == s->when &&
				    mark->command != NULL);
	}
}

static void test_tables(void **state)
{
	static const struct step_table *const conversations[] = { &smtp_submission,
								  &imap_watch, &pop3_look };
	const char *const *names;
	size_t count;

	(void)state;
	names = protocol_names(&count);
	for (size_t i = 0; i < count; i++) {
		const struct protocol *p = protocol_from_name(view_of(names[i]));

		table_holds(p->steps, p->step_count);
	}
	for (size_t i = 0; i < ARRAY_SIZE(conversations); i++)
		table_holds(conversations[i]->steps, conversations[i]->step_count);
}

static bool offers(const char *protocol, const char *words)
{
	return protocol_offers_login(protocol_from_name(view_of(protocol)), words);
}

static void test_offers_login(void **state)
{
	(void)state;
	assert_true(offers("smtp", "PIPELINING AUTH=PLAIN,LOGIN"));
	assert_false(offers("smtp", "PIPELINING AUTHORITY"));
	assert_true(offers("lmtp", "AUTH"));
	assert_true(offers("imap", "IMAP4rev1 LOGINDISABLED AUTH=PLAIN"));
	assert_true(offers("imap", "IMAP4rev1"));
	assert_false(offers("imap", "IMAP4rev1 LOGINDISABLED"));
	assert_false(offers("imap", ""));
	assert_true(offers("pop3", "TOP USER"));
	assert_true(offers("pop3", "SASL=PLAIN"));
	assert_false(offers("pop3", "TOP UIDL"));
	assert_true(offers("sieve", "SASL=PLAIN"));
	assert_false(offers("sieve", "SASL SIEVE=fileinto"));
}

/* RFC 7672 for mail between servers; nobody logs in there. */
static void test_between_servers(void **state)
{
	const char *const *names;
	size_t count;

	(void)state;
	names = protocol_names(&count);
	for (size_t i = 0; i < count; i++) {
		const struct protocol *p = protocol_from_name(view_of(names[i]));

		assert_int_equal(protocol_uses_tlsa(p), p == &smtp_protocol);
		assert_int_equal(protocol_expects_login(p, 25),
				 p != &smtp_protocol && p != &lmtp_protocol);
		assert_int_equal(protocol_expects_login(p, 587), p != &lmtp_protocol);
		assert_ptr_equal(protocol_local_variant(p),
				 p == &smtp_protocol ? &lmtp_protocol : p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_offers_login),
		cmocka_unit_test(test_between_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
