#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "resolver_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

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
	expect_failure(&b, "v4.test", FAMILY_IPV6, FAULT_NO_ADDRESS,
		       "the name has no IPv6 address");
	expect_failure(&b, "v6.test", FAMILY_IPV4, FAULT_NO_ADDRESS,
		       "the name has no IPv4 address");
	tear_down(&b);
}

static void tells_failures_apart(void **state)
{
	struct bench b;

	(void)state;
	set_up_one(&b, 5000);
	expect_failure(&b, "nx.test", FAMILY_ANY, FAULT_DNS_FAILURE, "NXDOMAIN");
	expect_failure(&b, "servfail.test", FAMILY_ANY, FAULT_DNS_FAILURE,
		       "SERVFAIL from @");
	expect_failure(&b, "refused.test", FAMILY_ANY, FAULT_DNS_FAILURE,
		       "refused by the resolver @");
	expect_failure(&b, "none.test", FAMILY_ANY, FAULT_NO_ADDRESS,
		       "the name has no address");
	expect_failure(&b, "notimp.test", FAMILY_ANY, FAULT_DNS_FAILURE, "NOTIMP from @");
	expect_failure(&b, "formerr.test", FAMILY_ANY, FAULT_DNS_FAILURE, "FORMERR from @");
	expect_failure(&b, "loop.test", FAMILY_IPV4, FAULT_DNS_FAILURE,
		       "aliases without end from @");
	expect_failure(&b, "garbage.test", FAMILY_IPV4, FAULT_DNS_FAILURE,
		       "the answer of @ makes no sense");
	expect_failure(&b, "maybe.test", FAMILY_ANY, FAULT_DNS_FAILURE,
		       "SERVFAIL from @, for its IPv6 address");
	/* One question of each kind: a failure is not asked for again. One more shows whether
	 * the server refuses everything. */
	assert_int_equal(b.first.udp_questions, 17);
	tear_down(&b);
}

static void follows_aliases(void **state)
{
	struct bench b;

	(void)state;
	set_up_one(&b, 5000);
	expect_addresses(&b, "alias.test", FAMILY_IPV4, "192.0.2.11");
	expect_failure(&b, "dangling.test", FAMILY_ANY, FAULT_NO_ADDRESS,
		       "the name has no address");
	expect_failure(&b, "deadalias.test", FAMILY_ANY, FAULT_DNS_FAILURE, "NXDOMAIN");
	tear_down(&b);
}

static void takes_half_an_answer(void **state)
{
	char wanted[RESOLVER_REASON_MAX];
	struct instant begin;
	struct bench b;
	struct asked a;

	(void)state;
	set_up_one(&b, 1000);
	resolve(&b, &a, "half.test", FAMILY_ANY);
	assert_int_equal(a.answer.fault, FAULT_OK);
	assert_int_equal(a.answer.count, 1);
	snprintf(wanted, sizeof(wanted), "SERVFAIL from %s, for its IPv6 address",
		 b.place[0]);
	assert_string_equal(a.answer.missing, wanted);
	/* From the cache, too. */
	resolve(&b, &a, "half.test", FAMILY_ANY);
	assert_string_equal(a.answer.missing, wanted);
	begin = instant_now();
	expect_addresses(&b, "slowhalf.test", FAMILY_ANY, "192.0.2.9");
	/* A fifth of the timeout is waited for the other half, not all of it. */
	assert_true(span_seconds(span_between(begin, instant_now())) < 0.9);
	tear_down(&b);
}

/* Who cannot wait as long as the resolver does has what is known until then, and is asked for
 * sooner. */
static void settles_for_less(void **state)
{
	struct resolver_answer answer;
	char wanted[RESOLVER_REASON_MAX];
	struct instant begin;
	struct bench b;
	struct asked a;

	(void)state;
	set_up_one(&b, 20000);
	a = (struct asked){ .question = { .answered = note_answer,
					  .patience = span_of_ms(1000) } };
	begin = instant_now();
	resolver_query_addresses(b.resolver, "slowhalf.test", FAMILY_ANY, &a.question);
	await(&b, &a);
	assert_true(span_seconds(span_between(begin, instant_now())) < 3);
	assert_int_equal(a.answer.count, 1);
	ask(&b, &a, "silent.test", FAMILY_ANY);
	uv_run(&b.loop, UV_RUN_ONCE);
	resolver_stop_waiting(b.resolver, &a.question, &answer);
	snprintf(wanted, sizeof(wanted), "no answer from the resolver %s", b.place[0]);
	assert_int_equal(answer.fault, FAULT_TIMEOUT);
	assert_string_equal(answer.reason, wanted);
	tear_down(&b);
	assert_int_equal(a.times, 0);
}

