#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dns_server.h"
#include "dns_stub.h"

static struct stub_rule rules[] = {
	/* clang-format off */
	{ "a.test",     STUB_A, 0, 0, { { NULL, STUB_A, 60, "192.0.2.1" }, { NULL, STUB_A, 300, "192.0.2.2" } }, 0 },
	{ "alias.test", STUB_A, 0, 0, { { NULL, STUB_CNAME, 20, "b.test" }, { "b.test", STUB_A, 300, "192.0.2.3" } }, 0 },
	{ "long.test",  STUB_A, 0, 0, { { NULL, STUB_A, 0x7fffffff, "192.0.2.4" } }, 0 },
	{ "odd.test",   STUB_A, 0, 0, { { NULL, STUB_A, 0xffffffff, "192.0.2.5" } }, 0 },
	{ "silent.test", STUB_A, 0, STUB_SILENT, { { 0 } }, 0 },
	{ 0 },
	/* clang-format on */
};

struct bench {
	uv_loop_t loop;
	uv_timer_t tick;
	struct stub stub;
	struct dns_server *server;
	struct reply reply;
	unsigned replies, worked;
	bool by_tcp;
};

static void on_reply(void *user, const struct reply *r)
{
	struct bench *b = user;

	b->reply = *r;
	b->replies++;
}

static void on_worked(void *user)
{
	struct bench *b = user;

	b->worked++;
}

static void on_tick(uv_timer_t *timer)
{
	struct bench *b = timer->data;

	dns_server_tick(b->server);
}

static void set_up(struct bench *b, int64_t timeout_ms)
{
	const struct dns_server_hook hook = { on_worked, b };

	*b = (struct bench){ 0 };
	uv_loop_init(&b->loop);
	uv_timer_init(&b->loop, &b->tick);
	b->tick.data = b;
	uv_timer_start(&b->tick, on_tick, 10, 10);
	stub_open(&b->stub, &b->loop, rules);
	b->server =
	    dns_server_new(&b->loop, &b->stub.address, span_of_ms(timeout_ms), &hook);
	assert_non_null(b->server);
}

static void tear_down(struct bench *b)
{
	dns_server_free(b->server);
	stub_close(&b->stub);
	uv_close((uv_handle_t *)&b->tick, NULL);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&b->loop), 0);
}

static void ask(struct bench *b, const char *name)
{
	b->replies = 0;
	dns_server_ask(b->server, name, DNS_A, &b->by_tcp, on_reply, b);
	while (b->replies == 0)
		uv_run(&b->loop, UV_RUN_ONCE);
	assert_int_equal(dns_server_pending(b->server), 0);
}

static void finds_the_least_ttl(void **state)
{
	static const struct {
		const char *name;
		unsigned ttl, count;
	} cases[] = {
		{ "a.test", 60, 2 },
		{ "alias.test", 20, 1 },
		{ "long.test", 0x7fffffff, 1 },
		{ "odd.test", 0, 1 },
	};
	struct bench b;

	(void)state;
	set_up(&b, 5000);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ask(&b, cases[i].name);
		assert_int_equal(b.reply.kind, REPLY_ADDRESSES);
		assert_int_equal(b.reply.ttl, cases[i].ttl);
		assert_int_equal(b.reply.count, cases[i].count);
	}
	assert_true(b.worked > 0);
	ask(&b, "nx.test");
	assert_int_equal(b.reply.kind, REPLY_NO_NAME);
	tear_down(&b);
}

static void replies_once_whatever_happens(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, 100);
	ask(&b, "silent.test");
	assert_int_equal(b.reply.kind, REPLY_SILENT);
	tear_down(&b);

	set_up(&b, 5000);
	dns_server_ask(b.server, "silent.test", DNS_A, &b.by_tcp, on_reply, &b);
	assert_int_equal(dns_server_pending(b.server), 1);
	tear_down(&b);
	assert_int_equal(b.replies, 1);
	assert_int_equal(b.reply.kind, REPLY_CANCELLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_least_ttl),
		cmocka_unit_test(replies_once_whatever_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
