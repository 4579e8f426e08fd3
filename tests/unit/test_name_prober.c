/* test_name_prober.c - an engine asks a shared host, which mailsim plays, for its customers' names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine.h"
#include "simulator.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char scenario[] =
	"names mail.demo.test 127.0.0.1\n"
	"certificate own good names=*.hosted.test\n"
	"certificate late expiring names=late.hosted.test\n"
	"certificate other good names=www.hosted.test\n"
	"certificate fallback expired names=other.test\n"
	"user probe secret\n"
	"listen imap 127.0.0.1:%u name=imaps tls=implicit cert=fallback\n"
	"  sni late.hosted.test late\n"
	"  sni odd.hosted.test other\n"
	"  sni refused.hosted.test refuse\n"
	"  sni *.hosted.test own\n"
	"  sni mail.demo.test good\n"
	"listen smtp 127.0.0.1:%u name=smtp tls=starttls cert=good\n"
	"  sni *.hosted.test own\n"
	"listen imap 127.0.0.1:0 name=slow-imaps tls=implicit cert=own fault=delay@greeting:30\n"
	"listen smtp 127.0.0.1:0 name=slow-smtp tls=starttls cert=own fault=delay@greeting:30\n";

static const char *const names[] = {
	"c1.hosted.test", "c2.hosted.test", "c3.hosted.test", "c4.hosted.test", "c5.hosted.test",
	"c6.hosted.test", "late.hosted.test", "odd.hosted.test", "refused.hosted.test",
	"none.elsewhere.test", "mail.demo.test",
};
/* clang-format on */

static struct simulator *simulator_at(uint16_t imaps, uint16_t smtp)
{
	char text[sizeof(scenario) + 16];

	snprintf(text, sizeof(text), scenario, imaps, smtp);
	return simulator_start(text);
}

/* --- plans -------------------------------------------------------------------------------- */

struct scene {
	uint16_t imaps, smtp; /* 0: without it */
	const char *ca_file;
	size_t first, count; /* of the names */
	struct span interval, names_interval;
	unsigned per_address_max;
	const char *host;
	struct span retry_interval;    /* 0: 200 ms */
	const struct account *account; /* of imaps */
	const struct envelope *envelope;
};

static const struct service *service_at(struct plan *p, const char *name, uint16_t port)
{
	struct service *s = arena_alloc(&p->arena, sizeof(*s));

	*s = *service_find(builtin_services, builtin_service_count, view_of(name));
	s->port = port;
	return s;
}

static struct plan *plan_of(const struct scene *scene)
{
	struct plan *p = plan_new();
	struct target targets[2];
	struct name_check_options checks[2] = { 0 };
	struct name_set *name_set = name_set_new(names + scene->first, scene->count);
	const struct target common = {
		.server = "shared7",
		.host = scene->host != NULL ? scene->host : "127.0.0.1",
		.tls_name = "mail.demo.test",
		.confirm = 2,
		.interval = scene->interval,
		.retry_interval = span_of_ms(200),
		.timeout = span_of_ms(5000),
	};
	size_t n = 0;

	p->settings.envelope = scene->envelope;
	p->settings.tls.ca_file = arena_text(&p->arena, view_of(scene->ca_file));
	p->settings.per_address_max = scene->per_address_max;
	for (unsigned i = 0; i < 2; i++) {
		uint16_t port = i == 0 ? scene->imaps : scene->smtp;

		if (port == 0)
			continue;
		targets[n] = common;
		if (scene->retry_interval.ns > 0)
			targets[n].retry_interval = scene->retry_interval;
		if (i == 0)
			targets[n].account = scene->account;
		targets[n].service = service_at(p, i == 0 ? "imaps" : "smtp", port);
		checks[n].server = "shared7";
		checks[n].service = targets[n].service->name;
		checks[n].name_set = name_set;
		checks[n].interval = scene->names_interval;
		n++;
	}
	assert_null(plan_set_targets(p, targets, n));
	plan_set_name_checks(p, checks, n);
	name_set_release(name_set);
	assert_int_equal(p->name_check_count, n);
	return p;
}

