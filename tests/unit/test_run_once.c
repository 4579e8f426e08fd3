#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine.h"
#include "smtp_peer.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- memory that fails -------------------------------------------------------------------- */

/* Of the program's own allocations on this thread, the one of that number fails; 0: none. */
static _Thread_local unsigned failing, allocation;

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);

static bool fails(void)
{
	return failing != 0 && ++allocation == failing;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n)
{
	return fails() ? NULL : __real_calloc(count, n);
}

/* --- a run -------------------------------------------------------------------------------- */

static unsigned good, ours, others;

static void probed(void *user, const struct target *t, const struct result *r,
		   const struct published *published)
{
	(void)user;
	(void)t;
	(void)published;
	if (r->fault == FAULT_OK)
		good++;
	else if (r->fault == FAULT_INTERNAL && r->state == STATE_UNKNOWN)
		ours++;
	else
		others++;
}

static struct plan *plan_for(const struct service *service)
{
	struct target target = {
		.server = "a",
		.host = "127.0.0.1",
		.tls_name = "127.0.0.1",
		.service = service,
		.interval = span_of_seconds(60),
		.retry_interval = span_of_seconds(60),
		.timeout = span_of_seconds(20),
	};
	struct plan *p = plan_new();

	p->settings.ehlo_name = "probe.test";
	assert_null(plan_set_targets(p, &target, 1));
	return p;
}

/* The run ends, and blames no server; with one target no other one can end it. */
static void ends_whatever_allocation_fails(void **state)
{
	struct smtp_peer peer = { .greeting = "220 peer.test ESMTP\r\n" };
	struct engine_hooks hooks = { .probed = probed };
	unsigned tried = 0, told = 0;

	(void)state;
	smtp_peer_open(&peer);
	for (unsigned number = 1;; number++) {
		struct service service = { "smtp", &smtp_protocol, peer.port,
					   .tls = TLS_MODE_NONE };
		struct plan *plan = plan_for(&service);
		char error[200] = "";
		bool ran;

		good = ours = others = 0;
		allocation = 0;
		failing = number;
		alarm(60);
		ran = engine_run_once(plan, &hooks, error, sizeof(error));
		failing = 0;
		assert_true(ran || error[0] != '\0');
		assert_int_equal(others, 0);
		assert_true(good + ours <= 1);
		told += ours;
		plan_release(plan);
		if (allocation < number)
			break;
		tried++;
	}
	smtp_peer_close(&peer);
	assert_true(tried > 10);
	assert_true(told > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_whatever_allocation_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
