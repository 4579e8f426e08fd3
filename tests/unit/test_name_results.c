/* test_name_results.c - what is known of names: counted, searched, kept over a reload. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "certificate_made.h"
#include "name_results.h"
#include "name_verdict.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = { "a.example", "b.example", "c.example",
				     "shop.a.example" };

static struct name_results *name_results_of(const char *const *list, size_t count)
{
	struct name_set *name_set = name_set_new(list, count);
	struct name_results *r = name_results_new(name_set);

	assert_non_null(r);
	name_set_release(name_set);
	return r;
}

static struct certificate *certificate_of(const char *print, int64_t end_ms)
{
	struct certificate_made *c = calloc(1, sizeof(*c));

	atomic_init(&c->holders, 1);
	c->facts.subject = c->facts.issuer = (char *)(uintptr_t) "CN=x";
	c->facts.serial = (char *)(uintptr_t) "1";
	snprintf(c->facts.fingerprint, sizeof(c->facts.fingerprint), "%s", print);
	c->facts.not_after.ms = end_ms;
	return &c->facts;
}

static struct result result_of(enum state state, unsigned cert_faults,
			       struct certificate *certificate, int64_t at_ms)
{
	struct result r;

	result_init(&r, (struct moment){ at_ms });
	r.state = state;
	r.cert_faults = cert_faults;
	r.certificate = certificate;
	r.fault = FAULT_OK;
	for (enum fault f = CERT_FAULT_LAST; f >= CERT_FAULT_FIRST; f--)
		if (cert_faults & CERT_FAULT_BIT(f))
			r.fault = f;
	r.phase = PHASE_TLS;
	return r;
}

static struct name_results_change put(struct name_results *r, const char *name,
				      const struct result *result, bool without_own)
{
	struct name_set *name_set = name_results_set(r);
	struct name_results_change c;
	size_t number;

	assert_true(name_set_find(name_set, view_of(name), &number));
	c = name_verdict_store(r, name_set, number, result, without_own, 2);
	name_set_release(name_set);
	return c;
}

#define WRONG_NAME CERT_FAULT_BIT(FAULT_CERT_NAME)

static void counts_what_was_found(void **state)
{
	struct certificate *good = certificate_of("11", 9000000),
			   *late = certificate_of("22", 7000000);
	struct name_results *r = name_results_of(names, 4);
	struct name_results_summary s;
	struct result ok = result_of(STATE_OK, 0, good, 1000000);
	struct result soon =
	    result_of(STATE_WARNING, CERT_FAULT_BIT(FAULT_CERT_EXPIRING), late, 1000000);
	struct result wrong = result_of(STATE_CRITICAL, WRONG_NAME, good, 1000000);

	(void)state;
	name_results_summary(r, &s);
	assert_int_equal(s.total, 4);
	assert_int_equal(s.unknown, 4);
	assert_int_equal(s.earliest.ms, 0);
	name_results_summary_fini(&s);

	put(r, "a.example", &ok, false);
	put(r, "b.example", &soon, false);
	put(r, "c.example", &wrong, true);
	name_results_put_fallback(r, good, (struct moment){ 999000 });
	name_results_add_probes(r, 5, span_of_ms(7));
	name_results_summary(r, &s);
	assert_int_equal(s.asked, 3);
	assert_int_equal(s.unknown, 1);
	assert_int_equal(s.states[STATE_OK], 1);
	assert_int_equal(s.states[STATE_WARNING], 1);
	assert_int_equal(s.states[STATE_CRITICAL], 1);
	assert_int_equal(s.announced[STATE_OK], 1);
	assert_int_equal(s.announced[STATE_CRITICAL], 0);
	assert_int_equal(s.faults[FAULT_OK], 1);
	assert_int_equal(s.faults[FAULT_CERT_EXPIRING], 1);
	assert_int_equal(s.cert_faults[FAULT_CERT_NAME], 1);
	assert_int_equal(s.without_own, 1);
	assert_int_equal(s.earliest.ms, 7000000);
	assert_string_equal(s.earliest_name, "b.example");
	assert_ptr_equal(s.fallback, good);
	assert_int_equal(s.probes, 5);
	name_results_summary_fini(&s);

	/* It is renewed; then the other one is the first to end. */
	put(r, "b.example", &ok, false);
	name_results_summary(r, &s);
	assert_int_equal(s.states[STATE_WARNING], 0);
	assert_int_equal(s.faults[FAULT_CERT_EXPIRING], 0);
	assert_int_equal(s.earliest.ms, 9000000);
	assert_false(s.fallback_refused);
	name_results_summary_fini(&s);
	name_results_put_fallback(r, NULL, (struct moment){ 999000 });
	assert_false(name_results_is_fallback(r, good));
	name_results_summary(r, &s);
	assert_true(s.fallback_refused);
	assert_null(s.fallback);
	name_results_release(r);
	certificate_release(good);
	certificate_release(late);
}

