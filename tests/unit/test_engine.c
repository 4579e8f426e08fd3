#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine.h"
#include "smtp_peer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the hook was told. */
struct log {
	pthread_mutex_t lock;
	unsigned count;
	struct {
		char server[24];
		enum state state, before;
		enum fault fault;
		enum phase phase;
		struct span took;
		bool has_address;
	} list[200];
};

static void probed(void *user, const struct target *t, const struct result *r,
		   const struct published *published)
{
	struct log *log = user;

	pthread_mutex_lock(&log->lock);
	if (log->count < ARRAY_SIZE(log->list)) {
		snprintf(log->list[log->count].server, sizeof(log->list[0].server), "%s",
			 t->server);
		log->list[log->count].state = r->state;
		log->list[log->count].before = published->before;
		log->list[log->count].fault = r->fault;
		log->list[log->count].phase = r->phase;
		log->list[log->count].took = r->took;
		log->list[log->count].has_address = r->address.any.sa_family != AF_UNSPEC;
		log->count++;
	}
	pthread_mutex_unlock(&log->lock);
}

static unsigned count_of(struct log *log, const char *server)
{
	unsigned n = 0;

	pthread_mutex_lock(&log->lock);
	for (unsigned i = 0; i < log->count; i++)
		n += server == NULL || strcmp(log->list[i].server, server) == 0;
	pthread_mutex_unlock(&log->lock);
	return n;
}

/* At most 10 seconds: the machine may be busy, the engine is not. */
static bool wait_for(struct log *log, const char *server, unsigned count)
{
	for (int i = 0; i < 1000; i++) {
		if (count_of(log, server) >= count)
			return true;
		usleep(10000);
	}
	return false;
}

static struct service service_at(uint16_t port)
{
	return (struct service){ "smtp", &smtp_protocol, port, .tls = TLS_MODE_NONE };
}

static struct target target_at(const char *server, const struct service *service)
{
	return (struct target){
		.server = server,
		.host = "127.0.0.1",
		.tls_name = "127.0.0.1",
		.service = service,
		.interval = span_of_ms(200),
		.retry_interval = span_of_ms(50),
		.timeout = span_of_ms(5000),
	};
}

static struct plan *plan_of(const struct target *targets, size_t count)
{
	struct plan *p = plan_new();

	p->settings.ehlo_name = "probe.test";
	assert_null(plan_set_targets(p, targets, count));
	return p;
}

static void run_once(struct target *targets, size_t count, unsigned per_address,
		     struct log *log)
{
	struct engine_hooks hooks = { .probed = probed, .user = log };
	struct plan *p = plan_of(targets, count);
	char error[200] = "";

	p->settings.per_address_max = per_address;
	engine_run_once(p, &hooks, error, sizeof(error));
	assert_string_equal(error, "");
	plan_release(p);
}

/* clang-format off */
#define LOG { .lock = PTHREAD_MUTEX_INITIALIZER }
/* clang-format on */

static void a_good_server_is_ok_and_hears_quit(void **state)
{
	struct smtp_peer peer = { .greeting = "220 peer.test ESMTP\r\n" };
	struct log log = LOG;

	(void)state;
	smtp_peer_open(&peer);
	struct service service = service_at(peer.port);
	struct target t = target_at("a", &service);

	run_once(&t, 1, 4, &log);
	smtp_peer_close(&peer);
	assert_int_equal(log.count, 1);
	assert_int_equal(log.list[0].state, STATE_OK);
	assert_int_equal(log.list[0].fault, FAULT_OK);
	assert_int_equal(log.list[0].before, STATE_COUNT);
	assert_true(log.list[0].has_address);
	assert_int_equal(peer.quits, 1);
	assert_int_equal(peer.hung_up, 0);
}

static void a_refusal_is_told_at_once(void **state)
{
	struct smtp_peer peer = { .greeting = "554 5.7.1 go away\r\n" };
	struct log log = LOG;

	(void)state;
	smtp_peer_open(&peer);
	struct service service = service_at(peer.port);
	struct target t = target_at("a", &service);

	t.timeout = span_of_seconds(60);
	run_once(&t, 1, 4, &log);
	smtp_peer_close(&peer);
	assert_int_equal(log.list[0].fault, FAULT_REJECTED);
	assert_int_equal(log.list[0].phase, PHASE_GREETING);
	assert_true(span_seconds(log.list[0].took) < 30);
	assert_int_equal(peer.quits, 1);
}

