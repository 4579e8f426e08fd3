#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "legacy_tls.h"

#include <stdio.h>
#include <string.h>

enum { MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS };

static struct service imaps = { .name = "imaps", .tls = TLS_MODE_IMPLICIT };

static struct target target_of(const char *server)
{
	return (struct target){
		.server = server,
		.service = &imaps,
		.interval = span_of_ms(MINUTE_MS),
		.legacy_tls_minutes = 24 * 60,
		.slot = slot_new(),
	};
}

static struct result secured(int64_t at_ms)
{
	struct result r;

	result_init(&r, (struct moment){ at_ms });
	r.flags = RESULT_TLS;
	r.tls_version = "TLSv1.3";
	return r;
}

/* How many looks are due in the probes of `hours`, a minute apart. */
static unsigned looks(const struct target *t, enum legacy_tls known, int64_t from,
		      int hours)
{
	unsigned n = 0;

	for (int i = 0; i < hours * 60; i++) {
		struct result r = secured(from + (int64_t)i * MINUTE_MS);

		n += legacy_tls_due(t, &r, known);
	}
	return n;
}

static void once_an_interval_and_sooner_without_an_answer(void **state)
{
	static const char *const servers[] = { "mx1", "mx2", "store" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(servers); i++) {
		struct target t = target_of(servers[i]);
		int64_t now = slot_created(t.slot).ms + 10 * MINUTE_MS;

		assert_int_equal(looks(&t, LEGACY_TLS_REFUSED, now, 24), 1);
		assert_int_equal(looks(&t, LEGACY_TLS_1_1, now, 10 * 24), 10);
		assert_int_equal(looks(&t, LEGACY_TLS_UNKNOWN, now, 24), 24);
		slot_release(t.slot);
	}
}

static void not_at_once_and_not_all_at_the_same_time(void **state)
{
	enum { SERVERS = 240 };
	unsigned most = 0;
	int64_t now = moment_now().ms;

	(void)state;
	for (int minute = 0; minute < 5; minute++) {
		struct target t = target_of("mx1");
		struct result r = secured(slot_created(t.slot).ms + minute * MINUTE_MS - 1);

		assert_false(legacy_tls_due(&t, &r, LEGACY_TLS_UNKNOWN));
		slot_release(t.slot);
	}
	for (int minute = 10; minute < 70; minute++) {
		unsigned n = 0;

		for (int i = 0; i < SERVERS; i++) {
			char name[16];
			struct target t;
			struct result r = secured(now + minute * MINUTE_MS);

			snprintf(name, sizeof(name), "mx%d", i);
			t = target_of(name);
			n += legacy_tls_due(&t, &r, LEGACY_TLS_UNKNOWN);
			slot_release(t.slot);
		}
		most = n > most ? n : most;
	}
	assert_in_range(most, 1, SERVERS / 10); /* 4 would be even */
}

static void only_behind_newer_tls_and_where_it_is_wanted(void **state)
{
	struct target t = target_of("mx1");
	int64_t from = slot_created(t.slot).ms + 10 * MINUTE_MS;
	struct result r = secured(from);

	(void)state;
	assert_true(legacy_tls_wanted(&t, &r));
	r.dialogue_fault = FAULT_TLS_VERSION; /* it is old already */
	assert_false(legacy_tls_wanted(&t, &r));
	r.dialogue_fault = FAULT_AUTH_FAILED;
	assert_true(legacy_tls_wanted(&t, &r));
	r.flags = 0;
	assert_false(legacy_tls_wanted(&t, &r));
	t.legacy_tls_minutes = 0;
	assert_int_equal(looks(&t, LEGACY_TLS_UNKNOWN, from, 48), 0);
	slot_release(t.slot);
}

