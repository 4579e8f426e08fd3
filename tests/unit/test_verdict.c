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

static const int64_t day_ms = 24LL * 3600 * 1000;

static struct certificate leaf = {
	.subject = "CN=mail.example.com",
	.not_before = { 1700000000000 },
	.not_after = { 1700000000000 + 90 * 24LL * 3600 * 1000 },
};

static struct result found(enum fault fault, enum phase phase)
{
	struct result r;

	result_init(&r, leaf.not_before);
	r.dialogue_fault = fault;
	r.dialogue_phase = phase;
	return r;
}

static void decide(struct result *r, const struct service *service)
{
	struct policy policy;

	policy_init(&policy);
	verdict_decide(r, service, &policy, NULL);
}

static void the_dialogues_fault_decides_alone(void **state)
{
	struct result r = found(FAULT_REJECTED, PHASE_GREETING);

	(void)state;
	decide(&r, &smtp);
	assert_int_equal(r.state, STATE_CRITICAL);
	assert_int_equal(r.fault, FAULT_REJECTED);
	assert_int_equal(r.phase, PHASE_GREETING);
}

static void the_worse_of_both_decides_and_the_dialogue_is_named_first(void **state)
{
	struct result r = found(FAULT_TEMPFAIL, PHASE_GREETING);

	(void)state;
	r.cert_faults =
	    CERT_FAULT_BIT(FAULT_CERT_NAME) | CERT_FAULT_BIT(FAULT_CERT_UNTRUSTED);
	decide(&r, &imaps);
	assert_int_equal(r.fault, FAULT_CERT_NAME);
	assert_int_equal(r.phase, PHASE_TLS);
	r = found(FAULT_AUTH_FAILED, PHASE_AUTH);
	r.cert_faults = CERT_FAULT_BIT(FAULT_CERT_EXPIRED);
	decide(&r, &imaps);
	assert_int_equal(r.fault, FAULT_AUTH_FAILED);
}

/* The same fault before the farewell is CRITICAL. */
static void a_wrong_farewell_is_a_warning(void **state)
{
	struct result r = found(FAULT_PROTOCOL, PHASE_QUIT);
	char sentence[VERDICT_SENTENCE_MAX];

	(void)state;
	strcpy(r.text, "not an answer of SMTP: hm");
	decide(&r, &smtp);
	assert_int_equal(r.state, STATE_WARNING);
	assert_string_equal(verdict_sentence(&r, sentence),
			    "works, but the farewell got a wrong answer: not an answer of "
			    "SMTP: hm");
	r = found(FAULT_PROTOCOL, PHASE_CAPABILITY);
	decide(&r, &smtp);
	assert_int_equal(r.state, STATE_CRITICAL);
}

static void an_expiring_certificate_is_found_here(void **state)
{
	struct result r = found(FAULT_OK, PHASE_QUIT);

	(void)state;
	r.certificate = &leaf;
	r.at.ms = leaf.not_after.ms - 20 * day_ms;
	decide(&r, &imaps);
	assert_int_equal(r.state, STATE_WARNING);
	assert_int_equal(r.fault, FAULT_CERT_EXPIRING);
	r.at.ms = leaf.not_after.ms - 6 * day_ms;
	decide(&r, &imaps);
	assert_int_equal(r.state, STATE_CRITICAL);
	r.at.ms = leaf.not_before.ms;
	decide(&r, &imaps);
	assert_int_equal(r.state, STATE_OK);
	assert_int_equal(r.cert_faults, 0);
	r.chain_not_before = leaf.not_before;
	r.chain_not_after.ms = leaf.not_before.ms + 5 * day_ms;
	r.at.ms = leaf.not_before.ms + 4 * day_ms + 1;
	decide(&r, &imaps); /* the chain ends before the certificate */
	assert_int_equal(r.state, STATE_CRITICAL);
}