static void a_closed_port_is_refused(void **state)
{
	struct smtp_peer peer = { .greeting = "220 x\r\n" };
	struct log log = LOG;

	(void)state;
	smtp_peer_open(&peer);
	struct service service = service_at(peer.port);
	struct target t = target_at("a", &service);

	smtp_peer_close(&peer);
	run_once(&t, 1, 4, &log);
	assert_int_equal(log.list[0].fault, FAULT_REFUSED);
	assert_int_equal(log.list[0].phase, PHASE_CONNECT);
	assert_int_equal(log.list[0].state, STATE_CRITICAL);
}

static void silence_is_a_timeout_of_its_phase(void **state)
{
	struct smtp_peer peer = { .greeting = NULL };
	struct log log = LOG;

	(void)state;
	smtp_peer_open(&peer);
	struct service service = service_at(peer.port);
	struct target t = target_at("a", &service);

	t.timeout = span_of_ms(150);
	run_once(&t, 1, 4, &log);
	smtp_peer_close(&peer);
	assert_int_equal(log.count, 1);
	assert_int_equal(log.list[0].fault, FAULT_TIMEOUT);
	assert_int_equal(log.list[0].phase, PHASE_GREETING);
	assert_true(log.list[0].took.ns >= span_of_ms(150).ns);
}

static void no_more_connections_than_the_budget(void **state)
{
	struct smtp_peer peer = { .greeting = "220 x\r\n", .greets_after_ms = 20 };
	struct target targets[12];
	static const char *const names[] = { "a", "b", "c", "d", "e", "f",
					     "g", "h", "i", "j", "k", "l" };
	struct log log = LOG;

	(void)state;
	smtp_peer_open(&peer);
	struct service service = service_at(peer.port);

	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		targets[i] = target_at(names[i], &service);
	run_once(targets, ARRAY_SIZE(targets), 3, &log);
	smtp_peer_close(&peer);
	assert_int_equal(log.count, ARRAY_SIZE(targets));
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		assert_int_equal(log.list[i].fault, FAULT_OK);
	/* The peer counts a guest until its thread has seen the end of it. */
	assert_true(peer.most <= 3 + 2);
	assert_int_equal(peer.quits, ARRAY_SIZE(targets));
}

static struct engine *start(struct plan *p, struct log *log)
{
	struct engine_hooks hooks = { .probed = probed, .user = log };
	char error[200] = "";
	struct engine *e = engine_new(p, &hooks, error, sizeof(error));

	assert_string_equal(error, "");
	return e;
}

static void after_a_timeout_the_engine_still_takes_leave(void **state)
{
	struct smtp_peer peer = { .greeting = "220 late\r\n", .greets_after_ms = 1500 };
	struct log log = LOG;

	(void)state;
	smtp_peer_open(&peer);
	struct service service = service_at(peer.port);
	struct target t = target_at("a", &service);

	t.timeout = span_of_ms(100);
	t.interval = span_of_ms(400);
	struct plan *p = plan_of(&t, 1);
	struct engine *e = start(p, &log);

	assert_true(wait_for(&log, "a", 1));
	assert_int_equal(log.list[0].fault, FAULT_TIMEOUT);
	for (int i = 0; i < 1000 && atomic_load(&peer.quits) == 0; i++)
		usleep(10000);
	assert_true(atomic_load(&peer.quits) > 0);
	assert_int_equal(atomic_load(&peer.hung_up), 0);
	engine_free(e);
	plan_release(p);
	smtp_peer_close(&peer);
}