static void a_look_says_yes_no_or_nothing(void **state)
{
	static const struct {
		const char *version;
		enum fault fault;
		enum phase phase;
		enum legacy_tls says;
	} cases[] = {
		{ "TLSv1", FAULT_OK, PHASE_QUIT, LEGACY_TLS_1_0 },
		{ "TLSv1.1", FAULT_OK, PHASE_QUIT, LEGACY_TLS_1_1 },
		{ "TLSv1.1", FAULT_TLS_VERSION, PHASE_TLS, LEGACY_TLS_1_1 },
		{ "TLSv1.1", FAULT_CLOSED, PHASE_CAPABILITY, LEGACY_TLS_1_1 },
		{ NULL, FAULT_TLS_VERSION, PHASE_TLS, LEGACY_TLS_REFUSED },
		{ NULL, FAULT_TLS_HANDSHAKE, PHASE_TLS, LEGACY_TLS_REFUSED },
		{ NULL, FAULT_CLOSED, PHASE_TLS, LEGACY_TLS_REFUSED },
		{ NULL, FAULT_RESET, PHASE_TLS, LEGACY_TLS_REFUSED },
		{ NULL, FAULT_TIMEOUT, PHASE_TLS, LEGACY_TLS_UNKNOWN },
		{ NULL, FAULT_CLIENT_CERT, PHASE_TLS, LEGACY_TLS_UNKNOWN },
		{ NULL, FAULT_REFUSED, PHASE_CONNECT, LEGACY_TLS_UNKNOWN },
		{ NULL, FAULT_RESET, PHASE_GREETING, LEGACY_TLS_UNKNOWN },
		{ NULL, FAULT_THROTTLED, PHASE_GREETING, LEGACY_TLS_UNKNOWN },
		{ NULL, FAULT_STARTTLS_REFUSED, PHASE_STARTTLS, LEGACY_TLS_UNKNOWN },
		{ NULL, FAULT_INTERNAL, PHASE_CONNECT, LEGACY_TLS_UNKNOWN },
		{ NULL, FAULT_OK, PHASE_QUIT, LEGACY_TLS_UNKNOWN }, /* no STARTTLS now */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct result r;

		result_init(&r, moment_now());
		r.flags = cases[i].version != NULL ? RESULT_TLS : 0;
		r.tls_version = cases[i].version;
		r.dialogue_fault = cases[i].fault;
		r.dialogue_phase = cases[i].phase;
		assert_int_equal(legacy_tls_of_result(&r), cases[i].says);
	}
}

static void it_is_noted_where_it_is_accepted(void **state)
{
	static const struct {
		enum legacy_tls known;
		const char *words;
	} cases[] = {
		{ LEGACY_TLS_UNKNOWN, "" },
		{ LEGACY_TLS_REFUSED, "" },
		{ LEGACY_TLS_1_0, "TLS 1.0 was agreed to (RFC 8996)" },
		{ LEGACY_TLS_1_1, "TLS 1.1 was agreed to (RFC 8996)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct result r = secured(HOUR_MS);

		legacy_tls_note(&r, cases[i].known);
		assert_string_equal(r.notice_detail, cases[i].words);
		assert_int_equal(r.notices != 0, cases[i].words[0] != '\0');
		r = secured(HOUR_MS);
		r.flags = 0; /* nothing was seen of TLS this time */
		legacy_tls_note(&r, cases[i].known);
		assert_int_equal(r.notices, 0);
	}
}

static void it_stays_in_the_slot(void **state)
{
	struct slot *s = slot_new();

	(void)state;
	assert_int_equal(slot_legacy_tls(s), LEGACY_TLS_UNKNOWN);
	slot_set_legacy_tls(s, LEGACY_TLS_1_1);
	assert_int_equal(slot_legacy_tls(s), LEGACY_TLS_1_1);
	slot_release(s);
	s = slot_new();
	assert_int_equal(slot_legacy_tls(s), LEGACY_TLS_UNKNOWN);
	slot_release(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(once_an_interval_and_sooner_without_an_answer),
		cmocka_unit_test(not_at_once_and_not_all_at_the_same_time),
		cmocka_unit_test(only_behind_newer_tls_and_where_it_is_wanted),
		cmocka_unit_test(a_look_says_yes_no_or_nothing),
		cmocka_unit_test(it_is_noted_where_it_is_accepted),
		cmocka_unit_test(it_stays_in_the_slot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
