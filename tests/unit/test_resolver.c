#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dns_stub.h"
#include "resolver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct stub_rule rules[] = {
	/* clang-format off */
	{ "both.test",     STUB_A,     0, 0, { { NULL, STUB_A, 300, "192.0.2.1" }, { NULL, STUB_A, 60, "192.0.2.2" } }, 0 },
	{ "both.test",     STUB_AAAA,  0, 0, { { NULL, STUB_AAAA, 300, "2001:db8::1" } }, 0 },
	{ "v4.test",       STUB_A,     0, 0, { { NULL, STUB_A, 300, "192.0.2.4" } }, 0 },
	{ "v4.test",       STUB_AAAA,  0, 0, { { 0 } }, 0 },
	{ "v6.test",       STUB_AAAA,  0, 0, { { NULL, STUB_AAAA, 300, "2001:db8::6" } }, 0 },
	{ "v6.test",       STUB_A,     0, 0, { { 0 } }, 0 },
	{ "none.test",     STUB_ANY,   0, 0, { { 0 } }, 0 },
	{ "servfail.test", STUB_ANY,   STUB_SERVFAIL, 0, { { 0 } }, 0 },
	{ "refused.test",  STUB_ANY,   STUB_REFUSED, 0, { { 0 } }, 0 },
	{ "notimp.test",   STUB_ANY,   STUB_NOTIMP, 0, { { 0 } }, 0 },
	{ "garbage.test",  STUB_ANY,   0, STUB_GARBAGE, { { 0 } }, 0 },
	{ "silent.test",   STUB_ANY,   0, STUB_SILENT, { { 0 } }, 0 },
	{ "wrongid.test",  STUB_ANY,   0, STUB_WRONG_ID, { { NULL, STUB_A, 300, "192.0.2.66" } }, 0 },
	{ "lost.test",     STUB_A,     0, STUB_DROP_FIRST, { { NULL, STUB_A, 300, "192.0.2.7" } }, 0 },
	{ "half.test",     STUB_A,     0, 0, { { NULL, STUB_A, 300, "192.0.2.8" } }, 0 },
	{ "half.test",     STUB_AAAA,  STUB_SERVFAIL, 0, { { 0 } }, 0 },
	{ "slowhalf.test", STUB_A,     0, 0, { { NULL, STUB_A, 300, "192.0.2.9" } }, 0 },
	{ "slowhalf.test", STUB_AAAA,  0, STUB_SILENT, { { 0 } }, 0 },
	{ "maybe.test",    STUB_A,     0, 0, { { 0 } }, 0 },
	{ "maybe.test",    STUB_AAAA,  STUB_SERVFAIL, 0, { { 0 } }, 0 },
	{ "ttl0.test",     STUB_A,     0, 0, { { NULL, STUB_A, 0, "192.0.2.10" } }, 0 },
	{ "alias.test",    STUB_A,     0, 0, { { NULL, STUB_CNAME, 300, "one.test" }, { "one.test", STUB_CNAME, 300, "two.test" },
						{ "two.test", STUB_A, 300, "192.0.2.11" } }, 0 },
	{ "dangling.test", STUB_ANY,   0, 0, { { NULL, STUB_CNAME, 300, "nowhere.test" } }, 0 },
	{ "deadalias.test", STUB_ANY,  STUB_NXDOMAIN, 0, { { NULL, STUB_CNAME, 300, "nowhere.test" } }, 0 },
	{ "big.test",      STUB_A,     0, STUB_TRUNCATED, { { NULL, STUB_A, 300, "192.0.2.12" } }, 0 },
	{ "xn--mller-kva.test", STUB_A, 0, 0, { { NULL, STUB_A, 300, "192.0.2.13" } }, 0 },
	{ "short.corp.test", STUB_A,   0, 0, { { NULL, STUB_A, 300, "192.0.2.14" } }, 0 },
	{ "typo.test.corp.test", STUB_A, 0, 0, { { NULL, STUB_A, 300, "192.0.2.15" } }, 0 },
	{ "many.test",     STUB_AAAA,  0, 0, {
		{ NULL, STUB_AAAA, 9, "2001:db8::1" }, { NULL, STUB_AAAA, 9, "2001:db8::2" }, { NULL, STUB_AAAA, 9, "2001:db8::3" },
		{ NULL, STUB_AAAA, 9, "2001:db8::4" }, { NULL, STUB_AAAA, 9, "2001:db8::5" }, { NULL, STUB_AAAA, 9, "2001:db8::6" },
		{ NULL, STUB_AAAA, 9, "2001:db8::7" }, { NULL, STUB_AAAA, 9, "2001:db8::8" }, { NULL, STUB_AAAA, 9, "2001:db8::9" },
		{ NULL, STUB_AAAA, 9, "2001:db8::a" }, { NULL, STUB_AAAA, 9, "2001:db8::b" }, { NULL, STUB_AAAA, 9, "2001:db8::c" },
		{ NULL, STUB_AAAA, 9, "2001:db8::d" }, { NULL, STUB_AAAA, 9, "2001:db8::e" }, { NULL, STUB_AAAA, 9, "2001:db8::f" },
		{ NULL, STUB_AAAA, 9, "2001:db8::10" }, { NULL, STUB_AAAA, 9, "2001:db8::11" } }, 0 },
	{ "many.test",     STUB_A,     0, 0, { { NULL, STUB_A, 9, "192.0.2.1" }, { NULL, STUB_A, 9, "192.0.2.2" } }, 0 },
	{ 0 },
	/* clang-format on */
};

