#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dns_server.h"
#include "dns_stub.h"

#include <stdlib.h>
#include <unistd.h>

static struct stub_rule rules[] = {
	/* clang-format off */
	{ "a.test",     STUB_A, 0, 0, { { NULL, STUB_A, 60, "192.0.2.1" }, { NULL, STUB_A, 300, "192.0.2.2" } }, 0 },
	{ "alias.test", STUB_A, 0, 0, { { NULL, STUB_CNAME, 20, "b.test" }, { "b.test", STUB_A, 300, "192.0.2.3" } }, 0 },
	{ "long.test",  STUB_A, 0, 0, { { NULL, STUB_A, 0x7fffffff, "192.0.2.4" } }, 0 },
	{ "odd.test",   STUB_A, 0, 0, { { NULL, STUB_A, 0xffffffff, "192.0.2.5" } }, 0 },
	{ "silent.test", STUB_A, 0, STUB_SILENT, { { 0 } }, 0 },
	{ "garbage.test", STUB_A, 0, STUB_GARBAGE, { { 0 } }, 0 },
	{ "late.test",  STUB_A, 0, STUB_DROP_FIRST, { { NULL, STUB_A, 60, "192.0.2.6" } }, 0 },
	{ "flood.test", STUB_A, 0, STUB_FLOOD, { { NULL, STUB_A, 60, "192.0.2.7" } }, 0 },
	{ "tcpflood.test", STUB_A, 0, STUB_TCP_FLOOD, { { 0 } }, 0 },
	{ "tcpcut.test", STUB_A, 0, STUB_TCP_CUT, { { NULL, STUB_A, 60, "192.0.2.8" } }, 0 },
	{ "tcpsilent.test", STUB_A, 0, STUB_TRUNCATED | STUB_TCP_SILENT, { { 0 } }, 0 },
	{ "big.test",   STUB_A, 0, STUB_TRUNCATED, { { NULL, STUB_A, 60, "192.0.2.9" } }, 0 },
	{ 0 },
	/* clang-format on */
};

struct asked {
	struct dns_query query; /* first, so that a query is what was asked */
	struct dns_reply reply; /* without its records, which are not held */
	size_t records;
	unsigned replies;
};

struct bench {
	uv_loop_t loop;
	uv_timer_t tick;
	struct stub stub;
	struct dns_server *server;
	struct asked asked;
	unsigned turn_done;
};

static void on_reply(struct dns_query *q, const struct dns_reply *r)
{
	struct asked *a = (struct asked *)q;

	a->reply = *r;
	a->records = r->records != NULL ? r->records->count : 0;
	a->replies++;
}

static void on_worked(void *user)
{
	struct bench *b = user;

	b->turn_done++;
}

static void on_tick(uv_timer_t *timer)
{
	struct bench *b = timer->data;

	dns_server_tick(b->server, instant_now());
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

static void ask_only(struct bench *b, struct asked *a, const char *name)
{
	*a = (struct asked){ .query.replied = on_reply };
	dns_server_query(b->server, name, DNS_A, &a->query);
}

static void await(struct bench *b, const struct asked *a)
{
	while (a->replies == 0)
		uv_run(&b->loop, UV_RUN_ONCE);
	assert_int_equal(a->replies, 1);
}

static enum reply_kind ask(struct bench *b, const char *name)
{
	ask_only(b, &b->asked, name);
	await(b, &b->asked);
	assert_int_equal(dns_server_pending(b->server), 0);
	return b->asked.reply.kind;
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
		assert_int_equal(ask(&b, cases[i].name), REPLY_RECORDS);
		assert_int_equal(b.asked.reply.ttl, cases[i].ttl);
		assert_int_equal(b.asked.records, cases[i].count);
	}
	assert_true(b.turn_done > 0);
	assert_int_equal(ask(&b, "nx.test"), REPLY_NO_NAME);
	tear_down(&b);
}

static void replies_once_whatever_happens(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, 100);
	assert_int_equal(ask(&b, "silent.test"), REPLY_SILENT);
	tear_down(&b);

	set_up(&b, 5000);
	ask_only(&b, &b.asked, "silent.test");
	assert_int_equal(dns_server_pending(b.server), 1);
	tear_down(&b);
	assert_int_equal(b.asked.replies, 1);
	assert_int_equal(b.asked.reply.kind, REPLY_CANCELLED);

	set_up(&b, 5000);
	ask_only(&b, &b.asked, "silent.test");
	dns_query_cancel(&b.asked.query);
	dns_query_cancel(&b.asked.query);
	assert_int_equal(dns_server_pending(b.server), 0);
	tear_down(&b);
	assert_int_equal(b.asked.replies, 0);
}

static int compare_ports(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return x < y ? -1 : x > y;
}