/* --- what the hooks heard ----------------------------------------------------------------- */

static struct {
	pthread_mutex_t lock;
	unsigned count;
	char names[64][NAME_SET_NAME_MAX];
	enum state states[64];
	uint64_t dropped;
	atomic_uint probed;
} heard = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void name_changed(void *user, const struct target *t, const struct name_result *name,
			 const struct name_results_change *change)
{
	(void)user;
	assert_string_equal(t->server, "shared7");
	assert_int_equal(name->announced, change->announced);
	pthread_mutex_lock(&heard.lock);
	if (heard.count < ARRAY_SIZE(heard.names)) {
		snprintf(heard.names[heard.count], sizeof(heard.names[0]), "%s",
			 name->name);
		heard.states[heard.count++] = name->announced;
	}
	pthread_mutex_unlock(&heard.lock);
}

static void on_dropped(void *user, uint64_t count)
{
	(void)user;
	pthread_mutex_lock(&heard.lock);
	heard.dropped += count;
	pthread_mutex_unlock(&heard.lock);
}

static void probed(void *user, const struct target *t, const struct result *r,
		   const struct published *p)
{
	(void)user;
	(void)t;
	(void)r;
	(void)p;
	atomic_fetch_add(&heard.probed, 1);
}

static const struct engine_hooks hooks = { .probed = probed,
					   .name_changed = name_changed,
					   .name_changes_dropped = on_dropped };

/* Of the announcements, how many are of this name and state; NULL: of all. */
static unsigned times_heard(const char *name, enum state state)
{
	unsigned n = 0;

	pthread_mutex_lock(&heard.lock);
	for (unsigned i = 0; i < heard.count; i++)
		n += name == NULL ||
		     (strcmp(heard.names[i], name) == 0 && heard.states[i] == state);
	pthread_mutex_unlock(&heard.lock);
	return n;
}

static void forget_all(void)
{
	heard.count = 0;
	heard.dropped = 0;
	atomic_store(&heard.probed, 0);
}

/* --- questions ---------------------------------------------------------------------------- */

static struct name_results_summary summary_of(const struct plan *p, size_t i)
{
	struct name_results_summary s;

	name_results_summary(p->name_checks[i].name_results, &s);
	name_results_summary_fini(&s);
	return s;
}

static struct name_result name_of(const struct plan *p, size_t i, const char *name)
{
	struct name_result n;

	assert_true(name_results_get(p->name_checks[i].name_results, view_of(name), &n));
	name_result_list_fini(&n, 1);
	return n;
}

static void expect(const struct plan *p, const char *name, enum state state,
		   enum fault fault, bool without_own, const char *words)
{
	struct name_result n = name_of(p, 0, name);

	if (n.state != state || n.fault != fault || n.without_own != without_own ||
	    strstr(n.detail, words) == NULL)
		fail_msg("%s: %s, %s, %d: %s", name,
			 n.state < STATE_COUNT ? state_name(n.state) : "not asked",
			 fault_name(n.fault), n.without_own, n.detail);
}