/* A second server that knows what the first one cannot say. */
static struct stub_rule second_rules[] = {
	{ "servfail.test", STUB_A, 0, 0, { { NULL, STUB_A, 300, "198.51.100.1" } }, 0 },
	{ "servfail.test", STUB_AAAA, 0, 0, { { 0 } }, 0 },
	{ "silent.test", STUB_A, 0, 0, { { NULL, STUB_A, 300, "198.51.100.2" } }, 0 },
	{ "silent.test", STUB_AAAA, 0, 0, { { 0 } }, 0 },
	{ "refused.test", STUB_ANY, STUB_SERVFAIL, 0, { { 0 } }, 0 },
	{ 0 },
};

struct bench {
	uv_loop_t loop;
	struct stub first, second;
	struct resolver *resolver;
	char place[2][ADDRESS_TEXT_MAX];
};

struct asked {
	struct question question;
	struct resolver_answer answer;
	unsigned times;
};

static void answered(struct question *q, const struct resolver_answer *a)
{
	struct asked *asked =
	    (struct asked *)((char *)q - offsetof(struct asked, question));

	asked->answer = *a;
	asked->times++;
}

static void set_up(struct bench *b)
{
	for (struct stub_rule *r = rules; r->name != NULL; r++)
		r->asked = 0;
	assert_int_equal(uv_loop_init(&b->loop), 0);
	stub_open(&b->first, &b->loop, rules);
	stub_open(&b->second, &b->loop, second_rules);
	stub_place(&b->first, b->place[0]);
	stub_place(&b->second, b->place[1]);
	b->resolver = NULL;
}

static void start(struct bench *b, const struct resolver_options *options)
{
	struct resolver_options quiet = *options;
	const char *error = NULL;

	if (quiet.hosts_file == NULL)
		quiet.hosts_file = "/dev/null";
	b->resolver = resolver_new(&b->loop, &quiet, &error);
	if (b->resolver == NULL)
		fail_msg("%s", error);
}

static void set_up_one(struct bench *b, int64_t timeout_ms)
{
	struct resolver_options options = { .timeout = span_of_ms(timeout_ms) };

	set_up(b);
	options.servers = b->place[0];
	start(b, &options);
}

static void tear_down(struct bench *b)
{
	resolver_free(b->resolver);
	stub_close(&b->first);
	stub_close(&b->second);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&b->loop), 0);
}

