#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "resolver_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void asks_again_when_a_datagram_is_lost(void **state)
{
	struct bench b;

	(void)state;
	set_up_one(&b, 2000);
	expect_addresses(&b, "lost.test", FAMILY_IPV4, "192.0.2.7");
	/* The same question twice, and whether the server answers at all. */
	assert_int_equal(b.first.udp_questions, 3);
	tear_down(&b);
}

/* More than may be asked at once, and than are answered: the last wait in a line. */
static void asks_many_at_once(void **state)
{
	enum { MANY = 1000 };
	struct asked *all = calloc(MANY, sizeof(*all));
	char name[32];
	struct bench b;

	(void)state;
	set_up_one(&b, 20000);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		ask(&b, &all[i], name, FAMILY_IPV4);
	}
	resolver_cancel(b.resolver, &all[MANY - 1].question);
	for (int i = 0; i < MANY - 1; i++) {
		await(&b, &all[i]);
		assert_string_equal(all[i].answer.reason, "NXDOMAIN");
	}
	assert_int_equal(all[MANY - 1].times, 0);
	/* Freed with a line that waits. */
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "m%d.test", i);
		ask(&b, &all[i], name, FAMILY_IPV4);
	}
	tear_down(&b);
	free(all);
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

/* A flood of guessed ids makes us ask where nobody can guess (RFC 5452 section 9.3). */
static void leaves_a_flood_for_tcp(void **state)
{
	struct bench b;

	(void)state;
	set_up_one(&b, 5000);
	expect_addresses(&b, "flood.test", FAMILY_IPV4, "192.0.2.16");
	assert_int_equal(b.first.tcp_questions, 1);
	expect_addresses(&b, "both.test", FAMILY_IPV6, "2001:db8::1");
	assert_int_equal(b.first.tcp_questions, 1);
	tear_down(&b);
	set_up_one(&b, 500);
	expect_failure(&b, "drowned.test", FAMILY_IPV4, FAULT_TIMEOUT,
		       "no answer from the resolver @ by TCP");
	tear_down(&b);
}

/* One question by TCP that nobody answers holds up no other. */
static void has_a_connection_for_each(void **state)
{
	struct asked dumb, a;
	struct bench b;

	(void)state;
	set_up_one(&b, 2000);
	ask(&b, &dumb, "tcpsilent.test", FAMILY_IPV4);
	while (b.first.tcp_questions == 0)
		uv_run(&b.loop, UV_RUN_ONCE);
	resolve(&b, &a, "big.test", FAMILY_IPV4);
	assert_int_equal(a.answer.fault, FAULT_OK);
	assert_int_equal(dumb.times, 0);
	assert_int_equal(b.first.connections, 2);
	await(&b, &dumb);
	tear_down(&b);
}

static void gives_up_in_time(void **state)
{
	struct instant begin = instant_now();
	struct bench b;
	double took;

	(void)state;
	set_up_one(&b, 300);
	expect_failure(&b, "silent.test", FAMILY_ANY, FAULT_TIMEOUT,
		       "no answer from the resolver @");
	took = span_seconds(span_between(begin, instant_now()));
	assert_true(took >= 0.3);
	assert_true(took < 3);
	expect_failure(&b, "wrongid.test", FAMILY_IPV4, FAULT_TIMEOUT,
		       "no answer from the resolver @");
	tear_down(&b);
}

static void asks_the_next_server(void **state)
{
	char servers[2 * ADDRESS_TEXT_MAX + 8];
	struct resolver_options options = { .timeout = span_of_ms(10000),
					    .servers = servers };
	struct instant begin;
	unsigned asked;
	struct bench b;

	(void)state;
	set_up(&b);
	snprintf(servers, sizeof(servers), "%s, %s", b.place[0], b.place[1]);
	start(&b, &options);
	begin = instant_now();
	expect_addresses(&b, "servfail.test", FAMILY_ANY, "198.51.100.1");
	/* At once, not when the first had its time. */
	assert_true(span_seconds(span_between(begin, instant_now())) < 0.9);
	expect_addresses(&b, "silent.test", FAMILY_ANY, "198.51.100.2");
	/* The one that helped is asked first for a while. */
	asked = b.first.udp_questions;
	expect_addresses(&b, "servfail.test", FAMILY_IPV4, "198.51.100.1");
	assert_int_equal(b.first.udp_questions, asked);
	/* Both fail: the answer that says most, from whichever server. */
	expect_failure(&b, "refused.test", FAMILY_ANY, FAULT_DNS_FAILURE,
		       "SERVFAIL from #");
	tear_down(&b);
}