static void two_in_a_row_are_announced(void **state)
{
	struct name_results *r = name_results_of(names, 4);
	struct result ok = result_of(STATE_OK, 0, NULL, 1000000);
	struct result bad = result_of(STATE_CRITICAL, WRONG_NAME, NULL, 2000000);
	struct name_results_change c;
	struct name_result n;

	(void)state;
	c = put(r, "a.example", &ok, false);
	assert_int_equal(c.before, STATE_COUNT);
	assert_int_equal(c.announced, STATE_OK);
	assert_false(c.recheck);
	c = put(r, "a.example", &bad, false);
	assert_int_equal(c.announced, STATE_OK);
	assert_true(c.recheck);
	assert_true(name_results_get(r, view_of("A.example"), &n));
	assert_true(n.awaited);
	assert_int_equal(n.state, STATE_CRITICAL);
	assert_int_equal(n.announced, STATE_OK);
	bad.at.ms = 3000000;
	c = put(r, "a.example", &bad, false);
	assert_int_equal(c.announced_before, STATE_OK);
	assert_int_equal(c.announced, STATE_CRITICAL);
	assert_int_equal(c.announced_since.ms, 1000000);
	assert_false(c.recheck);
	assert_true(name_results_get(r, view_of("a.example"), &n));
	assert_false(n.awaited);
	assert_int_equal(n.since.ms, 2000000);
	assert_int_equal(n.asked.ms, 3000000);
	assert_int_equal(n.announced_since.ms, 3000000);
	assert_int_equal(n.fault, FAULT_CERT_NAME);
	assert_true(n.detail[0] != '\0');
	c = put(r, "a.example", &ok, false);
	assert_true(c.recheck);
	c = put(r, "a.example", &ok, false);
	assert_int_equal(c.announced, STATE_OK);
	assert_true(name_results_get(r, view_of("a.example"), &n));
	assert_string_equal(n.detail, "");
	assert_false(name_results_get(r, view_of("x.example"), &n));
	name_results_release(r);
}

/* The first break-off is nobody's; another one, before there was an answer, is the name's. */
static void a_name_is_doubted_once(void **state)
{
	struct name_results *r = name_results_of(names, 4);
	struct result ok = result_of(STATE_OK, 0, NULL, 1000000);
	struct name_set *name_set = name_results_set(r);

	(void)state;
	assert_false(name_results_broke_off(r, name_set, 2));
	assert_false(name_results_broke_off(r, name_set, 1));
	assert_true(name_results_broke_off(r, name_set, 2));
	name_verdict_store(r, name_set, 2, &ok, false, 2);
	assert_false(name_results_broke_off(r, name_set, 2));
	name_set_release(name_set);
	name_results_release(r);
}

static void the_fallback_is_called_one(void **state)
{
	struct certificate *fallback = certificate_of("ff", 9000000);
	struct name_results *r = name_results_of(names, 4);
	struct result bad = result_of(STATE_CRITICAL, WRONG_NAME, fallback, 2000000);
	struct name_result n;

	(void)state;
	assert_false(name_results_is_fallback(r, fallback));
	name_results_put_fallback(r, fallback, (struct moment){ 1000000 });
	assert_true(name_results_is_fallback(r, fallback));
	assert_false(name_results_is_fallback(r, NULL));
	put(r, "a.example", &bad, true);
	assert_true(name_results_get(r, view_of("a.example"), &n));
	assert_true(n.without_own);
	assert_int_equal(n.not_after.ms, 0);
	assert_ptr_equal(n.certificate, fallback);
	assert_string_equal(
	    n.detail, "no certificate of its own: the server shows its fall-back CN=x");
	name_result_list_fini(&n, 1);
	name_results_release(r);
	certificate_release(fallback);
}

/* The same certificate, made again: the one that is held stays. */
static void certificates_are_shared(void **state)
{
	struct certificate *first = certificate_of("11", 9000000),
			   *again = certificate_of("11", 9000000);
	struct name_results *r = name_results_of(names, 4);
	struct result ok = result_of(STATE_OK, 0, first, 1000000);
	struct name_result n;

	(void)state;
	put(r, "a.example", &ok, false);
	ok.certificate = again;
	put(r, "a.example", &ok, false);
	certificate_release(again);
	assert_true(name_results_get(r, view_of("a.example"), &n));
	assert_ptr_equal(n.certificate, first);
	name_result_list_fini(&n, 1);
	certificate_release(first);
	name_results_release(r);
}