static void an_expired_certificate_is_not_called_expiring(void **state)
{
	struct result r = found(FAULT_OK, PHASE_QUIT);

	(void)state;
	r.certificate = &leaf;
	r.at.ms = leaf.not_after.ms + 3 * day_ms;
	r.cert_faults = CERT_FAULT_BIT(FAULT_CERT_EXPIRED);
	decide(&r, &imaps);
	assert_int_equal(r.state, STATE_CRITICAL);
	assert_int_equal(r.fault, FAULT_CERT_EXPIRED);
	assert_int_equal(r.cert_faults, CERT_FAULT_BIT(FAULT_CERT_EXPIRED));
}

/* Behind the certificate's faults, and worse than nothing only where the table says so. */
/* A MUST NOT for mail clients; a SHOULD NOT, and everything between mail servers, is noted. */
static void cipher_suites_are_weighed_by_what_forbids_them(void **state)
{
	static const struct override row = { FAULT_TLS_CIPHER, PHASE_COUNT, NULL,
					     STATE_CRITICAL };
	struct policy policy;
	struct result r = found(FAULT_OK, PHASE_QUIT);

	(void)state;
	result_add_notice(&r, FAULT_TLS_CIPHER, "negotiated AES128-SHA");
	decide(&r, &imaps);
	assert_int_equal(r.state, STATE_OK);
	r.flags |= RESULT_CIPHER_FORBIDDEN;
	decide(&r, &imaps);
	assert_int_equal(r.state, STATE_WARNING);
	assert_int_equal(r.fault, FAULT_TLS_CIPHER);
	assert_int_equal(r.phase, PHASE_TLS);
	decide(&r, &smtp);
	assert_int_equal(r.state, STATE_OK);
	policy_init(&policy);
	policy.overrides = (struct overrides){ &row, 1 };
	verdict_decide(&r, &smtp, &policy, NULL);
	assert_int_equal(r.state, STATE_CRITICAL);
	r.flags &= ~(unsigned)RESULT_CIPHER_FORBIDDEN;
	verdict_decide(&r, &imaps, &policy, NULL);
	assert_int_equal(r.state, STATE_CRITICAL);
}

static void notices_are_weighed_last(void **state)
{
	struct result r;
	char sentence[VERDICT_SENTENCE_MAX];

	(void)state;
	result_init(&r, moment_now());
	result_add_notice(&r, FAULT_CERT_ORDER, "the root was sent, too");
	decide(&r, &builtin_services[0]);
	assert_int_equal(r.state, STATE_OK);
	assert_int_equal(r.fault, FAULT_OK);
	result_add_notice(&r, FAULT_ALERT, "disk\n| full");
	decide(&r, &builtin_services[0]);
	assert_int_equal(r.state, STATE_WARNING);
	assert_int_equal(r.fault, FAULT_ALERT);
	assert_int_equal(r.phase, PHASE_AUTH);
	assert_string_equal(verdict_sentence(&r, sentence),
			    "server has an alert for its operator: the root was sent, too; "
			    "disk / full");
	r.dialogue_fault = FAULT_TEMPFAIL;
	r.dialogue_phase = PHASE_MAILBOX;
	decide(&r, &builtin_services[0]);
	assert_int_equal(r.fault, FAULT_TEMPFAIL);
}

static void unknown_is_only_for_ourselves(void **state)
{
	(void)state;
	for (int f = 0; f < FAULT_COUNT; f++) {
		enum state s = verdict_state((enum fault)f, PHASE_CONNECT, &imaps);

		assert_int_equal(s == STATE_UNKNOWN, fault_is_ours((enum fault)f));
		assert_int_equal(s == STATE_OK, f == FAULT_OK || f == FAULT_CERT_ORDER ||
						    f == FAULT_DNS_PARTIAL ||
						    f == FAULT_TLS_OBSOLETE);
	}
	assert_int_equal(verdict_state(FAULT_STARTTLS_REFUSED, PHASE_STARTTLS, &smtp),
			 STATE_WARNING);
	assert_int_equal(verdict_state(FAULT_STARTTLS_REFUSED, PHASE_STARTTLS, &imaps),
			 STATE_CRITICAL);
	assert_int_equal(verdict_state(FAULT_TLS_VERSION, PHASE_TLS, &smtp), STATE_WARNING);
	assert_int_equal(verdict_state(FAULT_TLS_VERSION, PHASE_TLS, &imaps),
			 STATE_CRITICAL);
}