static void ask(struct bench *b, struct asked *asked, const char *host, enum family family)
{
	*asked = (struct asked){ .question.answered = answered };
	resolver_ask(b->resolver, host, family, &asked->question);
}

static void await(struct bench *b, const struct asked *asked)
{
	while (asked->times == 0)
		uv_run(&b->loop, UV_RUN_ONCE);
	assert_int_equal(asked->times, 1);
}

static void resolve(struct bench *b, struct asked *asked, const char *host,
		    enum family family)
{
	ask(b, asked, host, family);
	await(b, asked);
}

static void expect_fault(struct bench *b, const char *host, enum family family,
			 enum fault fault, const char *reason)
{
	struct asked a;

	resolve(b, &a, host, family);
	assert_string_equal(fault_name(a.answer.fault), fault_name(fault));
	assert_string_equal(a.answer.reason, reason);
	assert_int_equal(a.answer.count, 0);
}

/* `wanted` are the addresses in their order, with a blank between. */
static void expect_addresses(struct bench *b, const char *host, enum family family,
			     const char *wanted)
{
	char text[ADDRESS_TEXT_MAX], all[RESOLVER_ADDRESSES_MAX * ADDRESS_TEXT_MAX] = "";
	struct asked a;

	resolve(b, &a, host, family);
	for (size_t i = 0; i < a.answer.count; i++) {
		if (i > 0)
			strcat(all, " ");
		strcat(all, address_text(&a.answer.addresses[i], text));
		assert_int_equal(address_port(&a.answer.addresses[i]), 0);
	}
	assert_string_equal(a.answer.reason, "");
	assert_int_equal(a.answer.fault, FAULT_OK);
	assert_string_equal(all, wanted);
}

static void finds_both_families(void **state)
{
	struct bench b;

	(void)state;
	set_up_one(&b, 5000);
	expect_addresses(&b, "both.test", FAMILY_ANY, "2001:db8::1 192.0.2.1 192.0.2.2");
	expect_addresses(&b, "BOTH.test", FAMILY_IPV4, "192.0.2.1 192.0.2.2");
	expect_addresses(&b, "both.test.", FAMILY_IPV6, "2001:db8::1");
	expect_addresses(&b, "v4.test", FAMILY_ANY, "192.0.2.4");
	expect_addresses(&b, "v6.test", FAMILY_ANY, "2001:db8::6");
	expect_addresses(&b, "xn--mller-kva.test", FAMILY_IPV4, "192.0.2.13");
	expect_fault(&b, "v4.test", FAMILY_IPV6, FAULT_NO_ADDRESS,
		     "the name has no IPv6 address");
	expect_fault(&b, "v6.test", FAMILY_IPV4, FAULT_NO_ADDRESS,
		     "the name has no IPv4 address");
	tear_down(&b);
}

static void tells_failures_apart(void **state)
{
	struct bench b;

	(void)state;
	set_up_one(&b, 5000);
	expect_fault(&b, "nx.test", FAMILY_ANY, FAULT_DNS_FAILURE, "NXDOMAIN");
	expect_fault(&b, "servfail.test", FAMILY_ANY, FAULT_DNS_FAILURE, "SERVFAIL");
	expect_fault(&b, "refused.test", FAMILY_ANY, FAULT_DNS_FAILURE,
		     "REFUSED by the resolver");
	expect_fault(&b, "none.test", FAMILY_ANY, FAULT_NO_ADDRESS,
		     "the name has no address");
	expect_fault(&b, "notimp.test", FAMILY_ANY, FAULT_DNS_FAILURE,
		     "the resolver's answer makes no sense");
	expect_fault(&b, "garbage.test", FAMILY_IPV4, FAULT_DNS_FAILURE,
		     "the resolver's answer makes no sense");
	expect_fault(&b, "maybe.test", FAMILY_ANY, FAULT_DNS_FAILURE, "SERVFAIL");
	/* One question of each kind: a failure is not asked for again. */
	assert_int_equal(b.first.udp_questions, 13);
	tear_down(&b);
}