static size_t ask(struct name_results *r, const char *part, unsigned states, size_t skip,
		  size_t max, const char *expected, size_t total)
{
	const struct name_results_query q = { .part = part,
					      .states = states,
					      .skip = skip };
	struct name_result found[4];
	char text[200] = "";
	size_t all = 0, n = name_results_find(r, &q, found, max, &all);

	for (size_t i = 0; i < n; i++) {
		strcat(text, i > 0 ? " " : "");
		strcat(text, found[i].name);
	}
	name_result_list_fini(found, n);
	assert_string_equal(text, expected);
	assert_int_equal(all, total);
	return n;
}

static void questions_are_answered_by_letters(void **state)
{
	struct name_results *r = name_results_of(names, 4);
	struct result ok = result_of(STATE_OK, 0, NULL, 1000000);
	struct result soon =
	    result_of(STATE_WARNING, CERT_FAULT_BIT(FAULT_CERT_EXPIRING), NULL, 1000000);
	struct result bad = result_of(STATE_CRITICAL, WRONG_NAME, NULL, 1000000);

	(void)state;
	put(r, "shop.a.example", &bad, false);
	put(r, "a.example", &soon, false);
	put(r, "b.example", &ok, false);
	ask(r, NULL, 0, 0, 4, "a.example b.example c.example shop.a.example", 4);
	ask(r, "", 0, 2, 1, "c.example", 4);
	ask(r, NULL, 0, 9, 4, "", 4);
	ask(r, "A.EX", 0, 0, 4, "a.example shop.a.example", 2);
	ask(r, "A.EX", 0, 1, 4, "shop.a.example", 2);
	ask(r, "nothing", 0, 0, 4, "", 0);
	ask(r, NULL, NAME_RESULTS_WRONG, 0, 4, "a.example shop.a.example", 2);
	ask(r, NULL, NAME_RESULTS_WRONG, 0, 1, "a.example", 2);
	ask(r, NULL, NAME_RESULTS_WRONG, 0, 0, "", 2);
	ask(r, "shop", NAME_RESULTS_WRONG, 0, 4, "shop.a.example", 1);
	ask(r, NULL, NAME_RESULTS_STATE(STATE_COUNT), 0, 4, "c.example", 1);
	ask(r, NULL, NAME_RESULTS_STATE(STATE_OK), 0, 4, "b.example", 1);
	name_results_release(r);
}

static void names_that_stay_keep_their_records(void **state)
{
	static const char *const later[] = { "new.example", "c.example", "a.example" };
	struct certificate *certificate = certificate_of("11", 9000000);
	struct name_results *r = name_results_of(names, 4);
	struct result ok = result_of(STATE_OK, 0, certificate, 1000000);
	struct result bad = result_of(STATE_CRITICAL, WRONG_NAME, certificate, 1000000);
	struct name_set *older = name_results_set(r), *name_set = name_set_new(later, 3);
	struct name_results_change c;
	struct name_results_summary s;
	struct name_result n;
	size_t number;

	(void)state;
	put(r, "a.example", &bad, false);
	put(r, "b.example", &bad, false);
	put(r, "c.example", &ok, false);
	assert_true(name_results_load(r, name_set));
	name_results_summary(r, &s);
	assert_int_equal(s.total, 3);
	assert_int_equal(s.asked, 2);
	assert_int_equal(s.states[STATE_CRITICAL], 1);
	assert_int_equal(s.faults[FAULT_CERT_NAME], 1);
	assert_true(name_results_get(r, view_of("a.example"), &n));
	assert_true(n.detail[0] != '\0');
	name_result_list_fini(&n, 1);
	assert_false(name_results_get(r, view_of("b.example"), &n));
	assert_true(name_results_get(r, view_of("new.example"), &n));
	assert_int_equal(n.state, STATE_COUNT);

	/* Answers to what was asked before are of the same names still, or of none. */
	assert_true(name_set_find(older, view_of("b.example"), &number));
	c = name_verdict_store(r, older, number, &bad, false, 2);
	assert_false(c.known);
	assert_true(name_set_find(older, view_of("c.example"), &number));
	c = name_verdict_store(r, older, number, &bad, false, 2);
	assert_true(c.known);
	assert_true(name_results_get(r, view_of("c.example"), &n));
	assert_int_equal(n.state, STATE_CRITICAL);
	name_result_list_fini(&n, 1);
	assert_false(name_results_broke_off(r, older, number));
	assert_true(name_results_broke_off(r, older, number));

	/* Loading the same names again is nothing. */
	assert_true(name_results_load(r, name_set));
	name_results_summary(r, &s);
	assert_int_equal(s.asked, 2);
	name_set_release(older);
	name_set_release(name_set);
	certificate_release(certificate);
	name_results_release(r);
}

