#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dns_stub.h"
#include "lookup.h"

static struct stub_rule rules[] = {
	/* clang-format off */
	{ "a.test",    STUB_A,    0, 0, { { NULL, STUB_A, 300, "192.0.2.1" }, { NULL, STUB_A, 60, "192.0.2.2" } }, 0 },
	{ "a.test",    STUB_AAAA, 0, 0, { { NULL, STUB_AAAA, 40, "2001:db8::1" } }, 0 },
	{ "long.test", STUB_ANY,  0, 0, { { NULL, STUB_A, 86400, "192.0.2.4" } }, 0 },
	{ "none.test", STUB_ANY,  0, 0, { { 0 } }, 0 },
	{ "half.test", STUB_A,    0, 0, { { NULL, STUB_A, 300, "192.0.2.8" } }, 0 },
	{ "half.test", STUB_AAAA, STUB_SERVFAIL, 0, { { 0 } }, 0 },
	{ "brief.test", STUB_A,   0, 0, { { NULL, STUB_A, 10, "192.0.2.9" } }, 0 },
	{ "brief.test", STUB_AAAA, STUB_REFUSED, 0, { { 0 } }, 0 },
	{ "fail.test", STUB_ANY,  STUB_SERVFAIL, 0, { { 0 } }, 0 },
	{ 0 },
	/* clang-format on */
};

static void note_done(struct lookup *l, void *user)
{
	(void)l;
	(*(unsigned *)user)++;
}

static void ignore(void *user)
{
	(void)user;
}

/* How long an answer may be kept says how soon a change of the name is seen. */
static void tells_how_long_an_answer_lasts(void **state)
{
	static const struct {
		const char *name;
		enum family family;
		enum fault fault;
		unsigned ttl;
	} cases[] = {
		{ "a.test", FAMILY_IPV4, FAULT_OK, 60 },
		{ "a.test", FAMILY_ANY, FAULT_OK, 40 },
		{ "long.test", FAMILY_IPV4, FAULT_OK, RESOLVER_TTL_MAX_S },
		{ "half.test", FAMILY_ANY, FAULT_OK, 30 },
		{ "brief.test", FAMILY_ANY, FAULT_OK, 10 },
		{ "none.test", FAMILY_ANY, FAULT_NO_ADDRESS, 5 },
		{ "nx.test", FAMILY_ANY, FAULT_DNS_FAILURE, 5 },
		{ "fail.test", FAMILY_ANY, FAULT_DNS_FAILURE, 1 },
	};
	const struct dns_server_hook hook = { ignore, NULL };
	char place[ADDRESS_TEXT_MAX];
	struct dns_servers servers;
	const char *error = NULL;
	struct stub stub;
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	stub_open(&stub, &loop, rules);
	assert_true(dns_servers_init(&servers, &loop, stub_place(&stub, place), NULL,
				     span_of_ms(5000), &hook, &error));
	dns_servers_refresh(&servers);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned done = 0;
		struct lookup *l =
		    lookup_new(&servers, cases[i].name,
			       (struct query_type){ .family = cases[i].family },
			       instant_now(), span_of_ms(5000));

		assert_non_null(l);
		l->done = note_done;
		l->user = &done;
		lookup_start(l, instant_now());
		while (done == 0)
			uv_run(&loop, UV_RUN_ONCE);
		/* Late ticks and replies change nothing. */
		lookup_tick(l, instant_plus(instant_now(), span_of_ms(10000)));
		assert_int_equal(done, 1);
		assert_int_equal(l->answer.fault, cases[i].fault);
		assert_int_equal(l->ttl, cases[i].ttl);
		lookup_free(l);
	}
	dns_servers_fini(&servers);
	stub_close(&stub);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