static void follows_aliases(void **state)
{
	struct bench b;

	(void)state;
	set_up_one(&b, 5000);
	expect_addresses(&b, "alias.test", FAMILY_IPV4, "192.0.2.11");
	expect_fault(&b, "dangling.test", FAMILY_ANY, FAULT_NO_ADDRESS,
		     "the name has no address");
	expect_fault(&b, "deadalias.test", FAMILY_ANY, FAULT_DNS_FAILURE, "NXDOMAIN");
	tear_down(&b);
}

static void takes_half_an_answer(void **state)
{
	struct instant begin;
	struct bench b;

	(void)state;
	set_up_one(&b, 1000);
	expect_addresses(&b, "half.test", FAMILY_ANY, "192.0.2.8");
	begin = instant_now();
	expect_addresses(&b, "slowhalf.test", FAMILY_ANY, "192.0.2.9");
	/* A fifth of the timeout is waited for the other half, not all of it. */
	assert_true(span_seconds(span_between(begin, instant_now())) < 0.9);
	tear_down(&b);
}

static void keeps_room_for_both_families(void **state)
{
	struct bench b;
	struct asked a;

	(void)state;
	set_up_one(&b, 5000);
	resolve(&b, &a, "many.test", FAMILY_ANY);
	assert_int_equal(a.answer.count, RESOLVER_ADDRESSES_MAX);
	assert_int_equal(a.answer.addresses[13].any.sa_family, AF_INET6);
	assert_int_equal(a.answer.addresses[14].any.sa_family, AF_INET);
	assert_int_equal(a.answer.addresses[15].any.sa_family, AF_INET);
	tear_down(&b);
}

static void gives_up_in_time(void **state)
{
	struct instant begin = instant_now();
	struct bench b;
	double took;

	(void)state;
	set_up_one(&b, 300);
	expect_fault(&b, "silent.test", FAMILY_ANY, FAULT_TIMEOUT,
		     "no answer from the resolver");
	took = span_seconds(span_between(begin, instant_now()));
	assert_true(took >= 0.3);
	assert_true(took < 3);
	expect_fault(&b, "wrongid.test", FAMILY_IPV4, FAULT_TIMEOUT,
		     "no answer from the resolver");
	tear_down(&b);
}

static void asks_again_when_a_datagram_is_lost(void **state)
{
	struct bench b;

	(void)state;
	set_up_one(&b, 2000);
	expect_addresses(&b, "lost.test", FAMILY_IPV4, "192.0.2.7");
	assert_int_equal(b.first.udp_questions, 2);
	tear_down(&b);
}

static void goes_over_to_tcp(void **state)
{
	struct bench b;

	(void)state;
	set_up_one(&b, 5000);
	expect_addresses(&b, "big.test", FAMILY_IPV4, "192.0.2.12");
	assert_int_equal(b.first.tcp_questions, 1);
	tear_down(&b);
}

static void asks_the_next_server(void **state)
{
	char servers[2 * ADDRESS_TEXT_MAX + 8];
	struct resolver_options options = { .timeout = span_of_ms(2000),
					    .servers = servers };
	struct bench b;

	(void)state;
	set_up(&b);
	snprintf(servers, sizeof(servers), "%s, %s", b.place[0], b.place[1]);
	start(&b, &options);
	expect_addresses(&b, "servfail.test", FAMILY_ANY, "198.51.100.1");
	expect_addresses(&b, "silent.test", FAMILY_ANY, "198.51.100.2");
	/* Both fail: the answer that says most, from whichever server. */
	expect_fault(&b, "refused.test", FAMILY_ANY, FAULT_DNS_FAILURE, "SERVFAIL");
	tear_down(&b);
}