static void a_pause_begins_once(void **state)
{
	struct name_results *r = name_results_of(names, 4);
	struct name_results_summary s;

	(void)state;
	name_results_set_paused(r, FAULT_REFUSED, PHASE_CONNECT, (struct moment){ 5000 });
	name_results_set_paused(r, FAULT_TIMEOUT, PHASE_TLS, (struct moment){ 9000 });
	name_results_summary(r, &s);
	assert_int_equal(s.paused.ms, 5000);
	assert_int_equal(s.paused_fault, FAULT_TIMEOUT);
	assert_int_equal(s.paused_phase, PHASE_TLS);
	name_results_set_paused(r, FAULT_OK, PHASE_QUIT, (struct moment){ 9000 });
	name_results_summary(r, &s);
	assert_int_equal(s.paused.ms, 0);
	name_results_release(r);
}

/* --- threads ------------------------------------------------------------------------------ */

enum { MANY = 3000 };
static char many_texts[MANY][32];
static const char *many[MANY];
static atomic_bool stop;

static void *read_on(void *name_results)
{
	const struct name_results_query all = { .skip = 10 };
	const struct name_results_query wrong = { .part = "1",
						  .states = NAME_RESULTS_WRONG };
	static struct name_result found[50];
	struct name_results_summary s;
	size_t n, total;

	while (!atomic_load(&stop)) {
		n = name_results_find(name_results, &wrong, found, 50, &total);
		assert_true(n <= total);
		name_result_list_fini(found, n);
		n = name_results_find(name_results, &all, found, 50, &total);
		name_result_list_fini(found, n);
		name_results_summary(name_results, &s);
		assert_true(s.asked <= s.total);
		name_results_summary_fini(&s);
	}
	return NULL;
}

static void *load_on(void *name_results)
{
	struct name_set *name_sets[2] = { name_set_new(many, MANY),
					  name_set_new(many + 500, MANY - 600) };

	for (unsigned i = 0; i < 60; i++)
		assert_true(name_results_load(name_results, name_sets[i % 2]));
	name_set_release(name_sets[0]);
	name_set_release(name_sets[1]);
	atomic_store(&stop, true);
	return NULL;
}

static void one_writes_one_loads_and_others_read(void **state)
{
	struct certificate *certificate = certificate_of("11", 9000000);
	struct result results[2] = { result_of(STATE_OK, 0, certificate, 1000000),
				     result_of(STATE_CRITICAL, WRONG_NAME, certificate,
					       1000000) };
	pthread_t reader, loader;
	struct name_results *r;
	struct name_results_summary s;
	size_t sum = 0;

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(many_texts[i], sizeof(many_texts[i]), "c%u.example", i);
		many[i] = many_texts[i];
	}
	r = name_results_of(many, MANY);
	pthread_create(&reader, NULL, read_on, r);
	pthread_create(&loader, NULL, load_on, r);
	for (unsigned i = 0; !atomic_load(&stop); i++) {
		struct name_set *name_set = name_results_set(r);

		name_verdict_store(r, name_set, i * 7 % name_set_count(name_set),
				   &results[i % 2], false, 1);
		name_set_release(name_set);
	}
	pthread_join(reader, NULL);
	pthread_join(loader, NULL);
	name_results_summary(r, &s);
	for (unsigned i = 0; i < STATE_COUNT; i++)
		sum += s.states[i];
	assert_int_equal(sum, s.asked);
	assert_int_equal(s.states[STATE_CRITICAL], s.faults[FAULT_CERT_NAME]);
	name_results_release(r);
	certificate_release(certificate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_what_was_found),
		cmocka_unit_test(two_in_a_row_are_announced),
		cmocka_unit_test(a_name_is_doubted_once),
		cmocka_unit_test(the_fallback_is_called_one),
		cmocka_unit_test(certificates_are_shared),
		cmocka_unit_test(questions_are_answered_by_letters),
		cmocka_unit_test(names_that_stay_keep_their_records),
		cmocka_unit_test(a_pause_begins_once),
		cmocka_unit_test(one_writes_one_loads_and_others_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