/* A UDP port that hears only itself: whoever else asks there is refused by the kernel, and nobody
 * can take it. */
static int open_dead(char place[ADDRESS_TEXT_MAX])
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct address a;
	socklen_t n = sizeof(a);

	assert_true(address_parse(view_of("127.0.0.1"), 0, &a));
	assert_int_equal(bind(fd, &a.any, address_length(&a)), 0);
	assert_int_equal(getsockname(fd, &a.any, &n), 0);
	assert_int_equal(connect(fd, &a.any, n), 0);
	snprintf(place, ADDRESS_TEXT_MAX, "127.0.0.1:%u", (unsigned)address_port(&a));
	return fd;
}

static void passes_over_a_dead_server(void **state)
{
	char servers[2 * ADDRESS_TEXT_MAX + 8];
	struct resolver_options options = { .timeout = span_of_ms(5000),
					    .servers = servers };
	struct instant begin;
	struct bench b;
	char place[ADDRESS_TEXT_MAX];
	int dead;

	(void)state;
	set_up(&b);
	dead = open_dead(place);
	snprintf(servers, sizeof(servers), "%s,%s", place, b.place[0]);
	start(&b, &options);
	begin = instant_now();
	expect_addresses(&b, "both.test", FAMILY_IPV6, "2001:db8::1");
	assert_true(span_seconds(span_between(begin, instant_now())) < 0.9);
	resolver_free(b.resolver);

	snprintf(servers, sizeof(servers), "%s", place);
	start(&b, &options);
	snprintf(servers, sizeof(servers), "the resolver %s cannot be reached", place);
	expect_failure(&b, "both.test", FAMILY_ANY, FAULT_RESOLVER_UNAVAILABLE, servers);
	tear_down(&b);
	close(dead);
}

/* The root's rule comes first: what the server says to everybody. */
static void expect_fault(int rcode, unsigned flags, unsigned root_flags, int root_rcode,
			 enum fault fault, const char *reason)
{
	struct stub_rule all[] = {
		{ "", STUB_ANY, root_rcode, root_flags, { { 0 } }, 0 },
		{ "a.test", STUB_ANY, rcode, flags, { { 0 } }, 0 },
		{ 0 },
	};
	struct resolver_options options = { .timeout = span_of_ms(1500) };
	struct bench b;

	set_up(&b);
	b.first.rules = all;
	options.servers = b.place[0];
	start(&b, &options);
	expect_failure(&b, "a.test", FAMILY_ANY, fault, reason);
	expect_addresses(&b, "192.0.2.1", FAMILY_ANY, "192.0.2.1");
	tear_down(&b);
}

/* A server that is silent about one name, or refuses it, is asked for the root: what it does for
 * every name is no fault of this one. */
static void tells_a_dead_resolver_from_a_dead_name(void **state)
{
	(void)state;
	expect_fault(0, STUB_SILENT, 0, 0, FAULT_TIMEOUT, "no answer from the resolver @");
	expect_fault(0, STUB_SILENT, STUB_SILENT, 0, FAULT_RESOLVER_UNAVAILABLE,
		     "no answer from the resolver @");
	expect_fault(0, STUB_SILENT, 0, STUB_REFUSED, FAULT_RESOLVER_UNAVAILABLE,
		     "no answer from the resolver @");
	expect_fault(STUB_REFUSED, 0, 0, 0, FAULT_DNS_FAILURE, "refused by the resolver @");
	expect_fault(STUB_REFUSED, 0, 0, STUB_REFUSED, FAULT_RESOLVER_UNAVAILABLE,
		     "refused by the resolver @");
	expect_fault(STUB_REFUSED, 0, STUB_SILENT, 0, FAULT_RESOLVER_UNAVAILABLE,
		     "refused by the resolver @");
	/* What it says of the name is of the name. */
	expect_fault(STUB_SERVFAIL, 0, STUB_SILENT, 0, FAULT_DNS_FAILURE,
		     "SERVFAIL from @");
	expect_fault(STUB_NXDOMAIN, 0, STUB_SILENT, 0, FAULT_DNS_FAILURE, "NXDOMAIN");
}