/* Looks every 20 ms, for half a minute. */
#define EVENTUALLY(condition)                                                              \
	do {                                                                               \
		int looks = 0;                                                             \
		for (; !(condition) && looks < 1500; looks++)                              \
			nanosleep(&(struct timespec){ 0, 20000000 }, NULL);                \
		if (looks == 1500)                                                         \
			fail_msg("never: %s", #condition);                                 \
	} while (0)

/* --- tests -------------------------------------------------------------------------------- */

static void once_each_name_has_its_verdict(void **state)
{
	const struct account account = { "probe", "probe", "secret", MECHANISM_BEST,
					 false };
	const struct envelope envelope = { .from = "", .to = "x@demo.test" };
	struct simulator *sim = simulator_at(0, 0);
	struct plan *p = plan_of(&(struct scene){
	    .account = &account,
	    .envelope = &envelope,
	    .imaps = simulator_port(sim, "imaps"),
	    .smtp = simulator_port(sim, "smtp"),
	    .ca_file = simulator_ca_file(sim),
	    .count = ARRAY_SIZE(names),
	    .interval = span_of_ms(60000),
	    .names_interval = span_of_ms(3600000),
	    .per_address_max = 4,
	});
	struct name_results_summary s;
	char error[200];
	size_t total;
	const struct name_results_query wrong = { .states = NAME_RESULTS_WRONG };
	struct name_result found[8];

	(void)state;
	forget_all();
	assert_true(engine_run_once(p, &hooks, error, sizeof(error)));
	assert_string_equal(p->name_checks[0].target->service->name, "imaps");
	expect(p, "c1.hosted.test", STATE_OK, FAULT_OK, false, "");
	expect(p, "mail.demo.test", STATE_OK, FAULT_OK, false, "");
	expect(p, "late.hosted.test", STATE_CRITICAL, FAULT_CERT_EXPIRING, false,
	       "expires");
	expect(p, "odd.hosted.test", STATE_CRITICAL, FAULT_CERT_NAME, false,
	       "for www.hosted.test, not for 'odd.hosted.test'");
	expect(p, "refused.hosted.test", STATE_CRITICAL, FAULT_TLS_HANDSHAKE, false,
	       "it does not know 'refused.hosted.test'");
	expect(p, "none.elsewhere.test", STATE_CRITICAL, FAULT_CERT_NAME, true,
	       "no certificate of its own: the server shows its fall-back CN=");

	name_results_summary(p->name_checks[0].name_results, &s);
	assert_int_equal(s.total, 11);
	assert_int_equal(s.asked, 11);
	assert_int_equal(s.states[STATE_OK], 7);
	assert_int_equal(s.states[STATE_CRITICAL], 4);
	assert_int_equal(s.faults[FAULT_CERT_NAME], 2);
	assert_int_equal(s.without_own, 1);
	assert_string_equal(s.earliest_name, "late.hosted.test");
	assert_non_null(s.fallback);
	assert_int_equal(s.probes, 12);
	name_results_summary_fini(&s);
	assert_int_equal(
	    name_results_find(p->name_checks[0].name_results, &wrong, found, 8, &total), 4);
	name_result_list_fini(found, 4);

	/* By STARTTLS, too. */
	s = summary_of(p, 1);
	assert_int_equal(s.asked, 11);
	assert_int_equal(s.without_own, 1);
	/* Each is told, as one result is enough for a plugin. */
	assert_int_equal(times_heard("odd.hosted.test", STATE_CRITICAL), 1);
	assert_int_equal(times_heard("c1.hosted.test", STATE_OK), 0);
	assert_int_equal(heard.dropped, 0);

	/* What else is wrong with it is nothing to the name. */
	assert_int_equal(name_of(p, 0, "none.elsewhere.test").cert_faults,
			 CERT_FAULT_BIT(FAULT_CERT_NAME));

	/* A goodbye for each, never a login but that of the ordinary probe, nothing but EHLO,
	 * STARTTLS, EHLO and QUIT, no more connections than the budget. */
	assert_int_equal(simulator_count(sim, "imaps", "logins"), 1);
	assert_int_equal(simulator_count(sim, "imaps", "logins-denied"), 0);
	assert_in_range(simulator_count(sim, "smtp", "commands"), 12 * 4 + 5, 12 * 4 + 8);
	assert_true(simulator_count(sim, "imaps", "peak") <= 4);
	assert_int_equal(simulator_count(sim, "imaps", "no-goodbye"), 0);
	assert_int_equal(simulator_count(sim, "imaps", "connections"), 13);
	assert_int_equal(simulator_count(sim, "smtp", "no-goodbye"), 0);
	plan_release(p);
	simulator_stop(sim);
}

static void once_a_server_that_is_away_is_one_trouble(void **state)
{
	struct simulator *sim = simulator_at(0, 0);
	uint16_t port = simulator_port(sim, "imaps");
	struct plan *p = plan_of(&(struct scene){
	    .imaps = port,
	    .ca_file = simulator_ca_file(sim),
	    .count = ARRAY_SIZE(names),
	    .interval = span_of_ms(60000),
	    .names_interval = span_of_ms(3600000),
	    .per_address_max = 4,
	    .host = "127.0.0.77", /* nobody listens there */
	});
	struct name_results_summary s;
	char error[200];

	(void)state;
	forget_all();
	assert_true(engine_run_once(p, &hooks, error, sizeof(error)));
	s = summary_of(p, 0);
	assert_int_equal(s.asked, 0);
	assert_int_equal(s.unknown, 11);
	assert_int_equal(s.paused_fault, FAULT_REFUSED);
	assert_int_equal(s.paused_phase, PHASE_CONNECT);
	assert_true(s.probes <= 6);
	assert_int_equal(times_heard(NULL, STATE_OK), 0);
	plan_release(p);
	simulator_stop(sim);
}

static void names_are_asked_at_their_pace_and_confirmed(void **state)
{
	struct simulator *sim = simulator_at(0, 0);
	struct plan *p = plan_of(&(struct scene){
	    .imaps = simulator_port(sim, "imaps"),
	    .ca_file = simulator_ca_file(sim),
	    .count = ARRAY_SIZE(names),
	    .interval = span_of_ms(60000),
	    .names_interval = span_of_ms(2000),
	    .per_address_max = 2,
	});
	struct engine_stats stats;
	struct engine *e;
	char error[200];

	(void)state;
	forget_all();
	e = engine_new(p, &hooks, error, sizeof(error));
	assert_non_null(e);
	EVENTUALLY(summary_of(p, 0).asked == 11);
	/* Bad ones were asked a second time before they were told. */
	EVENTUALLY(times_heard("none.elsewhere.test", STATE_CRITICAL) == 1);
	EVENTUALLY(times_heard("refused.hosted.test", STATE_CRITICAL) == 1);
	EVENTUALLY(times_heard("odd.hosted.test", STATE_CRITICAL) == 1);
	EVENTUALLY(times_heard("late.hosted.test", STATE_CRITICAL) == 1);
	assert_int_equal(times_heard(NULL, STATE_OK), 4);
	assert_int_equal(summary_of(p, 0).announced[STATE_CRITICAL], 4);
	engine_stats(e, &stats);
	assert_true(stats.names >= 11 + 4 + 1);
	assert_int_equal(stats.on_demand_probes, 0);
	engine_free(e);
	assert_true(simulator_count(sim, "imaps", "peak") <= 2);
	assert_int_equal(simulator_count(sim, "imaps", "no-goodbye"), 0);
	plan_release(p);
	simulator_stop(sim);
}

/* With two connections allowed, names have one of them, of all services together. */
static void names_leave_a_place_to_others(void **state)
{
	struct simulator *sim = simulator_at(0, 0);
	struct plan *p = plan_of(&(struct scene){
	    .imaps = simulator_port(sim, "slow-imaps"),
	    .smtp = simulator_port(sim, "slow-smtp"),
	    .ca_file = simulator_ca_file(sim),
	    .count = 6,
	    .interval = span_of_ms(3600000),
	    .names_interval = span_of_ms(300),
	    .per_address_max = 2,
	});
	struct engine_stats stats = { 0 };
	struct engine *e;
	char error[200];
	unsigned most = 0;

	(void)state;
	forget_all();
	e = engine_new(p, &hooks, error, sizeof(error));
	for (unsigned i = 0; i < 4000 && stats.names < 30; i++) {
		engine_stats(e, &stats);
		/* But for the ordinary probes, should their hour be now. */
		if (stats.probes == 0 && stats.in_flight > most)
			most = stats.in_flight;
		nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
	}
	assert_true(stats.names >= 30);
	assert_true(most <= 1 || stats.probes > 0);
	engine_free(e);
	plan_release(p);
	simulator_stop(sim);
}

static void a_bad_name_is_asked_again_before_its_turn(void **state)
{
	struct simulator *sim = simulator_at(0, 0);
	struct plan *p = plan_of(&(struct scene){
	    .imaps = simulator_port(sim, "imaps"),
	    .ca_file = simulator_ca_file(sim),
	    .first = 7, /* odd.hosted.test */
	    .count = 1,
	    .interval = span_of_ms(60000),
	    .names_interval = span_of_ms(4000),
	    .per_address_max = 2,
	});
	struct name_result n;
	struct engine *e;
	char error[200];

	(void)state;
	forget_all();
	e = engine_new(p, &hooks, error, sizeof(error));
	EVENTUALLY(times_heard("odd.hosted.test", STATE_CRITICAL) == 1);
	/* The fall-back, the name, and the name again. */
	assert_true(summary_of(p, 0).probes >= 3);
	n = name_of(p, 0, "odd.hosted.test");
	assert_true(n.announced_since.ms - n.since.ms <= 2000);
	engine_free(e);
	plan_release(p);
	simulator_stop(sim);
}

static void a_server_that_goes_away_is_nobodys_fault(void **state)
{
	struct simulator *sim = simulator_at(0, 0);
	uint16_t port = simulator_port(sim, "imaps");
	struct plan *p = plan_of(&(struct scene){
	    .imaps = port,
	    .ca_file = simulator_ca_file(sim),
	    .count = 6, /* good ones */
	    .retry_interval =
		span_of_ms(60000), /* only a probe can find it again in time */
	    .interval = span_of_ms(1000),
	    .names_interval = span_of_ms(1000),
	    .per_address_max = 4,
	});
	struct name_results_summary s;
	struct engine *e;
	char error[200];
	uint64_t asks;
	unsigned before;

	(void)state;
	forget_all();
	e = engine_new(p, &hooks, error, sizeof(error));
	EVENTUALLY(summary_of(p, 0).asked == 6);
	simulator_stop(sim);
	EVENTUALLY(summary_of(p, 0).paused.ms != 0);
	asks = summary_of(p, 0).probes;
	before = atomic_load(&heard.probed);
	EVENTUALLY(atomic_load(&heard.probed) >= before + 2);
	s = summary_of(p, 0);
	/* The ordinary probes go on; of the names there is a trial now and then. */
	assert_true(s.probes - asks <= 12);
	assert_int_equal(s.states[STATE_OK], 6);
	assert_int_equal(s.asked, 6);
	assert_true(s.paused_fault == FAULT_REFUSED || s.paused_fault == FAULT_CLOSED ||
		    s.paused_fault == FAULT_RESET);

	/* Back again: with other certificates, as it makes new ones. */
	sim = simulator_at(port, 0);
	EVENTUALLY(summary_of(p, 0).paused.ms == 0);
	EVENTUALLY(summary_of(p, 0).faults[FAULT_CERT_UNTRUSTED] == 6);
	EVENTUALLY(times_heard(NULL, STATE_OK) == 6);
	engine_free(e);
	plan_release(p);
	simulator_stop(sim);
}

static void other_names_come_with_a_reload(void **state)
{
	struct simulator *sim = simulator_at(0, 0);
	struct scene wish = {
		.imaps = simulator_port(sim, "imaps"),
		.ca_file = simulator_ca_file(sim),
		.count = ARRAY_SIZE(names) - 3,
		.interval = span_of_ms(60000),
		.names_interval = span_of_ms(1000),
		.per_address_max = 4,
	};
	struct plan *p = plan_of(&wish), *newer, *bare;
	struct engine *e;
	char error[200];

	(void)state;
	forget_all();
	e = engine_new(p, &hooks, error, sizeof(error));
	EVENTUALLY(summary_of(p, 0).asked == wish.count);
	wish.first = 3;
	wish.count = ARRAY_SIZE(names) - 3;
	newer = plan_of(&wish);
	plan_inherit(newer, p);
	assert_true(newer->name_checks[0].name_results == p->name_checks[0].name_results);
	assert_true(engine_load(e, newer, error, sizeof(error)));
	assert_int_equal(summary_of(newer, 0).total, 8);
	/* What was known is known at once. */
	assert_true(summary_of(newer, 0).asked >= 5);
	EVENTUALLY(summary_of(newer, 0).asked == 8);
	expect(newer, "none.elsewhere.test", STATE_CRITICAL, FAULT_CERT_NAME, true,
	       "fall-back");

	/* Names while they are asked for, again and again. */
	for (unsigned i = 0; i < 12; i++) {
		struct plan *next;

		wish.first = i % 3;
		wish.count = 3 + i % 6;
		wish.names_interval = span_of_ms(i % 5 == 0 ? 700 : 100);
		next = plan_of(&wish);
		plan_inherit(next, newer);
		assert_true(engine_load(e, next, error, sizeof(error)));
		plan_release(newer);
		newer = next;
		nanosleep(&(struct timespec){ 0, 30000000 }, NULL);
	}
	EVENTUALLY(summary_of(newer, 0).asked == wish.count);

	/* None at all, and nobody is asked for any more. */
	bare = plan_of(&wish);
	bare->name_check_count = 0;
	name_results_release(bare->name_checks[0].name_results);
	name_set_release(bare->name_checks[0].name_set);
	plan_inherit(bare, newer);
	assert_true(engine_load(e, bare, error, sizeof(error)));
	plan_release(newer);
	engine_free(e);
	plan_release(bare);
	plan_release(p);
	assert_int_equal(simulator_count(sim, "imaps", "logins"), 0);
	simulator_stop(sim);
}

/* More than is told in a minute: the rest is counted. */
static void a_flood_of_changes_is_cut(void **state)
{
	enum { COUNT = 50 };
	static char texts[COUNT][32];
	const char *list[COUNT];
	struct simulator *sim = simulator_at(0, 0);
	struct plan *p = plan_of(&(struct scene){
	    .imaps = simulator_port(sim, "imaps"),
	    .ca_file = simulator_ca_file(sim),
	    .count = 1,
	    .interval = span_of_ms(60000),
	    .names_interval = span_of_ms(3600000),
	    .per_address_max = 4,
	});
	struct name_set *name_set;
	char error[200];

	(void)state;
	forget_all();
	for (unsigned i = 0; i < COUNT; i++) {
		snprintf(texts[i], sizeof(texts[i]), "c%u.elsewhere.test", i);
		list[i] = texts[i];
	}
	name_set = name_set_new(list, COUNT);
	assert_true(name_results_load(p->name_checks[0].name_results, name_set));
	name_set_release(name_set);
	assert_true(engine_run_once(p, &hooks, error, sizeof(error)));
	assert_int_equal(summary_of(p, 0).without_own, COUNT);
	assert_int_equal(times_heard(NULL, STATE_OK), NAME_CHANGES_PER_MINUTE_MAX);
	assert_int_equal(heard.dropped, COUNT - NAME_CHANGES_PER_MINUTE_MAX);
	plan_release(p);
	simulator_stop(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(once_each_name_has_its_verdict),
		cmocka_unit_test(once_a_server_that_is_away_is_one_trouble),
		cmocka_unit_test(names_are_asked_at_their_pace_and_confirmed),
		cmocka_unit_test(names_leave_a_place_to_others),
		cmocka_unit_test(a_bad_name_is_asked_again_before_its_turn),
		cmocka_unit_test(a_server_that_goes_away_is_nobodys_fault),
		cmocka_unit_test(other_names_come_with_a_reload),
		cmocka_unit_test(a_flood_of_changes_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
