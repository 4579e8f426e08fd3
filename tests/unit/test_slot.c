#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "certificate_made.h"
#include "slot.h"

#include <string.h>

static struct result result_of(enum state state, int64_t ms, const char *where)
{
	struct result r;

	result_init(&r, (struct moment){ ms });
	r.state = state;
	if (where != NULL)
		assert_true(address_parse(view_of(where), 25, &r.address));
	return r;
}

static enum state publish(struct slot *s, enum state state, int64_t ms, const char *where,
			  int64_t *ret_since)
{
	struct result r = result_of(state, ms, where);
	struct published published = slot_publish(s, &r, where != NULL, 1);

	*ret_since = published.since.ms;
	return published.before;
}

static void keeps_since_and_counts(void **state)
{
	struct slot *s = slot_new();
	struct slot_state seen;
	struct record r;
	int64_t since;

	(void)state;
	assert_int_equal(slot_copy(s, &r, 1), 0);
	assert_int_equal(slot_states(s, &seen, 1), 0);
	assert_int_equal(publish(s, STATE_OK, 10, NULL, &since), STATE_COUNT);
	assert_int_equal(publish(s, STATE_CRITICAL, 20, NULL, &since), STATE_OK);
	assert_int_equal(since, 10);
	assert_int_equal(publish(s, STATE_CRITICAL, 30, NULL, &since), STATE_CRITICAL);
	assert_int_equal(since, 20);
	assert_int_equal(publish(s, STATE_WARNING, 40, NULL, &since), STATE_CRITICAL);
	assert_int_equal(slot_states(s, &seen, 1), 1);
	assert_int_equal(seen.state, STATE_WARNING);
	assert_int_equal(seen.since.ms, 40);
	assert_int_equal(slot_states(s, &seen, 0), 0);
	assert_int_equal(slot_copy(s, &r, 1), 1);
	assert_int_equal(r.last.state, STATE_WARNING);
	assert_int_equal(r.since.ms, 40);
	assert_int_equal(r.probes, 4);
	assert_int_equal(r.failures, 2);
	assert_int_equal(r.last_success.ms, 40);
	slot_record_fini(&r);
	slot_release(s);
}

static void keeps_one_record_per_address(void **state)
{
	struct slot *s = slot_new();
	struct record r[SLOT_RECORDS_MAX];
	struct address kept;
	int64_t since;
	char where[] = "192.0.2.10";
	uint64_t dropped = slot_results_dropped();

	(void)state;
	publish(s, STATE_OK, 1, "192.0.2.1", &since);
	publish(s, STATE_CRITICAL, 2, "2001:db8::1", &since);
	assert_int_equal(publish(s, STATE_OK, 3, "192.0.2.1", &since), STATE_OK);
	assert_int_equal(slot_copy(s, r, ARRAY_SIZE(r)), 2);
	for (int i = 0; i < 9; i++) {
		where[9] = (char)('0' + i);
		publish(s, STATE_OK, 4, where, &since);
		where[8] = '2';
		publish(s, STATE_OK, 4, where, &since);
		where[8] = '1';
	}
	/* 2 + 18 were filed, and there is room for 17. */
	assert_int_equal(slot_results_dropped() - dropped, 3);
	assert_int_equal(slot_copy(s, r, ARRAY_SIZE(r)), SLOT_RECORDS_MAX);
	assert_true(address_parse(view_of("2001:db8::1"), 0, &kept));
	slot_keep_addresses(s, &kept, 1, true);
	assert_int_equal(slot_copy(s, r, ARRAY_SIZE(r)), 1);
	assert_int_equal(r[0].last.state, STATE_CRITICAL);
	slot_keep_addresses(s, NULL, 0, false);
	assert_int_equal(slot_copy(s, r, ARRAY_SIZE(r)), 0);
	slot_release(s);
}

static void a_failed_lookup_is_one_story(void **state)
{
	struct slot *s = slot_new();
	struct result failed = result_of(STATE_CRITICAL, 2, NULL);
	struct record r[SLOT_RECORDS_MAX];
	struct published published;
	int64_t since;

	(void)state;
	publish(s, STATE_OK, 1, "192.0.2.1", &since);
	slot_keep_addresses(s, NULL, 0, false);
	assert_int_equal(slot_publish(s, &failed, true, 1).before, STATE_COUNT);
	failed.at.ms = 3;
	slot_keep_addresses(s, NULL, 0, false);
	published = slot_publish(s, &failed, true, 1);
	assert_int_equal(published.before, STATE_CRITICAL);
	assert_int_equal(published.since.ms, 2);
	assert_int_equal(slot_copy(s, r, ARRAY_SIZE(r)), 1);
	assert_int_equal(r[0].probes, 2);
	/* One address is known, and that of another family could not be asked for. */
	publish(s, STATE_OK, 4, "192.0.2.1", &since);
	slot_keep_addresses(s, &r[0].last.address, 1, false);
	assert_int_equal(slot_copy(s, r, ARRAY_SIZE(r)), 1);
	slot_keep_addresses(s, &(struct address){ .v4 = { .sin_family = AF_INET } }, 1,
			    true);
	assert_int_equal(slot_copy(s, r, ARRAY_SIZE(r)), 0);
	slot_release(s);
}