/* A port nobody listens on: the kernel says so at once. */
static void passes_over_a_dead_server(void **state)
{
	char servers[2 * ADDRESS_TEXT_MAX + 8];
	struct resolver_options options = { .timeout = span_of_ms(5000),
					    .servers = servers };
	struct instant begin;
	struct stub dead;
	struct bench b;
	char place[ADDRESS_TEXT_MAX];

	(void)state;
	set_up(&b);
	stub_open(&dead, &b.loop, rules);
	stub_close(&dead);
	uv_run(&b.loop, UV_RUN_NOWAIT);
	snprintf(servers, sizeof(servers), "%s,%s", stub_place(&dead, place), b.place[0]);
	start(&b, &options);
	begin = instant_now();
	expect_addresses(&b, "both.test", FAMILY_IPV6, "2001:db8::1");
	assert_true(span_seconds(span_between(begin, instant_now())) < 0.9);
	resolver_free(b.resolver);

	snprintf(servers, sizeof(servers), "%s", place);
	start(&b, &options);
	expect_fault(&b, "both.test", FAMILY_ANY, FAULT_DNS_FAILURE,
		     "the resolver cannot be reached");
	tear_down(&b);
}

static void caches(void **state)
{
	struct resolver_stats stats;
	struct bench b;

	(void)state;
	set_up_one(&b, 5000);
	for (int i = 0; i < 3; i++) {
		expect_addresses(&b, "v4.test", FAMILY_IPV4, "192.0.2.4");
		expect_addresses(&b, "ttl0.test", FAMILY_IPV4, "192.0.2.10");
		expect_fault(&b, "nx.test", FAMILY_IPV4, FAULT_DNS_FAILURE, "NXDOMAIN");
	}
	assert_int_equal(b.first.udp_questions, 5);
	resolver_stats(b.resolver, &stats);
	assert_int_equal(stats.questions, 9);
	assert_int_equal(stats.cache_hits, 4);
	assert_int_equal(stats.failures, 1);
	assert_int_equal(stats.cache_entries, 2);
	tear_down(&b);
}

static void joins_questions(void **state)
{
	struct asked a[3];
	struct bench b;

	(void)state;
	set_up_one(&b, 5000);
	for (size_t i = 0; i < 3; i++)
		ask(&b, &a[i], "v4.test", FAMILY_IPV4);
	resolver_cancel(b.resolver, &a[1].question);
	resolver_cancel(b.resolver, &a[1].question);
	await(&b, &a[0]);
	await(&b, &a[2]);
	assert_int_equal(a[1].times, 0);
	assert_int_equal(b.first.udp_questions, 1);
	tear_down(&b);
}

static struct bench *freeing;

static void free_it(struct question *q, const struct resolver_answer *a)
{
	answered(q, a);
	resolver_free(freeing->resolver);
	freeing->resolver = NULL;
}

static void is_freed_by_a_handler(void **state)
{
	struct asked a = { .question.answered = free_it }, other, third;
	struct bench b;

	(void)state;
	set_up_one(&b, 5000);
	freeing = &b;
	resolver_ask(b.resolver, "v4.test", FAMILY_IPV4, &a.question);
	ask(&b, &other, "v4.test", FAMILY_IPV4);
	ask(&b, &third, "silent.test", FAMILY_ANY);
	await(&b, &a);
	tear_down(&b);
	assert_int_equal(other.times + third.times, 0);
}

static struct asked next_asked;

static void ask_on(struct question *q, const struct resolver_answer *a)
{
	answered(q, a);
	ask(freeing, &next_asked, "v6.test", FAMILY_ANY);
}

static void asks_within_an_answer(void **state)
{
	struct asked a = { .question.answered = ask_on };
	struct bench b;

	(void)state;
	set_up_one(&b, 5000);
	freeing = &b;
	resolver_ask(b.resolver, "nx.test", FAMILY_ANY, &a.question);
	await(&b, &a);
	await(&b, &next_asked);
	assert_int_equal(next_asked.answer.count, 1);
	tear_down(&b);
}

