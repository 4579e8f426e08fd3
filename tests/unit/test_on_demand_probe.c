/* test_on_demand_probe.c - probes on demand before a server of one listener on 127.0.0.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine.h"
#include "peer.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *greeting;

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		return;
}

/* Without a greeting it says nothing until the client leaves. */
static void serve(struct peer *p, int fd)
{
	char line[512];

	(void)p;
	if (greeting != NULL)
		say(fd, greeting);
	while (peer_read_line(fd, line, sizeof(line)) > 0) {
		if (strncmp(line, "EHLO", 4) == 0)
			say(fd, "250 peer.test\r\n");
		else if (strncmp(line, "QUIT", 4) == 0)
			say(fd, "221 2.0.0 bye\r\n");
	}
}

/* What an errand was told. */
struct told {
	struct on_demand_probe on_demand_probe; /* first */
	atomic_uint done, gone;
	bool found;
	enum fault fault;
	enum phase phase;
	uint16_t port;
	bool transcript;
};

static void done(struct on_demand_probe *e, const struct result *r)
{
	struct told *t = (struct told *)e;

	t->found = r != NULL;
	if (r != NULL) {
		t->fault = r->fault;
		t->phase = r->phase;
		t->port = address_port(&r->address);
		t->transcript = strstr(transcript_text(r->transcript), "C: EHLO") != NULL;
	}
	atomic_fetch_add(&t->done, 1);
}

static void gone(struct on_demand_probe *e)
{
	atomic_fetch_add(&((struct told *)e)->gone, 1);
}

static struct told on_demand_probe_to(const struct service *service)
{
	return (
	    struct told){ .on_demand_probe = { .target = { .server = "x",
							   .host = "127.0.0.1",
							   .tls_name = "127.0.0.1",
							   .service = service,
							   .timeout = span_of_ms(5000) },
					       .done = done,
					       .closed = gone } };
}

static void wait_gone(struct told *t)
{
	for (int i = 0; i < 1000 && atomic_load(&t->gone) == 0; i++)
		usleep(10000);
	assert_int_equal(atomic_load(&t->done), 1);
	assert_int_equal(atomic_load(&t->gone), 1);
}

static struct engine *engine_idle(unsigned per_address)
{
	struct plan *plan = plan_new();
	char why[200] = "";
	struct engine *engine;

	plan->settings.per_address_max = per_address;
	assert_null(plan_set_targets(plan, NULL, 0));
	engine = engine_new(plan, NULL, why, sizeof(why));
	if (engine == NULL)
		fail_msg("%s", why);
	plan_release(plan);
	return engine;
}

static struct service service_of(const struct peer *p)
{
	return (struct service){ "smtp", &smtp_protocol, address_port(&p->address),
				 .tls = TLS_MODE_NONE };
}

static void a_result_for_who_asked(void **state)
{
	struct peer peer = { .serve = serve };
	struct engine *engine = engine_idle(4);
	struct engine_stats stats;

	(void)state;
	greeting = "220 peer.test ESMTP\r\n";
	peer_open(&peer, AF_INET, 2);
	struct service service = service_of(&peer);
	struct told plain = on_demand_probe_to(&service),
		    debug = on_demand_probe_to(&service);

	debug.on_demand_probe.transcript = true;
	assert_true(engine_probe(engine, &plain.on_demand_probe));
	wait_gone(&plain);
	assert_true(engine_probe(engine, &debug.on_demand_probe));
	wait_gone(&debug);
	assert_true(plain.found && debug.found);
	assert_int_equal(plain.fault, FAULT_OK);
	assert_false(plain.transcript);
	assert_true(debug.transcript);
	assert_int_equal(plain.port, service.port);
	engine_stats(engine, &stats);
	assert_int_equal(stats.on_demand_probes, 2);
	assert_int_equal(stats.probes, 0);
	engine_free(engine);
	peer_close(&peer);
}

static void addresses_are_judged(void **state)
{
	struct engine *engine = engine_idle(4);
	static const struct service service = { "smtp", &smtp_protocol, 1,
						.tls = TLS_MODE_NONE };
	static const char *const names[] = { "*" };
	const struct probe_acl probe_acl = { .names = names, .name_count = 1 };
	struct told near = on_demand_probe_to(&service);

	(void)state;
	near.on_demand_probe.probe_acl = &probe_acl;
	assert_true(engine_probe(engine, &near.on_demand_probe));
	wait_gone(&near);
	assert_int_equal(near.fault, FAULT_NO_ADDRESS);
	assert_int_equal(near.phase, PHASE_DNS);
	engine_free(engine);
}