static void searches_as_glibc_does(void **state)
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
	expect_failure(&b, "short.", FAMILY_IPV4, FAULT_DNS_FAILURE, "NXDOMAIN");
	expect_failure(&b, "nobody", FAMILY_IPV4, FAULT_DNS_FAILURE, "NXDOMAIN");
	/* It exists, though what is searched for it does not. */
	expect_failure(&b, "empty", FAMILY_ANY, FAULT_NO_ADDRESS,
		       "the name has no address");
	/* With a dot it is asked for as it stands first, and with the search list if it is not
	 * there; with a dot at its end never. */
	expect_addresses(&b, "typo.test", FAMILY_IPV4, "192.0.2.15");
	expect_failure(&b, "typo.test.", FAMILY_IPV4, FAULT_DNS_FAILURE, "NXDOMAIN");
	expect_failure(&b, "nobody.test", FAMILY_IPV4, FAULT_DNS_FAILURE, "NXDOMAIN");
	tear_down(&b);
	unlink(path);
}

/* Which of two that are there is found tells the order; what a domain's servers cannot say harms
 * no other. */
static void searches_in_the_order_of_ndots(void **state)
{
	static struct stub_rule all[] = {
		{ "a.b", STUB_A, 0, 0, { { NULL, STUB_A, 9, "192.0.2.1" } }, 0 },
		{ "a.b.fail.test", STUB_ANY, STUB_SERVFAIL, 0, { { 0 } }, 0 },
		{ "a.b.corp.test", STUB_A, 0, 0, { { NULL, STUB_A, 9, "192.0.2.2" } }, 0 },
		{ "c.d.fail.test", STUB_ANY, STUB_SERVFAIL, 0, { { 0 } }, 0 },
		{ "e.f.corp.test", STUB_ANY, STUB_SERVFAIL, 0, { { 0 } }, 0 },
		{ "g.h", STUB_ANY, STUB_SERVFAIL, 0, { { 0 } }, 0 },
		{ "g.h.corp.test", STUB_A, 0, 0, { { NULL, STUB_A, 9, "192.0.2.3" } }, 0 },
		{ 0 },
	};
	char path[] = "/tmp/mailvane-resolv-XXXXXX", text[256];
	struct resolver_options options = { .conf_file = path };
	struct bench b;

	(void)state;
	close(mkstemp(path));
	for (unsigned ndots = 1; ndots <= 2; ndots++) {
		set_up(&b);
		b.first.rules = all;
		snprintf(text, sizeof(text),
			 "nameserver %s\nsearch fail.test corp.test\noptions ndots:%u\n",
			 b.place[0], ndots);
		write_file(path, text);
		start(&b, &options);
		expect_addresses(&b, "a.b", FAMILY_IPV4,
				 ndots == 1 ? "192.0.2.1" : "192.0.2.2");
		expect_addresses(&b, "a.b.", FAMILY_IPV4, "192.0.2.1");
		/* It may be in the domain that could not be asked, unless it comes first. */
		expect_failure(&b, "c.d", FAMILY_IPV4, FAULT_DNS_FAILURE,
			       ndots == 1 ? "NXDOMAIN" : "SERVFAIL from @");
		expect_failure(&b, "e.f", FAMILY_IPV4, FAULT_DNS_FAILURE,
			       ndots == 1 ? "NXDOMAIN" : "SERVFAIL from @");
		if (ndots == 1)
			expect_failure(&b, "g.h", FAMILY_IPV4, FAULT_DNS_FAILURE,
				       "SERVFAIL from @");
		else
			expect_addresses(&b, "g.h", FAMILY_IPV4, "192.0.2.3");
		tear_down(&b);
	}
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
		cmocka_unit_test(asks_again_when_a_datagram_is_lost),
		cmocka_unit_test(asks_many_at_once),
		cmocka_unit_test(goes_over_to_tcp),
		cmocka_unit_test(leaves_a_flood_for_tcp),
		cmocka_unit_test(has_a_connection_for_each),
		cmocka_unit_test(gives_up_in_time),
		cmocka_unit_test(asks_the_next_server),
		cmocka_unit_test(passes_over_a_dead_server),
		cmocka_unit_test(tells_a_dead_resolver_from_a_dead_name),
		cmocka_unit_test(searches_as_glibc_does),
		cmocka_unit_test(searches_in_the_order_of_ndots),
		cmocka_unit_test(follows_a_changed_resolv_conf),
		cmocka_unit_test(refuses_bad_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