static void every_fault_has_words_and_a_clean_sentence(void **state)
{
	char said[VERDICT_SENTENCE_MAX];

	(void)state;
	for (int f = 0; f < FAULT_COUNT; f++) {
		struct result r = found((enum fault)f, PHASE_GREETING);

		r.fault = (enum fault)f;
		r.phase = PHASE_GREETING;
		r.certificate = &leaf;
		strcpy(r.text, "a|b");
		strcpy(r.cert_detail, "c|d");
		assert_true(strlen(verdict_words((enum fault)f)) > 3);
		verdict_sentence(&r, said);
		assert_true(strlen(said) > 3);
		assert_null(strchr(said, '|'));
	}
}

static void sentences_say_what_the_server_said(void **state)
{
	char said[VERDICT_SENTENCE_MAX];
	struct result r = found(FAULT_REJECTED, PHASE_GREETING);

	(void)state;
	r.code = 554;
	strcpy(r.enhanced, "5.7.1");
	strcpy(r.text, "Client host blocked");
	decide(&r, &smtp);
	assert_string_equal(verdict_sentence(&r, said),
			    "rejected by the server: 554 5.7.1 Client host blocked");
	r = found(FAULT_AUTH_TEMPFAIL, PHASE_AUTH);
	strcpy(r.enhanced, "UNAVAILABLE");
	strcpy(r.text, "later");
	decide(&r, &imaps);
	assert_string_equal(verdict_sentence(&r, said),
			    "login is out of order: [UNAVAILABLE] later");
}

