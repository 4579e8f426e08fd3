#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "certificate_made.h"
#include "renewal.h"
#include "verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOUR = 3600, DAY = 24 * HOUR };

/* All begin and end relative to it; seconds. */
static const struct moment now = { INT64_C(1795000000000) };

/* One holder: the caller. Born and met so many seconds ago; for 90 days. */
static struct certificate *make(const char *name, const char *key, long born, long met)
{
	struct certificate_made *c = calloc(1, sizeof(*c));
	static char nothing[] = "";

	assert_non_null(c);
	atomic_init(&c->holders, 1);
	c->facts = (struct certificate){ .subject = nothing,
					 .issuer = nothing,
					 .serial = nothing,
					 .key_kind = key,
					 .signature = "" };
	snprintf(c->facts.fingerprint, sizeof(c->facts.fingerprint), "%s", name);
	c->facts.not_before.ms = now.ms - (int64_t)born * 1000;
	c->facts.not_after.ms = c->facts.not_before.ms + INT64_C(90) * DAY * 1000;
	c->facts.first_seen = (uint32_t)(now.ms / 1000 - met);
	return &c->facts;
}

static void knows_old_from_new(void **state)
{
	static const struct {
		const char *what;
		const char *old_key, *new_key;
		long old_born, new_born, seen; /* seconds ago; seen 0: not known */
		bool missed;
	} cases[] = {
		/* clang-format off */
		{ "renewed long ago", "EC", "EC", 60 * DAY, 3 * DAY, DAY, true },
		{ "within the overlap", "EC", "EC", 60 * DAY, 3 * DAY, 2 * HOUR - 1, false },
		{ "at its end", "EC", "EC", 60 * DAY, 3 * DAY, 2 * HOUR, false },
		{ "behind it", "EC", "EC", 60 * DAY, 3 * DAY, 2 * HOUR + 1, true },
		{ "the other way round", "EC", "EC", 3 * DAY, 60 * DAY, DAY, false },
		{ "the same", "EC", "EC", 60 * DAY, 60 * DAY, DAY, false },
		{ "a pair of one day", "RSA", "RSA", 60 * DAY, 59 * DAY, DAY, false },
		{ "a second more", "RSA", "RSA", 60 * DAY, 59 * DAY - 1, DAY, true },
		{ "not known since when, valid for long", "EC", "EC", 60 * DAY, 2 * HOUR + 1, 0, true },
		{ "not known since when, and young", "EC", "EC", 60 * DAY, 2 * HOUR - 1, 0, false },
		{ "of the future", "EC", "EC", 60 * DAY, -DAY, 0, false },
		{ "two kinds of keys, each with its time", "RSA", "EC", 60 * DAY, 30 * DAY, DAY, false },
		{ "two kinds of keys, one about to end", "RSA", "EC", 70 * DAY, 3 * DAY, DAY, true },
		{ "two kinds of keys, one ended", "EC", "RSA", 91 * DAY, 3 * DAY, DAY, true },
		/* clang-format on */
	};
	struct policy policy;

	(void)state;
	policy_init(&policy);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct certificate *old =
		    make("old", cases[i].old_key, cases[i].old_born, 60 * DAY);
		struct certificate *new =
		    make("new", cases[i].new_key, cases[i].new_born, 0);
		struct moment seen = { cases[i].seen
					   ? now.ms - (int64_t)cases[i].seen * 1000
					   : 0 };

		if (renewal_is_missed(&policy, old, new, seen, now) != cases[i].missed)
			fail_msg("%s", cases[i].what);
		certificate_release(old);
		certificate_release(new);
	}
}

/* --- in a plan ---------------------------------------------------------------------------- */

enum { IMAPS, POP3S, SUBMISSIONS, OTHER_NAME, OTHER_SERVER, TARGETS };

static const struct service *service_named(const char *name)
{
	for (size_t i = 0; i < builtin_service_count; i++)
		if (strcmp(builtin_services[i].name, name) == 0)
			return &builtin_services[i];
	abort();
}

static struct plan *plan_of(enum address_mode mode)
{
	const struct target targets[TARGETS] = {
		[IMAPS] = { .server = "a",
			    .tls_name = "mail",
			    .service = service_named("imaps") },
		[POP3S] = { .server = "a",
			    .tls_name = "mail",
			    .service = service_named("pop3s") },
		[SUBMISSIONS] = { .server = "a",
				  .tls_name = "mail",
				  .service = service_named("submissions") },
		[OTHER_NAME] = { .server = "a",
				 .tls_name = "other",
				 .service = service_named("smtp") },
		[OTHER_SERVER] = { .server = "b",
				   .tls_name = "mail",
				   .service = service_named("imaps") },
	};
	struct target list[TARGETS];
	struct plan *plan = plan_new();

	memcpy(list, targets, sizeof(list));
	for (size_t i = 0; i < TARGETS; i++)
		list[i].addresses = (uint8_t)mode;
	assert_null(plan_set_targets(plan, list, TARGETS));
	return plan;
}