static void keeps_room_for_both_families(void **state)
{
	struct bench b;
	struct asked a;

	(void)state;
	set_up_one(&b, 5000);
	resolve(&b, &a, "many.test", FAMILY_ANY);
	assert_int_equal(a.answer.count, RESOLVER_ADDRESSES_MAX);
	assert_int_equal(a.answer.more, 3);
	assert_int_equal(a.answer.addresses[13].any.sa_family, AF_INET6);
	assert_int_equal(a.answer.addresses[14].any.sa_family, AF_INET);
	assert_int_equal(a.answer.addresses[15].any.sa_family, AF_INET);
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
		expect_failure(&b, "nx.test", FAMILY_IPV4, FAULT_DNS_FAILURE, "NXDOMAIN");
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
	note_answer(q, a);
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
	resolver_query_addresses(b.resolver, "v4.test", FAMILY_IPV4, &a.question);
	ask(&b, &other, "v4.test", FAMILY_IPV4);
	ask(&b, &third, "silent.test", FAMILY_ANY);
	await(&b, &a);
	tear_down(&b);
	assert_int_equal(other.times + third.times, 0);
}

static struct asked next_asked;

static void ask_on(struct question *q, const struct resolver_answer *a)
{
	note_answer(q, a);
	ask(freeing, &next_asked, "v6.test", FAMILY_ANY);
}

static void asks_within_an_answer(void **state)
{
	struct asked a = { .question.answered = ask_on };
	struct bench b;

	(void)state;
	set_up_one(&b, 5000);
	freeing = &b;
	resolver_query_addresses(b.resolver, "nx.test", FAMILY_ANY, &a.question);
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
	expect_failure(&b, "192.0.2.99", FAMILY_IPV6, FAULT_NO_ADDRESS,
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
	expect_failure(&b, name, FAMILY_IPV4, FAULT_DNS_FAILURE, "NXDOMAIN");
	assert_int_equal(b.first.udp_questions, 1);
	tear_down(&b);
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
	expect_failure(&b, "notlocalhost", FAMILY_ANY, FAULT_DNS_FAILURE, "NXDOMAIN");
	tear_down(&b);
	unlink(path);
}

/* Nothing more can be opened until it is given back. */
static rlim_t without_descriptors(rlim_t limit)
{
	struct rlimit now;
	rlim_t before;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
	before = now.rlim_cur;
	now.rlim_cur = limit;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
	return before;
}

/* A name of the hosts file is not looked for in the DNS because of a shortage of our own. */
static void a_hosts_file_that_cannot_be_opened_is_not_absent(void **state)
{
	char path[] = "/tmp/mailvane-hosts-XXXXXX";
	struct resolver_options options = { .hosts_file = path };
	struct bench b;
	rlim_t limit;

	(void)state;
	close(mkstemp(path));
	write_file(path, "198.51.100.7 both.test\n");
	set_up(&b);
	options.servers = b.place[0];
	start(&b, &options);
	limit = without_descriptors(0);
	expect_failure(&b, "both.test", FAMILY_IPV4, FAULT_INTERNAL,
		       "hosts file and resolv.conf: out of memory or of file descriptors");
	without_descriptors(limit);
	expect_addresses(&b, "both.test", FAMILY_IPV4, "198.51.100.7");
	assert_int_equal(b.first.udp_questions, 0);
	tear_down(&b);
	unlink(path);
}

/* The stub is on a loopback address, so that it is believed. */
static void knows_what_is_authentic(void **state)
{
	static const struct {
		const char *host;
		enum family family;
		enum authenticity authenticity;
		const char *name;
	} cases[] = {
		{ "signed.test", FAMILY_ANY, AUTHENTIC, "else.test" },
		{ "signed.test", FAMILY_ANY, AUTHENTIC, "else.test" }, /* cached */
		{ "mixed.test", FAMILY_ANY, NOT_AUTHENTIC, "mixed.test" },
		{ "mixed.test", FAMILY_IPV4, AUTHENTIC, "mixed.test" },
		{ "v4.test", FAMILY_IPV4, NOT_AUTHENTIC, "v4.test" },
		{ "192.0.2.1", FAMILY_IPV4, NOT_FROM_DNS, "" },
		{ "localhost", FAMILY_IPV4, NOT_FROM_DNS, "" },
	};
	struct bench b;
	struct asked a;

	(void)state;
	set_up_one(&b, 5000);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		resolve(&b, &a, cases[i].host, cases[i].family);
		assert_int_equal(a.answer.fault, FAULT_OK);
		assert_int_equal(a.answer.authenticity, cases[i].authenticity);
		assert_string_equal(a.answer.name, cases[i].name);
	}
	tear_down(&b);
}