/* RFC 5452 section 9.2: whoever has seen the port of one question does not know that of the
 * next. A few may be the same by chance. */
static void has_another_port_for_each_question(void **state)
{
	unsigned different = 1;
	struct bench b;

	(void)state;
	set_up(&b, 5000);
	for (int i = 0; i < STUB_PORTS_MAX; i++)
		ask(&b, "a.test");
	qsort(b.stub.ports, STUB_PORTS_MAX, sizeof(b.stub.ports[0]), compare_ports);
	for (int i = 1; i < STUB_PORTS_MAX; i++)
		different += b.stub.ports[i] != b.stub.ports[i - 1];
	assert_in_range(different, STUB_PORTS_MAX - 8, STUB_PORTS_MAX);
	/* They are no row of neighbours. */
	assert_true(b.stub.ports[STUB_PORTS_MAX - 1] - b.stub.ports[0] > 1000);
	tear_down(&b);
}

/* Whatever is wrong with the answers for one name, the others do not notice. */
static void keeps_the_faults_of_names_apart(void **state)
{
	static const char *const bad[] = { "garbage.test", "tcpcut.test", "tcpflood.test",
					   "flood.test" };
	enum { WAITING = 20 };
	struct asked waiting[WAITING];
	struct bench b;

	(void)state;
	set_up(&b, 5000);
	for (int i = 0; i < WAITING; i++)
		ask_only(&b, &waiting[i], i == 0 ? "late.test" : "silent.test");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct asked a;

		ask_only(&b, &a, bad[i]);
		await(&b, &a);
	}
	assert_int_equal(dns_server_pending(b.server), WAITING);
	for (int i = 0; i < WAITING; i++)
		assert_int_equal(waiting[i].replies, 0);
	ask_only(&b, &b.asked, "late.test");
	await(&b, &b.asked);
	assert_int_equal(b.asked.reply.kind, REPLY_RECORDS);
	for (int i = 0; i < WAITING; i++)
		dns_query_cancel(&waiting[i].query);
	tear_down(&b);
}

/* By TCP the answers to other questions come from the server itself: a few are enough. */
static void leaves_a_flood_by_tcp(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, 60000);
	assert_int_equal(ask(&b, "tcpflood.test"), REPLY_FLOODED);
	assert_true(b.asked.reply.tcp);
	assert_int_equal(ask(&b, "tcpcut.test"), REPLY_UNREACHABLE);
	assert_true(b.asked.reply.tcp);
	assert_int_equal(ask(&b, "flood.test"), REPLY_RECORDS);
	assert_true(b.asked.reply.tcp);
	tear_down(&b);
}

/* However many questions are under way, they have so many sockets and no more, and each is
 * answered. */
static void shares_sockets_when_many_are_under_way(void **state)
{
	enum { MANY = 200 };
	struct asked *all = calloc(MANY, sizeof(*all));
	int first = dup(0), last;
	struct bench b;

	(void)state;
	close(first);
	assert_non_null(all);
	set_up(&b, 60000);
	for (int i = 0; i < MANY; i++)
		ask_only(&b, &all[i], i % 2 == 0 ? "a.test" : "silent.test");
	last = dup(0);
	close(last);
	assert_in_range(last - first, 32, 100);
	for (int i = 0; i < MANY; i += 2)
		await(&b, &all[i]);
	assert_int_equal(dns_server_pending(b.server), MANY / 2);
	tear_down(&b);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(all[i].reply.kind,
				 i % 2 == 0 ? REPLY_RECORDS : REPLY_CANCELLED);
	free(all);
}

/* Those that hang do not keep the connections for themselves. */
static void gives_connections_to_those_that_wait(void **state)
{
	enum { HUNG = 80 };
	struct asked hung[HUNG], a;
	struct bench b;

	(void)state;
	set_up(&b, 60000);
	for (int i = 0; i < HUNG; i++)
		ask_only(&b, &hung[i], "tcpsilent.test");
	while (b.stub.tcp_questions < 64)
		uv_run(&b.loop, UV_RUN_ONCE);
	ask_only(&b, &a, "big.test");
	await(&b, &a);
	assert_int_equal(a.reply.kind, REPLY_RECORDS);
	assert_int_equal(hung[0].reply.kind, REPLY_SILENT);
	tear_down(&b);
	for (int i = 0; i < HUNG; i++)
		assert_int_equal(hung[i].replies, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_least_ttl),
		cmocka_unit_test(replies_once_whatever_happens),
		cmocka_unit_test(has_another_port_for_each_question),
		cmocka_unit_test(keeps_the_faults_of_names_apart),
		cmocka_unit_test(leaves_a_flood_by_tcp),
		cmocka_unit_test(shares_sockets_when_many_are_under_way),
		cmocka_unit_test(gives_connections_to_those_that_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