/* With nothing from any server, and time going by as the test says. */
static void asks_more_rarely_with_time(void **state)
{
	static struct stub_rule silence[] = {
		{ "a.test", STUB_ANY, 0, STUB_SILENT, { { 0 } }, 0 },
		{ 0 },
	};
	/* Milliseconds after the start, and the questions sent until then, of 5 s in all; with the
	 * second one the server is checked. */
	static const struct {
		int64_t ms;
		unsigned asked;
	} moments[] = {
		{ 0, 1 }, { 900, 1 }, { 1000, 3 }, { 2900, 3 }, { 3000, 4 }, { 4900, 4 },
	};
	const struct dns_server_hook hook = { ignore, NULL };
	const struct instant begin = instant_now();
	char place[ADDRESS_TEXT_MAX];
	struct dns_servers servers;
	const char *error = NULL;
	unsigned done = 0;
	struct lookup *l;
	struct stub stub;
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	stub_open(&stub, &loop, silence);
	assert_true(dns_servers_init(&servers, &loop, stub_place(&stub, place), NULL,
				     span_of_ms(60000), &hook, &error));
	dns_servers_refresh(&servers);
	l = lookup_new(&servers, "a.test", (struct query_type){ .family = FAMILY_IPV4 },
		       begin, span_of_ms(5000));
	assert_non_null(l);
	l->done = note_done;
	l->user = &done;
	lookup_start(l, begin);
	for (size_t i = 0; i < ARRAY_SIZE(moments); i++) {
		lookup_tick(l, instant_plus(begin, span_of_ms(moments[i].ms)));
		assert_int_equal(dns_servers_pending(&servers), moments[i].asked);
	}
	assert_int_equal(done, 0);
	lookup_tick(l, instant_plus(begin, span_of_ms(5000)));
	assert_int_equal(done, 1);
	assert_int_equal(l->answer.fault, FAULT_RESOLVER_UNAVAILABLE);
	lookup_free(l);
	dns_servers_fini(&servers);
	stub_close(&stub);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static unsigned replies;

static void count_reply(struct dns_query *q, const struct dns_reply *r)
{
	(void)q;
	(void)r;
	replies++;
}

/* Not more than a server's socket can hold at a time. */
static void waits_between_bursts(void **state)
{
	static struct stub_rule silence[] = {
		{ "a.test", STUB_ANY, 0, STUB_SILENT, { { 0 } }, 0 },
		{ 0 },
	};
	const struct dns_server_hook hook = { ignore, NULL };
	const struct instant begin = instant_now();
	char place[ADDRESS_TEXT_MAX];
	struct dns_servers servers;
	static struct dns_query queries[300];
	unsigned asked = 0;
	const char *error = NULL;
	struct stub stub;
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	stub_open(&stub, &loop, silence);
	assert_true(dns_servers_init(&servers, &loop, stub_place(&stub, place), NULL,
				     span_of_ms(5000), &hook, &error));
	dns_servers_refresh(&servers);
	replies = 0;
	for (; asked < 299 && dns_servers_may_query(&servers, begin); asked++) {
		queries[asked].replied = count_reply;
		dns_servers_query(&servers, 0, "a.test", DNS_A, &queries[asked]);
	}
	assert_in_range(asked, 16, 250);
	dns_servers_query_ended(&servers);
	assert_true(dns_servers_may_query(&servers, begin));
	queries[asked].replied = count_reply;
	dns_servers_query(&servers, 0, "a.test", DNS_A, &queries[asked]);
	assert_false(dns_servers_may_query(&servers, instant_plus(begin, span_of_ms(10))));
	assert_true(dns_servers_may_query(&servers, instant_plus(begin, span_of_ms(30))));
	dns_servers_fini(&servers);
	assert_int_equal(replies, asked + 1);
	stub_close(&stub);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

/* On the way from another machine anybody could set the bit. */
static void trusts_those_of_this_machine(void **state)
{
	static const char list[] = "127.0.0.53,192.0.2.53,[::1],[2001:db8::53]";
	static const bool ours[] = { true, false, true, false };
	const struct dns_server_hook hook = { ignore, NULL };
	struct dns_servers servers;
	const char *error = NULL;
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	for (int trust_ad = 0; trust_ad < 2; trust_ad++) {
		assert_true(dns_servers_init(&servers, &loop, list, NULL, span_of_ms(5000),
					     &hook, &error));
		if (trust_ad)
			dns_servers_trust(&servers);
		dns_servers_refresh(&servers);
		assert_int_equal(servers.count, ARRAY_SIZE(ours));
		for (size_t i = 0; i < servers.count; i++)
			assert_int_equal(dns_server_is_trusted(servers.list[i]),
					 trust_ad || ours[i]);
		dns_servers_fini(&servers);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_how_long_an_answer_lasts),
		cmocka_unit_test(asks_more_rarely_with_time),
		cmocka_unit_test(waits_between_bursts),
		cmocka_unit_test(trusts_those_of_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