static struct target *target_of(const struct plan *plan, const char *server,
				const char *service)
{
	for (size_t i = 0; i < plan->target_count; i++)
		if (strcmp(plan->targets[i].server, server) == 0 &&
		    strcmp(plan->targets[i].service->name, service) == 0)
			return &plan->targets[i];
	abort();
}

static struct result result_of(struct certificate *c, const char *address)
{
	struct result r;

	result_init(&r, now);
	r.certificate = c;
	address_parse(view_of(address), 0, &r.address);
	return r;
}

static void show(struct target *t, struct certificate *c, const char *address,
		 unsigned faults)
{
	struct result r = result_of(c, address);

	r.cert_faults = faults;
	slot_publish(t->slot, &r, t->addresses == ADDRESS_EACH, 1);
}

/* "" where there is nothing to say. */
static const char *said_of(const struct plan *plan, const struct target *t,
			   struct certificate *c, const char *address)
{
	static struct result r;

	r = result_of(c, address);
	renewal_compare(plan, t, &r);
	assert_int_equal(r.notices,
			 r.notice_detail[0] ? NOTICE_BIT(FAULT_CERT_DIFFERS) : 0);
	return r.notice_detail;
}

static void compares_services(void **state)
{
	struct certificate *old = make("old", "EC", 60 * DAY, 60 * DAY);
	struct certificate *new = make("new", "EC", 3 * DAY, DAY);
	struct certificate *middle = make("middle", "EC", 30 * DAY, 20 * DAY);
	struct certificate *fresh = make("fresh", "EC", 1, HOUR);
	struct plan *plan = plan_of(ADDRESS_FIRST);
	struct target *imaps = target_of(plan, "a", "imaps");
	struct target *pop3s = target_of(plan, "a", "pop3s");

	(void)state;
	assert_string_equal(said_of(plan, imaps, old, "192.0.2.1"), "");
	show(imaps, old, "192.0.2.1", 0);
	show(target_of(plan, "a", "smtp"), new, "192.0.2.1", 0);
	show(target_of(plan, "b", "imaps"), new, "192.0.2.1", 0);
	assert_string_equal(said_of(plan, imaps, old, "192.0.2.1"), "");
	show(pop3s, new, "192.0.2.1", CERT_FAULT_BIT(FAULT_CERT_NAME));
	assert_string_equal(said_of(plan, imaps, old, "192.0.2.1"), "");
	show(pop3s, new, "192.0.2.1", CERT_FAULT_BIT(FAULT_CERT_WEAK));
	assert_string_equal(said_of(plan, imaps, old, "192.0.2.1"),
			    "pop3s shows one of 2026-11-15T11:06:40Z, seen since "
			    "2026-11-17T11:06:40Z, this is still the one of "
			    "2026-09-19T11:06:40Z");
	assert_string_equal(said_of(plan, pop3s, new, "192.0.2.1"), "");
	assert_string_equal(said_of(plan, imaps, new, "192.0.2.1"), "");
	assert_string_equal(said_of(plan, imaps, NULL, "192.0.2.1"), "");
	/* What a place has shown before is not another place. */
	show(imaps, new, "192.0.2.9", 0);
	show(pop3s, NULL, "192.0.2.1", 0);
	assert_string_equal(said_of(plan, imaps, old, "192.0.2.1"), "");
	/* Of two newer ones the newest is told, whoever comes first. */
	show(imaps, old, "192.0.2.1", 0);
	show(pop3s, new, "192.0.2.1", 0);
	show(target_of(plan, "a", "submissions"), middle, "192.0.2.1", 0);
	assert_non_null(strstr(said_of(plan, imaps, old, "192.0.2.1"), "pop3s shows"));
	/* But none that may be on its way. */
	show(target_of(plan, "a", "submissions"), fresh, "192.0.2.1", 0);
	assert_non_null(strstr(said_of(plan, imaps, old, "192.0.2.1"), "pop3s shows"));
	assert_string_equal(said_of(plan, pop3s, new, "192.0.2.1"), "");
	plan_release(plan);
	certificate_release(old);
	certificate_release(new);
	certificate_release(middle);
	certificate_release(fresh);
}

static void compares_addresses(void **state)
{
	struct certificate *old = make("old", "EC", 60 * DAY, 60 * DAY);
	struct certificate *new = make("new", "EC", 3 * DAY, DAY);
	struct plan *plan = plan_of(ADDRESS_EACH);
	struct target *imaps = target_of(plan, "b", "imaps");

	(void)state;
	show(imaps, old, "192.0.2.1", 0);
	show(imaps, new, "192.0.2.2", 0);
	assert_non_null(strstr(said_of(plan, imaps, old, "192.0.2.1"),
			       "imaps at 192.0.2.2 shows one of"));
	assert_string_equal(said_of(plan, imaps, new, "192.0.2.2"), "");
	/* What the address itself showed before is no other place. */
	assert_string_equal(said_of(plan, imaps, old, "192.0.2.2"), "");
	plan_release(plan);
	certificate_release(old);
	certificate_release(new);
}