static void texts_survive_the_copy(void **state)
{
	struct slot *s = slot_new();
	struct result in = result_of(STATE_CRITICAL, 5, NULL);
	struct record out;

	(void)state;
	strcpy(in.text, "Client host blocked");
	strcpy(in.cert_detail, "unable to get local issuer certificate");
	strcpy(in.enhanced, "5.7.1");
	in.code = 554;
	in.phases[PHASE_CONNECT] = span_of_ms(3);
	slot_publish(s, &in, false, 1);
	assert_int_equal(slot_copy(s, &out, 1), 1);
	assert_string_equal(out.last.text, in.text);
	assert_string_equal(out.last.cert_detail, in.cert_detail);
	assert_string_equal(out.last.enhanced, in.enhanced);
	assert_int_equal(out.last.code, 554);
	assert_int_equal(out.last.phases[PHASE_CONNECT].ns, 3000000);
	assert_true(out.last.phases[PHASE_TLS].ns < 0);
	slot_record_fini(&out);
	slot_release(s);
}

/* What is absent takes no room, so each part comes alone, all come together, and all come back. */
static void everything_survives_the_packing(void **state)
{
	enum { PARTS = 7 };

	(void)state;
	for (unsigned parts = 0; parts < 1u << PARTS; parts++) {
		struct slot *s = slot_new();
		struct result in =
		    result_of(STATE_WARNING, 5,
			      parts & 1 ? (parts & 2 ? "fe80::1%lo" : "::1") : NULL);
		struct record out;

		if (parts & 2 && !(parts & 1))
			assert_true(address_parse(view_of("192.0.2.9"), 25, &in.address));
		if (parts & 4) {
			in.chain_not_before.ms = -7;
			in.chain_not_after.ms = INT64_MAX;
		}
		if (parts & 8)
			in.messages = INT64_MAX;
		if (parts & 16)
			for (unsigned i = 0; i < PHASE_COUNT; i += 2)
				in.phases[i] = span_of_ms(i);
		if (parts & 32) {
			in.tls_version = "TLSv1.3";
			in.tls_cipher = "TLS_AES_128_GCM_SHA256";
			memset(in.text, 't', sizeof(in.text) - 1);
			memset(in.enhanced, 'e', sizeof(in.enhanced) - 1);
			memset(in.cert_detail, 'd', sizeof(in.cert_detail) - 1);
		}
		if (parts & 64) {
			in.cert_faults = 0x1ff;
			in.held_until.ms = INT64_MAX - 1;
			result_add_notice(&in, FAULT_ALERT, "disk full");
		}
		in.took = span_of_ms(1234);
		slot_publish(s, &in, false, 1);
		assert_int_equal(slot_copy(s, &out, 1), 1);
		assert_memory_equal(&out.last.address, &in.address, sizeof(in.address));
		assert_int_equal(out.last.chain_not_before.ms, in.chain_not_before.ms);
		assert_int_equal(out.last.chain_not_after.ms, in.chain_not_after.ms);
		assert_int_equal(out.last.messages, in.messages);
		assert_memory_equal(out.last.phases, in.phases, sizeof(in.phases));
		assert_int_equal(out.last.took.ns, in.took.ns);
		assert_string_equal(out.last.text, in.text);
		assert_string_equal(out.last.enhanced, in.enhanced);
		assert_string_equal(out.last.cert_detail, in.cert_detail);
		assert_string_equal(out.last.notice_detail, in.notice_detail);
		assert_int_equal(out.last.notices, in.notices);
		assert_int_equal(out.last.held_until.ms, in.held_until.ms);
		assert_int_equal(out.last.cert_faults, in.cert_faults);
		if (parts & 32) {
			assert_string_equal(out.last.tls_version, in.tls_version);
			assert_string_equal(out.last.tls_cipher, in.tls_cipher);
		} else {
			assert_null(out.last.tls_version);
			assert_null(out.last.tls_cipher);
		}
		slot_record_fini(&out);
		slot_release(s);
	}
}

