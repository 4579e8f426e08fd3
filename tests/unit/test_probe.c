/* test_probe.c - one probe alone: which of several addresses its result speaks of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dialogue.h"
#include "probe.h"

#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

static struct service service = { "smtp", &smtp_protocol, 25, .tls = TLS_MODE_NONE };
static struct target target = {
	.server = "a", .host = "mx1.test", .tls_name = "mx1.test", .service = &service
};

/* A port of the loopback whose queue is full, so that connections to it hang. */
struct silent_port {
	int listener, waiting[4];
	struct address address;
};

static void silent_port_open(struct silent_port *p)
{
	socklen_t n = sizeof(p->address.v4);

	assert_true(address_parse(view_of("127.0.0.1"), 0, &p->address));
	p->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(p->listener, &p->address.any, n), 0);
	assert_int_equal(listen(p->listener, 0), 0);
	assert_int_equal(getsockname(p->listener, &p->address.any, &n), 0);
	for (size_t i = 0; i < ARRAY_SIZE(p->waiting); i++) {
		p->waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(p->waiting[i], &p->address.any, n);
	}
}

static void silent_port_close(struct silent_port *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(p->waiting); i++)
		close(p->waiting[i]);
	close(p->listener);
}

struct run {
	struct result result;
	bool ended;
};

static void run_found(void *user, const struct result *r)
{
	struct run *run = user;

	result_copy(&run->result, r);
}

static void run_ended(void *user)
{
	struct run *run = user;

	run->ended = true;
}

static struct result result_of_probe(const struct address *addresses, size_t count)
{
	static char output[DIALOGUE_OUTPUT_MAX];
	struct settings settings = { .ehlo_name = "probe.test" };
	struct loop_lag lag = { 0 };
	struct run run = { .ended = false };
	struct schedule schedule;
	struct due *due;
	uv_loop_t loop;

	assert_int_equal(uv_loop_init(&loop), 0);
	schedule_init(&schedule);
	assert_non_null(probe_new(&(struct probe_setting){
	    .loop = &loop,
	    .schedule = &schedule,
	    .output = output,
	    .settings = &settings,
	    .target = &target,
	    .tls_name = "mx1.test",
	    .addresses = addresses,
	    .address_count = count,
	    .began = instant_now(),
	    .ends = instant_plus(instant_now(), span_of_ms(50)),
	    .lag = &lag,
	    .dns = { -1 },
	    .on_result = run_found,
	    .on_end = run_ended,
	    .user = &run,
	}));
	while (!run.ended) {
		uv_run(&loop, UV_RUN_NOWAIT);
		due = schedule_take(&schedule, instant_now());
		if (due != NULL)
			due->run(due, instant_now());
		else
			usleep(1000);
	}
	while (uv_run(&loop, UV_RUN_DEFAULT) != 0)
		;
	uv_loop_close(&loop);
	schedule_fini(&schedule);
	return run.result;
}

/* The address without a route came first; what is told is the timeout of the other, and not with
 * the words of the first. A link-local address without its interface has no route anywhere. */
static void the_words_are_of_the_address_that_is_told(void **state)
{
	struct silent_port silent;
	struct address addresses[2];
	struct result r;

	(void)state;
	silent_port_open(&silent);
	assert_true(address_parse(view_of("fe80::1"), 25, &addresses[0]));
	addresses[1] = silent.address;
	r = result_of_probe(addresses, 2);
	assert_int_equal(r.dialogue_fault, FAULT_TIMEOUT);
	assert_int_equal(r.dialogue_phase, PHASE_CONNECT);
	assert_int_equal(r.address.any.sa_family, AF_INET);
	assert_string_equal(r.text, "");
	result_fini(&r);
	/* The other way round the answer is kept, which is better than no route. */
	addresses[1] = addresses[0];
	addresses[0] = silent.address;
	r = result_of_probe(addresses, 2);
	assert_int_equal(r.dialogue_fault, FAULT_TIMEOUT);
	assert_int_equal(r.address.any.sa_family, AF_INET);
	assert_string_equal(r.text, "");
	result_fini(&r);
	r = result_of_probe(&addresses[1], 1);
	assert_int_equal(r.dialogue_fault, FAULT_UNREACHABLE);
	assert_int_equal(r.address.any.sa_family, AF_INET6);
	assert_memory_equal(r.text, "not an address", 14);
	result_fini(&r);
	silent_port_close(&silent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_words_are_of_the_address_that_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