static void sentences_say_which_certificate_decides(void **state)
{
	static char *names[] = { "mail.example.com" };
	static struct certificate unnamed = { .subject = "",
					      .serial = "01ab",
					      .issuer = "" },
				  named = { .subject = "",
					    .serial = "01ab",
					    .names = names,
					    .name_count = 1 },
				  old = { .subject = "CN=Middle", .issuer = "CN=Root" },
				  root = { .subject = "CN=Root", .issuer = "CN=Root" };
	static const struct {
		struct certificate *server, *decider;
		enum fault fault;
		bool verified;
		const char *begin, *end;
	} cases[] = {
		/* clang-format off */
		{ &leaf, NULL, FAULT_CERT_EXPIRED, false, "certificate expired 3d ago (2", "), subject CN=mail.example.com" },
		{ &leaf, &old, FAULT_CERT_EXPIRED, false, "certificate chain expired 5d ago (2",
			"): intermediate 'CN=Middle' above it, subject CN=mail.example.com" },
		{ &leaf, &root, FAULT_CERT_EXPIRED, true, "certificate chain expired 5d ago (2",
			"): root 'CN=Root' above it, subject CN=mail.example.com" },
		{ &leaf, &old, FAULT_CERT_EXPIRING, true, "certificate chain expires 5d ago (2", 
			"): intermediate 'CN=Middle' above it, subject CN=mail.example.com" },
		{ &leaf, &old, FAULT_CERT_NOT_YET_VALID, false, "certificate chain becomes valid in 2d (2",
			"): intermediate 'CN=Middle' above it, subject CN=mail.example.com" },
		{ &leaf, NULL, FAULT_CERT_NOT_YET_VALID, false, "certificate becomes valid 93d ago (2", "), subject CN=mail.example.com" },
		{ &leaf, &old, FAULT_CERT_NAME, false, "certificate is for another name, subject CN=mail.example.com", "" },
		{ &named, NULL, FAULT_CERT_NAME, false, "certificate is for another name, name mail.example.com", "" },
		{ &unnamed, NULL, FAULT_CERT_NAME, false, "certificate is for another name, serial 01ab", "" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct result r = found(FAULT_OK, PHASE_QUIT);
		char said[VERDICT_SENTENCE_MAX];
		size_t end = strlen(cases[i].end);

		r.at.ms = leaf.not_after.ms + 3 * day_ms;
		old.not_after.ms = root.not_after.ms = r.at.ms - 5 * day_ms;
		old.not_before.ms = r.at.ms + 2 * day_ms;
		r.certificate = cases[i].server;
		r.decider = cases[i].decider;
		r.fault = cases[i].fault;
		r.cert_faults = CERT_FAULT_BIT(cases[i].fault);
		if (cases[i].verified)
			r.chain_not_after = cases[i].decider->not_after;
		verdict_sentence(&r, said);
		if (strncmp(said, cases[i].begin, strlen(cases[i].begin)) != 0 ||
		    strcmp(said + strlen(said) - end, cases[i].end) != 0)
			fail_msg("%zu: %s", i, said);
	}
}

/* Below an untrusted root its end was overlooked, and the server's own end named in its place. */
static void an_expired_intermediate_is_what_ends(void **state)
{
	struct certificate middle = { .subject = "CN=Middle",
				      .issuer = "CN=Root",
				      .not_before = leaf.not_before,
				      .not_after = { leaf.not_before.ms + day_ms } };
	struct result r = found(FAULT_OK, PHASE_QUIT);

	(void)state;
	r.certificate = &leaf;
	r.decider = &middle;
	assert_int_equal(result_certificate_end(&r).ms, leaf.not_after.ms);
	assert_null(result_certificate_above(&r));
	r.cert_faults = CERT_FAULT_BIT(FAULT_CERT_EXPIRED);
	assert_int_equal(result_certificate_end(&r).ms, middle.not_after.ms);
	assert_ptr_equal(result_certificate_above(&r), &middle);
	r.chain_not_after.ms = 77;
	assert_int_equal(result_certificate_end(&r).ms, 77);
	assert_null(result_certificate_above(&r));
	r.certificate = NULL;
	r.chain_not_after.ms = 0;
	assert_int_equal(result_certificate_end(&r).ms, 0);
	assert_null(result_certificate_above(&r));
}

static void greylisting_is_called_by_its_name(void **state)
{
	static const struct {
		enum phase phase;
		const char *text, *words;
	} cases[] = {
		{ PHASE_MAILBOX, "<b@example.org>: Recipient address rejected: Greylisted",
		  "greylisted, as new senders are: 450 4.2.0 <b@" },
		{ PHASE_MAILBOX, "Graylisting in action",
		  "greylisted, as new senders are" },
		{ PHASE_MAILBOX, "mailbox busy", "temporary failure" },
		{ PHASE_GREETING, "Greylisted", "temporary failure" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct result r = found(FAULT_TEMPFAIL, cases[i].phase);
		char sentence[VERDICT_SENTENCE_MAX];

		r.code = 450;
		strcpy(r.enhanced, "4.2.0");
		strcpy(r.text, cases[i].text);
		decide(&r, &smtp);
		assert_int_equal(r.state, STATE_WARNING);
		assert_memory_equal(verdict_sentence(&r, sentence), cases[i].words,
				    strlen(cases[i].words));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_dialogues_fault_decides_alone),
		cmocka_unit_test(the_worse_of_both_decides_and_the_dialogue_is_named_first),
		cmocka_unit_test(an_expiring_certificate_is_found_here),
		cmocka_unit_test(an_expired_certificate_is_not_called_expiring),
		cmocka_unit_test(cipher_suites_are_weighed_by_what_forbids_them),
		cmocka_unit_test(notices_are_weighed_last),
		cmocka_unit_test(greylisting_is_called_by_its_name),
		cmocka_unit_test(a_wrong_farewell_is_a_warning),
		cmocka_unit_test(unknown_is_only_for_ourselves),
		cmocka_unit_test(every_fault_has_words_and_a_clean_sentence),
		cmocka_unit_test(sentences_say_what_the_server_said),
		cmocka_unit_test(sentences_say_which_certificate_decides),
		cmocka_unit_test(an_expired_intermediate_is_what_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