static void is_freed_with_questions_open(void **state)
{
	struct bench b;
	struct asked a;

	(void)state;
	set_up_one(&b, 5000);
	ask(&b, &a, "silent.test", FAMILY_ANY);
	uv_run(&b.loop, UV_RUN_ONCE);
	tear_down(&b);
	assert_int_equal(a.times, 0);
}

static void knows_literals(void **state)
{
	struct bench b;

	(void)state;
	set_up_one(&b, 5000);
	expect_addresses(&b, "192.0.2.99", FAMILY_ANY, "192.0.2.99");
	expect_addresses(&b, "2001:db8::99", FAMILY_IPV6, "2001:db8::99");
	expect_addresses(&b, "[2001:db8::99]", FAMILY_ANY, "2001:db8::99");
	expect_fault(&b, "192.0.2.99", FAMILY_IPV6, FAULT_NO_ADDRESS,
		     "an IPv4 address, where IPv6 is asked for");
	assert_int_equal(b.first.udp_questions, 0);
	tear_down(&b);
}

static void refuses_what_is_no_name(void **state)
{
	static const char *const bad[] = {
		"", ".", "a..b", ".a", "a b", "a/b", "a\n", "*.a", "m\xc3\xbcl.test", "a@b"
	};
	char name[300];
	struct bench b;
	struct asked a;

	(void)state;
	set_up_one(&b, 5000);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		resolve(&b, &a, bad[i], FAMILY_ANY);
		assert_int_equal(a.answer.fault, FAULT_DNS_FAILURE);
		assert_non_null(strstr(a.answer.reason, "host name"));
	}
	memset(name, 'a', sizeof(name));
	name[64] = '\0';
	resolve(&b, &a, name, FAMILY_ANY);
	assert_non_null(strstr(a.answer.reason, "longer than 63"));
	for (size_t i = 60; i < 299; i += 60)
		name[i] = '.';
	name[64] = 'a';
	name[254] = '\0';
	resolve(&b, &a, name, FAMILY_ANY);
	assert_non_null(strstr(a.answer.reason, "longer than 253"));
	name[254] = 'a';
	name[299] = '\0';
	resolve(&b, &a, name, FAMILY_ANY);
	assert_non_null(strstr(a.answer.reason, "longer than 253"));
	name[253] = '\0';
	expect_fault(&b, name, FAMILY_IPV4, FAULT_DNS_FAILURE, "NXDOMAIN");
	assert_int_equal(b.first.udp_questions, 1);
	tear_down(&b);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void reads_hosts_first(void **state)
{
	char path[] = "/tmp/mailvane-hosts-XXXXXX";
	struct resolver_options options = { .hosts_file = path };
	struct bench b;

	(void)state;
	close(mkstemp(path));
	write_file(path, "# a comment\n"
			 "198.51.100.7 V4.test alias # both.test\n"
			 "nonsense both.test\n"
			 "2001:db8::7\tv4.test\r\n"
			 "198.51.100.8 v6.test v4.test");
	set_up(&b);
	options.servers = b.place[0];
	start(&b, &options);
	expect_addresses(&b, "v4.TEST.", FAMILY_ANY,
			 "2001:db8::7 198.51.100.7 198.51.100.8");
	expect_addresses(&b, "alias", FAMILY_IPV4, "198.51.100.7");
	expect_addresses(&b, "v6.test", FAMILY_ANY, "198.51.100.8");
	/* Not of this family there: the servers are asked, as the C library does. */
	expect_addresses(&b, "v6.test", FAMILY_IPV6, "2001:db8::6");
	expect_addresses(&b, "both.test", FAMILY_IPV6, "2001:db8::1");
	expect_addresses(&b, "localhost", FAMILY_ANY, "::1 127.0.0.1");
	expect_addresses(&b, "mail.localhost", FAMILY_IPV4, "127.0.0.1");
	expect_fault(&b, "notlocalhost", FAMILY_ANY, FAULT_DNS_FAILURE, "NXDOMAIN");
	tear_down(&b);
	unlink(path);
}