static void a_reload_keeps_what_is_unchanged(void **state)
{
	struct smtp_peer peer = { .greeting = "220 x\r\n" };
	struct log log = LOG;
	struct record record;

	(void)state;
	smtp_peer_open(&peer);
	struct service service = service_at(peer.port);
	struct target before[] = { target_at("a", &service), target_at("b", &service) };
	struct target after[] = { target_at("a", &service), target_at("c", &service) };
	struct plan *p = plan_of(before, 2), *q = plan_of(after, 2);
	struct engine *e = start(p, &log);
	char error[200];

	assert_true(wait_for(&log, "a", 2) && wait_for(&log, "b", 2));
	plan_inherit(q, p);
	assert_true(engine_load(e, q, error, sizeof(error)));
	assert_true(wait_for(&log, "c", 2));
	unsigned b = count_of(&log, "b");

	assert_true(wait_for(&log, "c", count_of(&log, "c") + 3));
	assert_int_equal(count_of(&log, "b"), b);
	assert_int_equal(slot_copy(q->targets[0].slot, &record, 1), 1);
	assert_true(record.probes >= 4);
	slot_record_fini(&record);

	struct plan *now = engine_plan(e);

	assert_ptr_equal(now, q);
	plan_release(now);
	plan_release(p);
	plan_release(q);
	engine_free(e);
	smtp_peer_close(&peer);
	assert_int_equal(peer.hung_up, 0);
}

/* Targets change their places in the plan while their probes are under way. */
static void a_reload_finds_the_probes_under_way(void **state)
{
	struct smtp_peer peer = { .greeting = "220 x\r\n", .greets_after_ms = 100 };
	struct log log = LOG;
	char error[200];

	(void)state;
	smtp_peer_open(&peer);
	struct service service = service_at(peer.port);
	struct target targets[] = { target_at("a", &service), target_at("b", &service),
				    target_at("d", &service) };
	struct plan *p = plan_of(targets, 3);
	struct engine *e = start(p, &log);

	for (size_t i = 0; i < 30; i++) {
		struct plan *q = plan_of(targets + i % 3, 3 - i % 3);

		usleep(15000);
		plan_inherit(q, p);
		assert_true(engine_load(e, q, error, sizeof(error)));
		plan_release(p);
		p = q;
	}
	assert_true(wait_for(&log, "d", count_of(&log, "d") + 2));
	engine_free(e);
	plan_release(p);
	smtp_peer_close(&peer);
	assert_int_equal(peer.hung_up, 0);
}

static void bad_settings_change_nothing(void **state)
{
	struct smtp_peer peer = { .greeting = "220 x\r\n" };
	struct log log = LOG;

	(void)state;
	smtp_peer_open(&peer);
	struct service service = service_at(peer.port);
	struct service with_tls = service;
	struct target t = target_at("a", &service), u = target_at("a", &with_tls);
	struct plan *p = plan_of(&t, 1), *q, *now;
	struct engine *e = start(p, &log);
	char error[200] = "";

	with_tls.tls = TLS_MODE_IMPLICIT;
	q = plan_of(&u, 1);
	q->settings.tls.ca_file = "/nonexistent/ca.pem";
	assert_false(engine_load(e, q, error, sizeof(error)));
	assert_non_null(strstr(error, "/nonexistent/ca.pem"));
	plan_release(q);
	q = plan_of(&t, 1);
	q->settings.resolvers = "not an address";
	assert_false(engine_load(e, q, error, sizeof(error)));
	plan_release(q);
	now = engine_plan(e);
	assert_ptr_equal(now, p);
	assert_true(wait_for(&log, "a", 3));
	engine_free(e);
	plan_release(now);
	plan_release(p);
	smtp_peer_close(&peer);
}