static void leaves_guests_alone(void **state)
{
	struct certificate *old = make("old", "EC", 60 * DAY, 60 * DAY);
	struct plan *plan = plan_of(ADDRESS_FIRST);
	struct target client = *target_of(plan, "a", "imaps");

	(void)state;
	assert_string_equal(said_of(plan, &client, old, "192.0.2.1"), "");
	plan_release(plan);
	certificate_release(old);
}

static void marks_what_is_compared(void **state)
{
	struct plan *first = plan_of(ADDRESS_FIRST), *each = plan_of(ADDRESS_EACH);
	struct plan *changed = plan_new();
	struct target alone = { .server = "a",
				.tls_name = "mail",
				.service = service_named("imaps") };

	(void)state;
	assert_true(target_of(first, "a", "imaps")->flags & TARGET_COMPARED);
	assert_true(target_of(first, "a", "pop3s")->flags & TARGET_COMPARED);
	assert_true(target_of(first, "a", "submissions")->flags & TARGET_COMPARED);
	assert_false(target_of(first, "a", "smtp")->flags & TARGET_COMPARED);
	assert_false(target_of(first, "b", "imaps")->flags & TARGET_COMPARED);
	assert_true(target_of(each, "b", "imaps")->flags & TARGET_COMPARED);
	/* A service less is no reason to forget the results of those that stay. */
	assert_null(plan_set_targets(changed, &alone, 1));
	plan_inherit(changed, first);
	assert_ptr_equal(changed->targets[0].slot, target_of(first, "a", "imaps")->slot);
	plan_release(first);
	plan_release(each);
	plan_release(changed);
}

/* --- since when --------------------------------------------------------------------------- */

/* The table of a thread forgets; a slot goes on with what it has. */
static void remembers_the_first_sight(void **state)
{
	struct certificate *first = make("one", "EC", 3 * DAY, DAY);
	struct certificate *again = make("one", "EC", 3 * DAY, 0);
	struct certificate *other = make("two", "EC", 3 * DAY, 0);
	struct plan *plan = plan_of(ADDRESS_FIRST);
	struct target *t = target_of(plan, "a", "imaps");
	struct record record;

	(void)state;
	show(t, first, "192.0.2.1", 0);
	show(t, again, "192.0.2.1", 0);
	assert_int_equal(slot_copy(t->slot, &record, 1), 1);
	assert_ptr_equal(record.last.certificate, first);
	slot_record_fini(&record);
	show(t, other, "192.0.2.1", 0);
	assert_int_equal(slot_copy(t->slot, &record, 1), 1);
	assert_ptr_equal(record.last.certificate, other);
	slot_record_fini(&record);
	plan_release(plan);
	certificate_release(first);
	certificate_release(again);
	certificate_release(other);
}

/* --- in a plugin -------------------------------------------------------------------------- */

static void compares_findings(void **state)
{
	struct certificate *old = make("old", "EC", 60 * DAY, 0);
	struct certificate *new = make("new", "EC", 3 * DAY, 0);
	struct plan *plan = plan_of(ADDRESS_FIRST);
	struct finding f[] = {
		{ .target = target_of(plan, "a", "imaps"),
		  .result = result_of(old, "192.0.2.1") },
		{ .target = target_of(plan, "a", "pop3s"),
		  .result = result_of(new, "192.0.2.1") },
		{ .target = target_of(plan, "b", "imaps"),
		  .result = result_of(old, "192.0.2.1") },
	};
	const struct override row = { FAULT_CERT_DIFFERS, PHASE_COUNT, NULL, STATE_OK };
	struct policy policy;

	(void)state;
	policy_init(&policy);
	renewal_compare_all(&policy, f, 3);
	assert_int_equal(f[0].result.state, STATE_WARNING);
	assert_int_equal(f[0].result.fault, FAULT_CERT_DIFFERS);
	assert_int_equal(f[0].result.phase, PHASE_TLS);
	assert_string_equal(
	    f[0].result.notice_detail,
	    "pop3s shows one of 2026-11-15T11:06:40Z, this is still the one "
	    "of 2026-09-19T11:06:40Z");
	assert_int_equal(f[1].result.notices, 0);
	assert_int_equal(f[2].result.notices, 0);
	f[0].result = result_of(old, "192.0.2.1");
	policy.overrides = (struct overrides){ &row, 1 };
	renewal_compare_all(&policy, f, 3);
	assert_int_equal(f[0].result.state, STATE_OK);
	assert_int_equal(f[0].result.notices, NOTICE_BIT(FAULT_CERT_DIFFERS));
	plan_release(plan);
	certificate_release(old);
	certificate_release(new);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_old_from_new),
		cmocka_unit_test(compares_services),
		cmocka_unit_test(compares_addresses),
		cmocka_unit_test(leaves_guests_alone),
		cmocka_unit_test(marks_what_is_compared),
		cmocka_unit_test(remembers_the_first_sight),
		cmocka_unit_test(compares_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