static void searches_last(void **state)
{
	char path[] = "/tmp/mailvane-resolv-XXXXXX", text[256];
	struct resolver_options options = { .conf_file = path };
	struct bench b;

	(void)state;
	close(mkstemp(path));
	set_up(&b);
	snprintf(text, sizeof(text),
		 "; comment\nnameserver %s\nsearch a b\nsearch nx.example corp.test\n"
		 "options rotate ndots:1\n",
		 b.place[0]);
	write_file(path, text);
	start(&b, &options);
	expect_addresses(&b, "short", FAMILY_IPV4, "192.0.2.14");
	expect_addresses(&b, "short", FAMILY_ANY, "192.0.2.14");
	expect_fault(&b, "short.", FAMILY_IPV4, FAULT_DNS_FAILURE, "NXDOMAIN");
	expect_fault(&b, "nobody", FAMILY_IPV4, FAULT_DNS_FAILURE, "NXDOMAIN");
	/* A dot, so it is a whole name: the wildcard of the search list stays out. */
	expect_fault(&b, "typo.test", FAMILY_IPV4, FAULT_DNS_FAILURE, "NXDOMAIN");
	tear_down(&b);
	unlink(path);
}

/* The file is looked at once a second at most, also while a question is open. */
static void follows_a_changed_resolv_conf(void **state)
{
	char path[] = "/tmp/mailvane-resolv-XXXXXX", text[256];
	struct resolver_options options = { .conf_file = path,
					    .timeout = span_of_ms(8000) };
	struct bench b;
	struct asked a;

	(void)state;
	close(mkstemp(path));
	set_up(&b);
	snprintf(text, sizeof(text), "nameserver %s\n", b.place[0]);
	write_file(path, text);
	start(&b, &options);
	ask(&b, &a, "silent.test", FAMILY_IPV4);
	snprintf(text, sizeof(text), "# moved\nnameserver %s\n", b.place[1]);
	write_file(path, text);
	await(&b, &a);
	assert_int_equal(a.answer.fault, FAULT_OK);
	assert_true(b.second.udp_questions > 0);
	tear_down(&b);
	unlink(path);
}

static void refuses_bad_options(void **state)
{
	static const char nine[] =
	    "1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,"
	    "1.1.1.1,1.1.1.1";
	static const char *const bad[] = {
		"",
		"dns.example.com",
		"192.0.2.1:0",
		"192.0.2.1:x",
		"192.0.2.1,,192.0.2.2",
		"192.0.2.1:65536",
		"[::1",
		nine,
	};
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct resolver_options options = { .servers = bad[i] };
		const char *error = NULL;

		assert_null(resolver_new(&loop, &options, &error));
		assert_non_null(strstr(error, "resolver"));
	}
	resolver_free(NULL);
	assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_both_families),
		cmocka_unit_test(tells_failures_apart),
		cmocka_unit_test(follows_aliases),
		cmocka_unit_test(takes_half_an_answer),
		cmocka_unit_test(keeps_room_for_both_families),
		cmocka_unit_test(gives_up_in_time),
		cmocka_unit_test(asks_again_when_a_datagram_is_lost),
		cmocka_unit_test(goes_over_to_tcp),
		cmocka_unit_test(asks_the_next_server),
		cmocka_unit_test(passes_over_a_dead_server),
		cmocka_unit_test(caches),
		cmocka_unit_test(joins_questions),
		cmocka_unit_test(is_freed_by_a_handler),
		cmocka_unit_test(asks_within_an_answer),
		cmocka_unit_test(is_freed_with_questions_open),
		cmocka_unit_test(knows_literals),
		cmocka_unit_test(refuses_what_is_no_name),
		cmocka_unit_test(reads_hosts_first),
		cmocka_unit_test(searches_last),
		cmocka_unit_test(follows_a_changed_resolv_conf),
		cmocka_unit_test(refuses_bad_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