static void a_failed_login_is_left_alone(void **state)
{
	struct smtp_peer peer = { .greeting = "220 x\r\n",
				  .answer_auth = "535 5.7.8 no\r\n" };
	struct account account = { "probe", "probe@peer.test", "wrong", MECHANISM_BEST,
				   false };
	struct log log = LOG;
	struct record last;

	(void)state;
	smtp_peer_open(&peer);
	struct service service = service_at(peer.port);
	struct target t = target_at("a", &service);

	t.account = &account;
	t.flags = TARGET_PLAINTEXT_LOGIN;
	struct plan *p = plan_of(&t, 1);
	struct engine *e = start(p, &log);
	struct engine_stats stats;

	assert_true(wait_for(&log, "a", 3));
	engine_stats(e, &stats);
	engine_free(e);
	assert_int_equal(slot_copy(p->targets[0].slot, &last, 1), 1);
	assert_non_null(strstr(last.last.text, "the next try is in "));
	assert_in_range(last.last.held_until.ms - last.last.at.ms, 55000, 61000);
	slot_record_fini(&last);
	plan_release(p);
	smtp_peer_close(&peer);
	assert_int_equal(log.list[0].fault, FAULT_AUTH_FAILED);
	for (unsigned i = 1; i < 3; i++) {
		assert_int_equal(log.list[i].fault, FAULT_AUTH_SUSPENDED);
		assert_int_equal(log.list[i].state, STATE_CRITICAL);
	}
	assert_true(stats.skipped_suspended >= 2);
}

static void an_end_does_not_wait_for_silent_servers(void **state)
{
	struct smtp_peer peer = { .greeting = NULL };
	struct log log = LOG;

	(void)state;
	smtp_peer_open(&peer);
	struct service service = service_at(peer.port);
	struct target t = target_at("a", &service);

	t.timeout = span_of_seconds(60);
	struct plan *p = plan_of(&t, 1);
	struct engine *e = start(p, &log);

	while (atomic_load(&peer.connections) == 0)
		usleep(10000);
	struct instant before = instant_now();

	engine_free(e);
	assert_true(span_seconds(span_between(before, instant_now())) < 5);
	assert_int_equal(log.count, 0);
	plan_release(p);
	smtp_peer_close(&peer);
}

static void each_address_has_its_own_record(void **state)
{
	struct smtp_peer peer = { .greeting = "220 x\r\n" };
	struct log log = LOG;
	struct record record;

	(void)state;
	smtp_peer_open(&peer);
	struct service service = service_at(peer.port);
	struct target t = target_at("a", &service);
	struct engine_hooks hooks = { .probed = probed, .user = &log };
	char error[200];

	t.addresses = ADDRESS_EACH;
	struct plan *p = plan_of(&t, 1);

	assert_true(engine_run_once(p, &hooks, error, sizeof(error)));
	assert_int_equal(slot_copy(p->targets[0].slot, &record, 1), 1);
	assert_int_equal(record.last.address.any.sa_family, AF_INET);
	slot_record_fini(&record);
	plan_release(p);
	smtp_peer_close(&peer);
}

static void several_threads_share_the_targets(void **state)
{
	struct smtp_peer peer = { .greeting = "220 x\r\n" };
	static const char *const hosts[] = { "127.0.0.1", "127.0.0.1", "127.0.0.2",
					     "127.0.0.3" };
	static const char *const names[] = { "a", "b", "c", "d" };
	struct target targets[4];
	struct log log = LOG;

	(void)state;
	smtp_peer_open(&peer);
	struct service service = service_at(peer.port);

	for (size_t i = 0; i < 4; i++) {
		targets[i] = target_at(names[i], &service);
		targets[i].host = hosts[i];
	}
	struct plan *p = plan_of(targets, 4);

	p->settings.threads = 3;
	struct engine *e = start(p, &log);

	for (size_t i = 0; i < 4; i++)
		assert_true(wait_for(&log, names[i], 2));
	engine_free(e);
	plan_release(p);
	smtp_peer_close(&peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_server_is_ok_and_hears_quit),
		cmocka_unit_test(a_refusal_is_told_at_once),
		cmocka_unit_test(a_closed_port_is_refused),
		cmocka_unit_test(silence_is_a_timeout_of_its_phase),
		cmocka_unit_test(no_more_connections_than_the_budget),
		cmocka_unit_test(after_a_timeout_the_engine_still_takes_leave),
		cmocka_unit_test(a_reload_keeps_what_is_unchanged),
		cmocka_unit_test(a_reload_finds_the_probes_under_way),
		cmocka_unit_test(bad_settings_change_nothing),
		cmocka_unit_test(a_failed_login_is_left_alone),
		cmocka_unit_test(an_end_does_not_wait_for_silent_servers),
		cmocka_unit_test(each_address_has_its_own_record),
		cmocka_unit_test(several_threads_share_the_targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