/* The second finds the only place at the address taken until its time is over. */
static void a_budget_is_waited_for_within_the_deadline(void **state)
{
	struct peer peer = { .serve = serve };
	struct engine *engine = engine_idle(1);

	(void)state;
	greeting = NULL;
	peer_open(&peer, AF_INET, 1);
	struct service service = service_of(&peer);
	struct told first = on_demand_probe_to(&service),
		    second = on_demand_probe_to(&service);

	first.on_demand_probe.target.timeout = span_of_seconds(60);
	second.on_demand_probe.target.timeout = span_of_ms(100);
	assert_true(engine_probe(engine, &first.on_demand_probe));
	assert_true(engine_probe(engine, &second.on_demand_probe));
	wait_gone(&second);
	assert_int_equal(second.fault, FAULT_WAITING);
	assert_int_equal(second.phase, PHASE_CONNECT);
	assert_int_equal(atomic_load(&first.done), 0);
	engine_free(engine);
	wait_gone(&first);
	assert_false(first.found);
	peer_close(&peer);
}

/* However far it has come. */
static void the_end_is_told(void **state)
{
	static const struct service service = { "smtp", &smtp_protocol, 1,
						.tls = TLS_MODE_NONE };

	(void)state;
	for (int i = 0; i < 20; i++) {
		struct engine *engine = engine_idle(4);
		struct told told = on_demand_probe_to(&service);

		assert_true(engine_probe(engine, &told.on_demand_probe));
		usleep((useconds_t)i * 100);
		engine_free(engine);
		wait_gone(&told);
	}
}

static void a_reload_does_not_disturb(void **state)
{
	struct peer peer = { .serve = serve };
	struct engine *engine = engine_idle(4);
	struct plan *next = plan_new();
	char why[200];

	(void)state;
	greeting = NULL;
	peer_open(&peer, AF_INET, 1);
	struct service service = service_of(&peer);
	struct told told = on_demand_probe_to(&service);

	told.on_demand_probe.target.timeout = span_of_ms(300);
	assert_true(engine_probe(engine, &told.on_demand_probe));
	assert_null(plan_set_targets(next, NULL, 0));
	assert_true(engine_load(engine, next, why, sizeof(why)));
	plan_release(next);
	for (int i = 0; i < 1000 && atomic_load(&told.done) == 0; i++)
		usleep(10000);
	assert_int_equal(told.fault, FAULT_TIMEOUT);
	assert_int_equal(told.phase, PHASE_GREETING);
	engine_free(engine);
	wait_gone(&told);
	peer_close(&peer);
}

/* --- beside the schedule ------------------------------------------------------------------- */

static void serve_nothing(struct peer *p, int fd)
{
	char line[64];

	atomic_fetch_add((atomic_uint *)p->user, 1);
	peer_read_line(fd, line, sizeof(line));
}

static void count(void *user, const struct target *target, const struct result *result,
		  const struct published *published)
{
	(void)target;
	(void)published;
	if (result->fault == FAULT_OK)
		atomic_fetch_add((atomic_uint *)user, 1);
}

static bool reaches(atomic_uint *number, unsigned wanted)
{
	for (int i = 0; i < 2000 && atomic_load(number) < wanted; i++)
		usleep(5000);
	return atomic_load(number) >= wanted;
}

/* Two places at the address, and two errands that never end: one of them waits. */
static void the_schedule_keeps_a_place(void **state)
{
	enum { TURNS = 40 };
	atomic_uint connected = 0, probes = 0;
	const struct engine_hooks hooks = { .probed = count, .user = &probes };
	struct peer good = { .serve = serve };
	struct peer silent = { .serve = serve_nothing, .user = &connected };
	struct plan *plan = plan_new();
	char why[200] = "";
	struct engine *engine;

	(void)state;
	greeting = "220 peer.test ESMTP\r\n";
	peer_open(&good, AF_INET, TURNS);
	peer_open(&silent, AF_INET, 1);
	struct service service = service_of(&good), other = service_of(&silent);
	struct target target = on_demand_probe_to(&service).on_demand_probe.target;
	struct told first = on_demand_probe_to(&other), second = on_demand_probe_to(&other);

	target.interval = target.retry_interval = span_of_ms(50);
	plan->settings.per_address_max = 2;
	assert_null(plan_set_targets(plan, &target, 1));
	first.on_demand_probe.target.timeout = second.on_demand_probe.target.timeout =
	    span_of_seconds(60);
	engine = engine_new(plan, &hooks, why, sizeof(why));
	assert_non_null(engine);
	assert_true(engine_probe(engine, &first.on_demand_probe));
	assert_true(engine_probe(engine, &second.on_demand_probe));
	assert_true(reaches(&connected, 1));
	assert_true(reaches(&probes, TURNS));
	assert_int_equal(atomic_load(&second.done), 0);
	engine_free(engine);
	plan_release(plan);
	wait_gone(&first);
	wait_gone(&second);
	peer_close(&silent);
	peer_close(&good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_result_for_who_asked),
		cmocka_unit_test(addresses_are_judged),
		cmocka_unit_test(a_budget_is_waited_for_within_the_deadline),
		cmocka_unit_test(the_end_is_told),
		cmocka_unit_test(a_reload_does_not_disturb),
		cmocka_unit_test(the_schedule_keeps_a_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