static void ask_records(struct bench *b, struct asked *a, const char *name,
			enum dns_type type)
{
	*a = (struct asked){ .question.answered = note_answer };
	resolver_query_records(b->resolver, name, type, &a->question);
	await(b, a);
}

/* As the DNS has them: neither the hosts file nor localhost nor literals play a part. */
static void asks_for_records_of_a_type(void **state)
{
	struct bench b;
	struct asked a;

	(void)state;
	set_up_one(&b, 5000);
	for (int i = 0; i < 2; i++) {
		/* From the server, then from the cache; never mixed up with its addresses. */
		ask_records(&b, &a, "v4.test", DNS_A);
		assert_int_equal(a.answer.fault, FAULT_OK);
		assert_int_equal(a.answer.count, 0);
		assert_int_equal(a.records, 1);
		assert_string_equal(a.answer.name, "v4.test");
		expect_addresses(&b, "v4.test", FAMILY_IPV4, "192.0.2.4");
	}
	assert_int_equal(b.first.udp_questions, 2);
	/* An alias that is asked for is not followed. */
	ask_records(&b, &a, "dangling.test", DNS_CNAME);
	assert_int_equal(a.answer.fault, FAULT_OK);
	assert_int_equal(a.records, 1);
	assert_string_equal(a.answer.name, "dangling.test");
	ask_records(&b, &a, "_25._tcp.localhost.", DNS_TLSA);
	assert_true(a.answer.denied);
	assert_string_equal(a.answer.reason, "NXDOMAIN");
	ask_records(&b, &a, "none.test", DNS_MX);
	assert_true(a.answer.denied);
	assert_int_equal(a.answer.fault, FAULT_NO_ADDRESS);
	assert_string_equal(a.answer.reason, "the name has no MX record");
	ask_records(&b, &a, "servfail.test", DNS_TXT);
	assert_false(a.answer.denied);
	assert_int_equal(a.answer.fault, FAULT_DNS_FAILURE);
	ask_records(&b, &a, "192.0.2.1", DNS_PTR);
	assert_string_equal(a.answer.reason, "NXDOMAIN");
	ask_records(&b, &a, "not a name", DNS_MX);
	assert_int_equal(a.answer.fault, FAULT_DNS_FAILURE);
	tear_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_both_families),
		cmocka_unit_test(tells_failures_apart),
		cmocka_unit_test(follows_aliases),
		cmocka_unit_test(takes_half_an_answer),
		cmocka_unit_test(settles_for_less),
		cmocka_unit_test(keeps_room_for_both_families),
		cmocka_unit_test(caches),
		cmocka_unit_test(joins_questions),
		cmocka_unit_test(is_freed_by_a_handler),
		cmocka_unit_test(asks_within_an_answer),
		cmocka_unit_test(is_freed_with_questions_open),
		cmocka_unit_test(knows_literals),
		cmocka_unit_test(refuses_what_is_no_name),
		cmocka_unit_test(reads_hosts_first),
		cmocka_unit_test(a_hosts_file_that_cannot_be_opened_is_not_absent),
		cmocka_unit_test(knows_what_is_authentic),
		cmocka_unit_test(asks_for_records_of_a_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