/* Most chains end with the server's own certificate, whose dates are there already. */
static void the_chain_of_a_certificate_survives(void **state)
{
	static struct certificate_made made = {
		.holders = 1000, /* it is nobody's to free */
		.facts = { .not_before = { 10 }, .not_after = { 90 } },
	};
	static struct certificate_made above = { .holders = 1000 };
	static const struct moment chains[][2] = {
		{ { 10 }, { 90 } }, { { 10 }, { 80 } }, { { 20 }, { 90 } }, { { 0 }, { 0 } }
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(chains); i++) {
		const struct moment *chain = chains[i / 2];
		struct slot *s = slot_new();
		struct result in = result_of(STATE_OK, 5, "192.0.2.9");
		struct record out;
		struct record_figures b[SLOT_RECORDS_MAX];
		uint8_t count;

		in.certificate = &made.facts;
		in.decider = i % 2 ? &above.facts : NULL;
		in.chain_not_before = chain[0];
		in.chain_not_after = chain[1];
		in.messages = 3;
		slot_publish(s, &in, false, 1);
		assert_int_equal(slot_copy(s, &out, 1), 1);
		assert_int_equal(out.last.chain_not_before.ms, chain[0].ms);
		assert_int_equal(out.last.chain_not_after.ms, chain[1].ms);
		assert_ptr_equal(out.last.decider, in.decider);
		assert_int_equal(out.last.messages, 3);
		slot_record_fini(&out);
		assert_int_equal(
		    slot_copy_figures(&s, 1, FIGURES_MORE, b, SLOT_RECORDS_MAX, &count), 1);
		assert_int_equal(b[0].chain_not_after.ms, chain[1].ms);
		assert_ptr_equal(b[0].decider, in.decider);
		assert_int_equal(b[0].messages, 3);
		assert_int_equal(slot_copy_figures(&s, 1,
						   FIGURES_MORE | FIGURES_CERTIFICATE, b,
						   SLOT_RECORDS_MAX, &count),
				 1);
		assert_int_equal(atomic_load(&above.holders), i % 2 ? 1002 : 1000);
		certificate_release(b[0].certificate);
		certificate_release(b[0].decider);
		slot_release(s);
		assert_int_equal(atomic_load(&above.holders), 1000);
	}
}

/* Targets with one record, none and many, in one go. */
static void copies_the_figures_of_many(void **state)
{
	enum { SLOTS = 5, ROOM = 2 * SLOT_RECORDS_MAX };
	struct slot *slots[SLOTS];
	struct record_figures b[ROOM];
	uint8_t counts[SLOTS];
	struct result r = result_of(STATE_CRITICAL, 20, NULL);
	char where[] = "192.0.2.1";
	int64_t unused;

	(void)state;
	for (size_t i = 0; i < SLOTS; i++)
		slots[i] = slot_new();
	r.fault = FAULT_REJECTED;
	r.phase = PHASE_GREETING;
	r.took.ns = 1500000;
	r.phases[PHASE_DNS].ns = 2000;
	r.phases[PHASE_GREETING].ns = 3000;
	r.code = 554;
	r.messages = 7;
	r.held_until.ms = 98;
	r.chain_not_after.ms = 99;
	r.tls_version = "TLSv1.3";
	strcpy(r.text, "go away");
	slot_publish(slots[0], &r, false, 1);
	for (; where[8] < '4'; where[8]++)
		publish(slots[2], STATE_OK, 4, where, &unused);
	publish(slots[3], STATE_OK, 4, "2001:db8::1", &unused);
	assert_int_equal(slot_copy_figures(slots, SLOTS,
					   FIGURES_ADDRESS | FIGURES_PHASES | FIGURES_MORE,
					   b, ROOM, counts),
			 SLOTS);
	assert_memory_equal(counts, ((uint8_t[]){ 1, 0, 3, 1, 0 }), SLOTS);
	assert_int_equal(b[0].state, STATE_CRITICAL);
	assert_int_equal(b[0].fault, FAULT_REJECTED);
	assert_int_equal(b[0].phase, PHASE_GREETING);
	assert_int_equal(b[0].at.ms, 20);
	assert_int_equal(b[0].probes, 1);
	assert_int_equal(b[0].failures, 1);
	assert_int_equal(b[0].took, 1500);
	assert_int_equal(b[0].reached, 1u << PHASE_DNS | 1u << PHASE_GREETING);
	assert_int_equal(b[0].phases[PHASE_DNS], 2);
	assert_int_equal(b[0].phases[PHASE_GREETING], 3);
	assert_int_equal(b[0].code, 554);
	assert_int_equal(b[0].messages, 7);
	assert_int_equal(b[0].held_until.ms, 98);
	assert_int_equal(b[0].chain_not_after.ms, 99);
	assert_string_equal(b[0].tls_version, "TLSv1.3");
	assert_false(b[0].has_certificate);
	for (size_t i = 0; i < 3; i++) {
		char text[ADDRESS_TEXT_MAX];

		where[8] = (char)('1' + i);
		assert_string_equal(address_text(&b[1 + i].address, text), where);
		assert_int_equal(b[1 + i].messages, -1);
		assert_int_equal(b[1 + i].held_until.ms, 0);
		assert_int_equal(b[1 + i].chain_not_after.ms, 0);
	}
	/* As far as there is room for all that the next may have. */
	assert_int_equal(
	    slot_copy_figures(slots, SLOTS, 0, b, SLOT_RECORDS_MAX + 1, counts), 3);
	assert_int_equal(slot_copy_figures(slots, SLOTS, 0, b, SLOT_RECORDS_MAX, counts),
			 1);
	for (size_t i = 0; i < SLOTS; i++)
		slot_release(slots[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_since_and_counts),
		cmocka_unit_test(keeps_one_record_per_address),
		cmocka_unit_test(copies_the_figures_of_many),
		cmocka_unit_test(a_failed_lookup_is_one_story),
		cmocka_unit_test(texts_survive_the_copy),
		cmocka_unit_test(everything_survives_the_packing),
		cmocka_unit_test(the_chain_of_a_certificate_survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
